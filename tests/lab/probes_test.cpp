#include "probes/bandwidth.hpp"
#include "probes/bulk_slot.hpp"
#include "probes/latency.hpp"
#include "probes/linux/interface.hpp"
#include "probes/linux/udp_probe_socket.hpp"
#include "probes/path_mtu.hpp"
#include "probes/reach.hpp"
#include "probes/responder.hpp"
#include "probes/tcp_push.hpp"
#include "tests/lab/in_lab.hpp"
#include "tests/lab/network/subprocess.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <memory>
#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

// The probes against the real responder, over a lab whose limits are exact.
namespace leadline {
namespace {
namespace asio = boost::asio;
using lab::Lab;

constexpr NodeIndex here = 1;
constexpr NodeIndex there = 2;

/// A probe at east/n1, a responder at west/n1; both run on this thread, each in its own place.
class Pair {
 public:
  explicit Pair(Lab& place, std::size_t family = 0) : place_{place} {
    auto const& west = node("west");
    Responder::Options options;
    options.passport = {.run = 9, .key = key_, .self = there};
    options.addresses = {asio::ip::make_address(west.addresses.at(family))};
    options.bulk_slot = std::make_shared<BulkSlot>();
    lab::Visit const visit{place_.machine(west.machine)};
    auto opened = Responder::open(loop_.get_executor(), options);
    if (!opened) throw std::runtime_error{describe(opened.error())};
    responder_ = std::move(*opened);
    path_.passport = {.run = 9, .key = key_, .self = here};
    path_.peer = there;
    path_.source = asio::ip::make_address(node("east").addresses.at(family));
    path_.target = options.addresses.front();
    path_.udp_port = responder_->ports().front().udp;
    path_.tcp_ports = responder_->ports().front().tcp;
  }

  template <Probe P>
  typename P::Result measured(P probe) {
    lab::Visit const visit{place_.machine(node("east").machine)};
    probe.path = path_;
    auto result = asio::co_spawn(loop_, run(std::move(probe)), asio::use_future);
    while (result.wait_for(std::chrono::seconds{0}) != std::future_status::ready) loop_.run_one();
    auto outcome = result.get();
    if (!outcome) throw std::runtime_error{describe(outcome.error())};
    return *outcome;
  }

  [[nodiscard]] std::vector<LostAnswer> lost_answers() const { return responder_->lost_answers(); }

  [[nodiscard]] std::size_t ports() const { return path_.tcp_ports.size(); }

  /// What the responder's kernel has sent again since it started (RFC 4022, tcpRetransSegs).
  [[nodiscard]] std::size_t sent_again_by_the_responder() const {
    lab::Visit const visit{place_.machine(node("west").machine)};
    std::ifstream counters{"/proc/thread-self/net/snmp"};
    constexpr std::ptrdiff_t retransmitted = 12;
    std::string line;
    while (std::getline(counters, line))
      if (line.starts_with("Tcp: ") && line.back() != 's') {
        std::istringstream words{line};
        std::vector<std::string> const of{std::istream_iterator<std::string>{words}, {}};
        return std::stoul(of.at(retransmitted));
      }
    throw std::runtime_error{"no counters of TCP"};
  }

  /// More packets than a router tells errors about.
  void spend_the_allowance_of_errors() {
    lab::Visit const visit{place_.machine(node("east").machine)};
    auto socket = UdpProbeSocket::open(loop_.get_executor(), {path_.source, 0}, {}).value();
    std::vector<std::byte> const packet(64);
    for (int i = 0; i < 50; ++i)
      EXPECT_EQ(socket.send_to(packet, {path_.target, 9}), UdpProbeSocket::Sent::yes);
  }

  /// Of the cluster's interface in the migration network.
  [[nodiscard]] InterfaceFacts interface_of(std::string const& cluster) const {
    lab::Visit const visit{place_.machine(node(cluster).machine)};
    return read_interface("migration0");
  }

  /// The interface of this end lets out so much and queues so little that senders meet ENOBUFS.
  void squeeze(std::string const& cluster, std::string const& rate, std::string const& burst,
               std::string const& limit) {
    auto const machine = node(cluster).machine;
    auto const& interface = place_.topology().machines[machine].taps.front().name;
    lab::run_to_end({.words = {"tc", "qdisc", "replace", "dev", interface, "root", "tbf", "rate",
                               rate, "burst", burst, "limit", limit},
                     .network_namespace = place_.machine(machine).descriptor()});
  }

  /// Packets to nobody, until the queue of the prober's interface takes no more.
  void fill_queue() {
    lab::Visit const visit{place_.machine(node("east").machine)};
    auto socket = UdpProbeSocket::open(loop_.get_executor(), {path_.source, 0}, {}).value();
    std::vector<std::byte> const packet(64);
    boost::asio::ip::udp::endpoint const discard{path_.target, 9};
    while (socket.send_to(packet, discard) == UdpProbeSocket::Sent::yes) continue;
    EXPECT_EQ(socket.send_error(), asio::error::no_buffer_space);
  }

 private:
  [[nodiscard]] lab::LabNode const& node(std::string const& cluster) const {
    for (auto const& n : place_.topology().nodes)
      if (n.cluster == cluster && n.node == "n1") return n;
    throw std::out_of_range{cluster};
  }

  Lab& place_;
  asio::io_context loop_{1};
  RunKey key_ = RunKey::random();
  std::unique_ptr<Responder> responder_;
  Path path_;
};

class ProbesInTheLab : public lab::InLab {};

TEST_F(ProbesInTheLab, AHealthyPathTakesAFewRoundTripsAndCarriesTheInterfacesMtu) {
  in_lab("family: dual", [](Lab& place) {
    for (std::size_t const family : {0U, 1U}) {
      Pair pair{place, family};
      auto const mtu = pair.measured(PathMtu{});
      EXPECT_EQ(mtu.path_mtu_octets, mtu.interface_mtu_octets);
      EXPECT_EQ(mtu.kernel_path_mtu_octets, mtu.interface_mtu_octets);
      EXPECT_EQ(mtu.limit, MtuLimit::local);
      EXPECT_EQ(mtu.ttl_seen, 64);
      EXPECT_EQ(mtu.rounds, 1);
      EXPECT_EQ(assess(mtu).status, Status::ok);
      auto const push = pair.measured(TcpPush{});
      EXPECT_EQ(push.arrived_bytes, push.pushed_bytes);
      EXPECT_EQ(push.clamped_mss_octets, 0U);
      EXPECT_EQ(assess(push).status, Status::ok);
    }
  });
}

TEST_F(ProbesInTheLab, OnOneLinkFramesGoToThePeersOwnMacAddress) {
  in_lab("family: dual", [](Lab& place) {
    for (std::size_t const family : {0U, 1U}) {
      Pair pair{place, family};
      auto const reach = pair.measured(Reach{});
      EXPECT_EQ(assess(reach).status, Status::ok);
      EXPECT_EQ(reach.route.gateway, "");
      EXPECT_EQ(reach.next_hop_mac, pair.interface_of("west").mac);
      EXPECT_EQ(pair.interface_of("west").kind, "tun");  // what a TAP is to the kernel
    }
  });
}

TEST_F(ProbesInTheLab, OverRoutersTheyGoToTheFirstRouters) {
  in_lab("{family: dual, routed: true}", [](Lab& place) {
    for (std::size_t const family : {0U, 1U}) {
      Pair pair{place, family};
      auto const reach = pair.measured(Reach{});
      EXPECT_EQ(assess(reach).status, Status::ok);
      EXPECT_NE(reach.route.gateway, "");
      EXPECT_EQ(reach.next_hop_mac.size(), std::string{"02:00:00:00:00:01"}.size());
      EXPECT_NE(reach.next_hop_mac, pair.interface_of("west").mac);
    }
  });
}

TEST_F(ProbesInTheLab, ASwitchPortsLimitIsFoundExactlyAndIsSilentOnTheLink) {
  in_lab("{family: dual, faults: [{inter_cluster: east->west, mtu: 4321}]}", [](Lab& place) {
    for (std::size_t const family : {0U, 1U}) {
      auto const mtu = Pair{place, family}.measured(PathMtu{});
      EXPECT_EQ(mtu.path_mtu_octets, 4321U);
      EXPECT_EQ(mtu.smallest_lost_octets, 4322U);
      EXPECT_EQ(mtu.limit, MtuLimit::silent);
      EXPECT_EQ(mtu.ttl_seen, 64);
      EXPECT_EQ(mtu.kernel_path_mtu_octets, 9000U) << "the kernel cannot know";
      EXPECT_LT(mtu.elapsed_ms, 3000) << "to make sure of a limit takes 1 to 2 s";
    }
  });
}

TEST_F(ProbesInTheLab, ARouterThatSpeaksIsNamed) {
  in_lab("{family: dual, routed: true, faults: [{router_mtu: 1450}]}", [](Lab& place) {
    for (std::size_t const family : {0U, 1U}) {
      auto const mtu = Pair{place, family}.measured(PathMtu{});
      EXPECT_EQ(mtu.path_mtu_octets, 1450U);
      EXPECT_EQ(mtu.limit, MtuLimit::signalled);
      EXPECT_EQ(mtu.signalled_mtu_octets, 1450U);
      EXPECT_FALSE(mtu.signalled_by.empty());
      EXPECT_EQ(mtu.kernel_path_mtu_octets, 1450U);
      EXPECT_EQ(mtu.ttl_seen, 62);
      EXPECT_LE(mtu.rounds, 3);
    }
  });
}

TEST_F(ProbesInTheLab, ABlackHoleIsSilentBehindARouterAndStallsTcp) {
  in_lab(
      "{routed: true, faults: [{router_mtu: 1450},"
      " {nft: icmp type destination-unreachable drop, hook: output, in: router1},"
      " {nft: icmp type destination-unreachable drop, hook: output, in: router2}]}",
      [](Lab& place) {
        Pair pair{place};
        auto const mtu = pair.measured(PathMtu{});
        EXPECT_EQ(mtu.path_mtu_octets, 1450U);
        EXPECT_EQ(mtu.limit, MtuLimit::silent);
        EXPECT_EQ(mtu.ttl_seen, 62);
        EXPECT_EQ(mtu.kernel_path_mtu_octets, 9000U);
        auto const push = pair.measured(TcpPush{});
        EXPECT_TRUE(push.peer_reported) << "its word is small enough to pass";
        EXPECT_EQ(push.arrived_bytes, 0U);
        EXPECT_GT(push.sender.retransmitted_segments, 0U);
        EXPECT_GT(push.sender.backoff, 0U);
        EXPECT_EQ(assess(push).status, Status::fail);
      });
}

TEST_F(ProbesInTheLab, AClampedMssIsSeen) {
  in_lab(
      "{routed: true, faults: [{nft: tcp flags syn tcp option maxseg size set 1300, hook: forward,"
      " in: router1}]}",
      [](Lab& place) {
        auto const push = Pair{place}.measured(TcpPush{});
        EXPECT_EQ(push.clamped_mss_octets, 1300U);
        EXPECT_EQ(push.arrived_bytes, push.pushed_bytes);
      });
}

TEST_F(ProbesInTheLab, TheResponderLearnsWhereItsAnswersAreLost) {
  in_lab(
      "{family: dual, routed: true, faults: [{nft: iifname cluster0 meta l4proto udp reject with "
      "icmpx no-route, hook: forward, in: router2}]}",
      [](Lab& place) {
        for (std::size_t const family : {0U, 1U}) {
          Pair pair{place, family};
          auto const reach = pair.measured(Reach{.timeout_ms = std::chrono::milliseconds{1000}});
          EXPECT_EQ(reach.udp.outcome, Outcome::silent) << "nobody tells the asker";
          auto const lost = pair.lost_answers();
          ASSERT_EQ(lost.size(), 1U);
          EXPECT_EQ(lost[0].from, there);
          EXPECT_EQ(lost[0].to, here);
          EXPECT_EQ(lost[0].said.offender, family == 0 ? "10.200.2.254" : "fd00:200:0:2::254");
          EXPECT_EQ(lost[0].said.type, family == 0 ? ICMP_DEST_UNREACH : ICMP6_DST_UNREACH);
          EXPECT_EQ(lost[0].said.code, family == 0 ? ICMP_NET_UNREACH : ICMP6_DST_UNREACH_NOROUTE);
        }
      });
}

TEST_F(ProbesInTheLab, ARouterThatHasToldEnoughIsHeardAfterASilence) {
  in_lab(
      "{routed: true, faults: [{run: echo 1000 > /proc/sys/net/ipv4/icmp_ratelimit; ip route del "
      "10.200.2.0/24, in: router1}]}",
      [](Lab& place) {
        Pair pair{place};
        pair.spend_the_allowance_of_errors();
        auto const reach = pair.measured(Reach{.trace_hops = 0});
        EXPECT_EQ(reach.udp.outcome, Outcome::no_route_at_hop) << reach.udp.system_error;
        EXPECT_EQ(reach.udp.tries, 2) << "the allowance was not spent";
        EXPECT_EQ(reach.udp_sent, 4);
        for (auto const& attempt : reach.tcp) EXPECT_EQ(attempt.outcome, Outcome::silent);
      });
}

TEST_F(ProbesInTheLab, AResponderRepeatsASynAckOnce) {
  in_lab(
      "{family: dual, routed: true, faults: [{nft: iifname cluster0 drop, hook: forward, in: "
      "router2}]}",
      [](Lab& place) {
        for (std::size_t const family : {0U, 1U}) {
          Pair pair{place, family};
          auto const before = pair.sent_again_by_the_responder();
          // Linux's own second time would come 3 s after the SYN: while the late echo waits.
          auto const reach = pair.measured(Reach{.timeout_ms = std::chrono::milliseconds{500}});
          for (auto const& attempt : reach.tcp) EXPECT_EQ(attempt.outcome, Outcome::silent);
          EXPECT_EQ(pair.sent_again_by_the_responder() - before, pair.ports());
        }
      });
}

TEST_F(ProbesInTheLab, LossIsToldByDirectionAndDoesNotMisleadTheSearch) {
  in_lab("{faults: [{inter_cluster: west->east, loss: 10%}]}", [](Lab& place) {
    Pair pair{place};
    auto const latency = pair.measured(Latency{});
    EXPECT_EQ(latency.lost_forward, 0U);
    EXPECT_GT(latency.lost_reverse, 20U);
    EXPECT_LT(latency.lost_reverse, 120U);
    EXPECT_TRUE(latency.kernel_stamps);
    auto const mtu = pair.measured(PathMtu{});
    EXPECT_EQ(mtu.path_mtu_octets, 9000U);
  });
}

Bandwidth::Result gentle_stream(Lab& place) {
  Bandwidth bandwidth;
  bandwidth.slot = std::make_shared<BulkSlot>();
  bandwidth.rate_limit_bits_per_second = BitRate{100e6};  // no queue here drops of that
  return Pair{place}.measured(bandwidth);
}

TEST_F(ProbesInTheLab, WhatAStreamSentAgainIsCounted) {
  in_lab("{}", [](Lab& place) { EXPECT_LT(gentle_stream(place).retransmitted_segments, 10U); });
  in_lab("{faults: [{inter_cluster: both, loss: 2%}]}",
         [](Lab& place) { EXPECT_GE(gentle_stream(place).retransmitted_segments, 10U); });
}

/// Buffers of TCP for what is opened from now on, in the cluster's n1: least, usual and most
/// octets.
void set_buffers(Lab& place, std::string const& cluster, std::string const& which,
                 std::string const& octets) {
  for (auto const& node : place.topology().nodes) {
    if (node.cluster != cluster || node.node != "n1") continue;
    lab::Visit const visit{place.machine(node.machine)};
    std::ofstream file{"/proc/sys/net/ipv4/tcp_" + which};
    if (!(file << octets << std::flush)) throw std::runtime_error{"tcp_" + which + ": not set"};
  }
}

Bandwidth::Result stream_without_cap(Lab& place) {
  Bandwidth bandwidth;
  bandwidth.slot = std::make_shared<BulkSlot>();
  return Pair{place}.measured(bandwidth);
}

TEST_F(ProbesInTheLab, WhatHoldsAStreamBackIsNamed) {
  auto const slow = "{faults: [{inter_cluster: both, rate: 100Mbit}]}";
  in_lab(slow, [](Lab& place) {
    auto const seen = stream_without_cap(place);
    EXPECT_EQ(seen.limit, "network") << seen.limit_detail;
    EXPECT_LT(seen.rate_bits_per_second, 105e6);
    EXPECT_GT(seen.rate_bits_per_second, 50e6);
  });
  // Of a window of 64 KiB, 20 ms leave 26 Mbit/s.
  auto const far = "{faults: [{inter_cluster: both, delay: 10ms}]}";
  in_lab(far, [](Lab& place) {
    set_buffers(place, "west", "rmem", "4096 65536 65536");
    auto const seen = stream_without_cap(place);
    EXPECT_EQ(seen.limit, "receive_window") << seen.limit_detail;
    EXPECT_LT(seen.rate_bits_per_second, 60e6);
  });
  in_lab(far, [](Lab& place) {
    set_buffers(place, "east", "wmem", "4096 32768 32768");
    auto const seen = stream_without_cap(place);
    EXPECT_EQ(seen.limit, "send_buffer") << seen.limit_detail;
    EXPECT_LT(seen.rate_bits_per_second, 60e6);
  });
}

/// Whether all octets of a stream with this DSCP arrive at the first try.
bool carries(Pair& pair, int dscp) try {
  Bandwidth bandwidth;
  bandwidth.slot = std::make_shared<BulkSlot>();
  bandwidth.byte_limit_bytes = Bytes{1'000'000};
  bandwidth.rate_limit_bits_per_second = BitRate{100e6};  // no queue here drops of that
  bandwidth.dscp = dscp;
  auto const seen = pair.measured(bandwidth);
  return seen.transferred_bytes == 1'000'000U && seen.retransmitted_segments == 0;
} catch (std::runtime_error const&) {
  return false;
}

TEST_F(ProbesInTheLab, EverySegmentOfAStreamHasTheDscpThatIsAskedFor) {
  in_lab(
      "{family: dual, faults: [{nft: ip dscp != 10 meta length > 1000 drop, hook: input, in: "
      "west/n1},"
      " {nft: ip6 dscp != 10 meta length > 1000 drop, hook: input, in: west/n1}]}",
      [](Lab& place) {
        for (std::size_t const family : {0U, 1U}) {
          Pair pair{place, family};
          EXPECT_TRUE(carries(pair, 10));
          EXPECT_FALSE(carries(pair, 0)) << "then nothing is filtered here";
        }
      });
}

TEST_F(ProbesInTheLab, AFullQueueOfTheOwnInterfaceIsNoLossOnTheNetwork) {
  in_lab("family: dual", [](Lab& place) {
    for (std::size_t const family : {0U, 1U}) {
      Pair pair{place, family};
      pair.measured(Latency{.duration_ms = std::chrono::milliseconds{50}});  // ARP is done
      if (family == 0) pair.squeeze("east", "300kbit", "300", "300");
      // More than 1000 packets of 172 octets a second: the link takes 220.
      auto const latency = pair.measured(Latency{.duration_ms = std::chrono::milliseconds{500},
                                                 .interval_us = std::chrono::microseconds{1000}});
      EXPECT_GT(latency.sent, 50U);
      EXPECT_GT(latency.local_drops, 100U);
      EXPECT_EQ(latency.sent + latency.local_drops, 500U);
      EXPECT_EQ(latency.lost_forward, 0U);
      EXPECT_EQ(latency.received, latency.sent);
      EXPECT_TRUE(latency.kernel_stamps) << "each stamp is still known for its packet's";
      EXPECT_EQ(assess(latency).status, Status::inconclusive);
    }
  });
}

TEST_F(ProbesInTheLab, AFullQueueDoesNotMisleadTheSearch) {
  in_lab("family: dual", [](Lab& place) {
    for (std::size_t const family : {0U, 1U}) {
      Pair pair{place, family};
      if (family == 0) pair.squeeze("east", "50mbit", "9100", "9100");
      auto const mtu = pair.measured(PathMtu{});
      EXPECT_EQ(mtu.path_mtu_octets, 9000U);
      EXPECT_EQ(mtu.smallest_lost_octets, 0U);
      EXPECT_TRUE(mtu.exact);
      EXPECT_EQ(assess(mtu).status, Status::ok);
      auto const full = std::ranges::find(mtu.evidence, ENOBUFS, &IcmpEvidence::error_number);
      ASSERT_NE(full, mtu.evidence.end()) << "the queue was never full: nothing was tested";
      EXPECT_EQ(full->origin, "local");
    }
  });
}

TEST_F(ProbesInTheLab, ReachWaitsForRoomInTheQueue) {
  in_lab("family: dual", [](Lab& place) {
    for (std::size_t const family : {0U, 1U}) {
      Pair pair{place, family};
      EXPECT_EQ(pair.measured(Reach{}).udp.outcome, Outcome::answered);  // ARP is done
      if (family == 0) pair.squeeze("east", "200kbit", "300", "2000");
      pair.fill_queue();
      auto const reach = pair.measured(Reach{});
      EXPECT_EQ(reach.udp.outcome, Outcome::answered) << reach.udp.system_error;
      EXPECT_EQ(reach.udp_received, 3);
    }
  });
}

TEST_F(ProbesInTheLab, AnAnswerWaitsForRoomInTheQueue) {
  in_lab("family: dual", [](Lab& place) {
    for (std::size_t const family : {0U, 1U}) {
      Pair pair{place, family};
      pair.measured(Latency{.duration_ms = std::chrono::milliseconds{50}});  // ARP is done
      if (family == 0) pair.squeeze("west", "2mbit", "300", "300");
      auto const latency = pair.measured(Latency{.duration_ms = std::chrono::milliseconds{20},
                                                 .interval_us = std::chrono::microseconds{100}});
      EXPECT_EQ(latency.sent, 200U);
      EXPECT_EQ(latency.received, 200U);
      EXPECT_EQ(latency.lost_reverse, 0U);
    }
  });
}

TEST_F(ProbesInTheLab, DelayIsMeasured) {
  in_lab("{faults: [{inter_cluster: both, delay: 20ms}]}", [](Lab& place) {
    auto const latency =
        Pair{place}.measured(Latency{.duration_ms = std::chrono::milliseconds{500}});
    // The stamps are of the real-time clock, which a virtual machine's host may set meanwhile: one
    // of 38'590 us was seen. What one sample says is therefore not judged closely, the middle is.
    EXPECT_GE(latency.rtt_min_us, 30'000);
    EXPECT_GE(latency.rtt_p50_us, 39'000);
    EXPECT_LT(latency.rtt_p50_us, 60'000);
    EXPECT_EQ(latency.lost_forward + latency.lost_reverse, 0U);
  });
}
}  // namespace
}  // namespace leadline
