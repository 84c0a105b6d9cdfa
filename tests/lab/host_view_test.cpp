#include "probes/host_view.hpp"

#include "coordinator/findings.hpp"
#include "coordinator/symptoms.hpp"
#include "probes/linux/network_namespace.hpp"
#include "probes/linux/udp_probe_socket.hpp"
#include "tests/lab/network/network_namespace.hpp"
#include "tests/lab/network/sandbox.hpp"
#include "tests/lab/network/subprocess.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <array>
#include <linux/capability.h>
#include <sstream>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>

// A pod, its host and what is beyond the wire, with the links of the kernel that runs this: those
// that it lacks are skipped with the reason.
namespace leadline {
namespace {
namespace asio = boost::asio;
using lab::CommandLine;
using Place = lab::NetworkNamespace;

std::string path_of(Place const& place) {
  return fmt::format("/proc/{}/fd/{}", ::getpid(), place.descriptor());
}

/// "ip link set dev eth1 up" in that namespace. Throws std::runtime_error with what it says.
void carry_out(Place const& place, std::string const& line) {
  CommandLine command{.words = {}, .network_namespace = place.descriptor()};
  std::istringstream words{line};
  for (std::string word; words >> word;) command.words.push_back(word);
  lab::run_to_end(std::move(command));
}

/// The same, of something that this kernel may lack.
void try_out(Place const& place, std::string const& line) {
  try {
    carry_out(place, line);
  } catch (std::runtime_error const& e) {
    throw lab::SkippedLab{fmt::format("this kernel cannot '{}': {}", line, e.what())};
  }
}

/// migration0 in the pod, eth1 on the host with its other end outside.
struct House {
  Place pod;
  Place host;
  Place outside;

  House() {
    carry_out(host, "ip link add eth1 type veth peer name port1 netns " + path_of(outside));
    carry_out(host, "ip link set dev eth1 up");
    carry_out(outside, "ip link set dev port1 mtu 9000 up");
  }

  /// As the bridge plugin does it.
  void attach_by_bridge(std::string const& bridge_options = "") const {
    try_out(host, "ip link add br1 type bridge " + bridge_options);
    carry_out(host, "ip link set dev br1 up");
    carry_out(host, "ip link set dev eth1 master br1");
    carry_out(host, "ip link add veth1 type veth peer name migration0 netns " + path_of(pod));
    carry_out(host, "ip link set dev veth1 master br1 up");
    carry_out(pod, "ip link set dev migration0 up");
  }

  [[nodiscard]] HostView::Result seen(std::string const& uplink = "eth1") const {
    return seen_through(path_of(host), uplink);
  }

  [[nodiscard]] HostView::Result seen_through(std::string const& path,
                                              std::string const& uplink = "eth1") const {
    lab::Visit const visit{pod};
    HostView probe;
    probe.interface = "migration0";
    probe.host_netns = path;
    probe.uplink = uplink;
    asio::io_context loop{1};
    auto future = asio::co_spawn(loop, run(std::move(probe)), asio::use_future);
    loop.run();
    return future.get().value();
  }

  [[nodiscard]] std::vector<Finding> findings() const {
    Survey survey;
    survey.nodes.push_back({.name = {.cluster = "east", .node = "n1"}});
    survey.plan.thresholds.expected_link_speed = BitRate{1e9};
    auto result = seen();
    auto const [status, reason] = assess(result);
    survey.node_observations.push_back({.probe = std::string{HostView::name},
                                        .status = status,
                                        .reason = reason,
                                        .result = std::move(result)});
    return find_causes(survey, read_symptoms(survey));
  }
};

std::string walked(HostView::Result const& result) {
  std::vector<std::string> words;
  for (auto const& link : result.chain)
    words.push_back(fmt::format("{} {}", nlohmann::json(link.role).get<std::string>(), link.name));
  return fmt::format("{}{}", result.skipped, fmt::join(words, ", "));
}

std::string codes(std::vector<Finding> const& findings) {
  std::vector<std::string> words;
  for (auto const& finding : findings) words.push_back(finding.code);
  return fmt::format("{}", fmt::join(words, ", "));
}

class HostViewInTheLab : public testing::Test {
 protected:
  /// As another user, in a sandbox: what fails there is told on its output.
  void in_house(void (*body)(House&)) {
    auto const whole = [&] {
      House house;
      body(house);
    };
    if (::geteuid() == 0) {
      try {
        whole();
      } catch (lab::SkippedLab const& skipped) {
        GTEST_SKIP() << skipped.what();
      }
      return;
    }
    auto const code = lab::run_in_sandbox([&] {
      whole();
      return HasFailure() ? 1 : 0;
    });
    if (code == lab::skipped_exit_code) GTEST_SKIP() << "see above";
    EXPECT_EQ(code, 0) << "see above";
  }
};

TEST_F(HostViewInTheLab, ABridgeIsWalkedFromThePodToItsUplink) {
  in_house([](House& house) {
    house.attach_by_bridge();
    auto const result = house.seen();
    EXPECT_EQ(walked(result), "pod_end migration0, host_end veth1, bridge br1, uplink eth1");
    ASSERT_EQ(result.chain.size(), 4U);
    EXPECT_EQ(result.chain[0].parent, "veth1");
    EXPECT_EQ(result.chain[1].master, "br1");
    EXPECT_EQ(result.chain[2].kind, "bridge");
    EXPECT_EQ(result.chain[3].master, "br1");
    for (auto const& link : result.chain) {
      EXPECT_EQ(link.mtu_octets, 1500U) << link.name;
      EXPECT_TRUE(link.up && link.carrier) << link.name;
    }
    EXPECT_EQ(result.chain[3].speed_bits_per_second, 0U) << "what veth claims is made up";
    EXPECT_EQ(assess(result).status, Status::ok) << assess(result).reason;
    EXPECT_EQ(codes(house.findings()), "");
    EXPECT_EQ(walked(house.seen("")), "pod_end migration0, host_end veth1, bridge br1")
        << "eth1 looks like another pod's port, if nobody names it";
  });
}

TEST_F(HostViewInTheLab, TheCallerStaysInItsNamespace) {
  in_house([](House& house) {
    house.attach_by_bridge();
    auto const own = NetworkNamespace::open("/proc/thread-self/ns/net");
    EXPECT_EQ(house.seen().skipped, "");
    EXPECT_TRUE(own->is_own());
  });
}

TEST_F(HostViewInTheLab, AnUnpluggedUplinkIsSeen) {
  in_house([](House& house) {
    house.attach_by_bridge();
    carry_out(house.outside, "ip link set dev port1 down");
    auto const findings = house.findings();
    EXPECT_EQ(codes(findings), "LINK_DOWN");
    EXPECT_EQ(findings.at(0).evidence.at(0), "east/n1: uplink eth1 of br1 is up without carrier");
  });
}

/// Sends one packet of this size from the pod, whole or not at all; does it come out?
bool passes(House const& house, std::uint32_t octets) {
  asio::io_context loop{1};
  auto const opened = [&](Place const& place, char const* address) {
    lab::Visit const visit{place};
    return UdpProbeSocket::open(loop.get_executor(), {asio::ip::make_address(address), 40000}, {});
  };
  auto from = opened(house.pod, "10.9.0.1");
  auto to = opened(house.outside, "10.9.0.2");
  if (!from || !to) throw std::runtime_error{"no sockets"};
  auto const there = asio::ip::udp::endpoint{asio::ip::make_address("10.9.0.2"), 40000};
  std::vector<std::byte> const packet(octets - ip_and_udp_octets(there.address()));
  Arrival arrival;
  for (int tries = 0; tries < 3; ++tries) {
    from->send_to(packet, there);
    auto waiting =
        asio::co_spawn(loop, to->readable(std::chrono::milliseconds{300}), asio::use_future);
    loop.restart();
    loop.run();
    if (to->receive(arrival)) return true;
  }
  return false;
}

/// Linux 6.1 lets up to 4 octets more pass at both ports, 6.18 only from the veth.
TEST_F(HostViewInTheLab, ALinkIsTooNarrowWhereTheKernelDrops) {
  in_house([](House& house) {
    house.attach_by_bridge();
    carry_out(house.pod, "ip addr add 10.9.0.1/24 dev migration0");
    carry_out(house.outside, "ip addr add 10.9.0.2/24 dev port1");
    ASSERT_TRUE(passes(house, 1500));
    carry_out(house.host, "ip link set dev eth1 mtu 1400");
    EXPECT_TRUE(passes(house, 1400));
    EXPECT_FALSE(passes(house, 1405));
    auto const findings = house.findings();
    EXPECT_EQ(codes(findings), "MTU_CHAIN");
    EXPECT_EQ(findings.at(0).evidence.at(0),
              "east/n1: migration0 takes packets of 1500 octets, uplink eth1 of br1 only 1400");

    carry_out(house.host, "ip link set dev eth1 mtu 1496");
    EXPECT_EQ(codes(house.findings()), "") << "the slack is no fault";
    carry_out(house.host, "ip link set dev eth1 mtu 1500");
    carry_out(house.host, "ip link set dev br1 mtu 1280");
    EXPECT_TRUE(passes(house, 1500));
    EXPECT_EQ(codes(house.findings()), "") << "a bridge's own MTU bounds nothing that passes it";
    carry_out(house.host, "ip link set dev veth1 mtu 1300");
    EXPECT_TRUE(passes(house, 1304));
    EXPECT_FALSE(passes(house, 1305));
    EXPECT_EQ(codes(house.findings()), "MTU_CHAIN");
  });
}

TEST_F(HostViewInTheLab, AMacvlansParentIsSeen) {
  in_house([](House& house) {
    try_out(house.host, "ip link add migration0 link eth1 netns " + path_of(house.pod) +
                            " type macvlan mode bridge");
    carry_out(house.pod, "ip link set dev migration0 up");
    auto const result = house.seen();
    EXPECT_EQ(walked(result), "pod_end migration0, parent eth1");
    EXPECT_EQ(result.chain.at(0).kind, "macvlan");
    EXPECT_EQ(assess(result).status, Status::ok);
  });
}

TEST_F(HostViewInTheLab, ASubInterfaceBelowAMacvlanTellsItsVlan) {
  in_house([](House& house) {
    try_out(house.host, "ip link add link eth1 name eth1.100 type vlan id 100");
    carry_out(house.host, "ip link set dev eth1.100 up");
    try_out(house.host, "ip link add migration0 link eth1.100 netns " + path_of(house.pod) +
                            " type macvlan mode bridge");
    carry_out(house.pod, "ip link set dev migration0 up");
    auto const result = house.seen();
    EXPECT_EQ(walked(result), "pod_end migration0, parent eth1.100, parent eth1");
    EXPECT_EQ(result.chain.at(1).vlan_id, 100);
    EXPECT_EQ(result.chain.at(1).vlan_protocol, "802.1Q");
    EXPECT_EQ(result.chain.at(1).parent, "eth1");
  });
}

TEST_F(HostViewInTheLab, ASubInterfaceOfAProviderTellsItsProtocol) {
  in_house([](House& house) {
    try_out(house.host, "ip link add link eth1 name eth1.7 type vlan proto 802.1ad id 7");
    carry_out(house.host,
              "ip link set dev eth1.7 netns " + path_of(house.pod) + " name migration0");
    auto const result = house.seen();
    EXPECT_EQ(walked(result), "pod_end migration0, parent eth1");
    EXPECT_EQ(result.chain.at(0).vlan_id, 7);
    EXPECT_EQ(result.chain.at(0).vlan_protocol, "802.1ad");
  });
}

TEST_F(HostViewInTheLab, ABondsMembersAreSeen) {
  in_house([](House& house) {
    try_out(house.host, "ip link add bond1 type bond mode active-backup");
    carry_out(house.host, "ip link set dev eth1 down");
    carry_out(house.host, "ip link set dev eth1 master bond1");
    carry_out(house.host, "ip link set dev bond1 up");
    try_out(house.host, "ip link add br1 type bridge");
    carry_out(house.host, "ip link set dev bond1 master br1");
    carry_out(house.host,
              "ip link add veth1 type veth peer name migration0 netns " + path_of(house.pod));
    carry_out(house.host, "ip link set dev veth1 master br1 up");
    EXPECT_EQ(walked(house.seen("")),
              "pod_end migration0, host_end veth1, bridge br1, uplink bond1, member eth1");
  });
}

TEST_F(HostViewInTheLab, AnUplinkWithoutTheVlanIsMendedByTheVeryCommandThatTheFindingNames) {
  in_house([](House& house) {
    house.attach_by_bridge("vlan_filtering 1");
    carry_out(house.host, "bridge vlan del vid 1 dev veth1");
    carry_out(house.host, "bridge vlan add vid 2 dev veth1 pvid untagged");
    carry_out(house.host, "bridge vlan add vid 10-20 dev eth1");
    auto const result = house.seen();
    EXPECT_TRUE(result.chain.at(2).vlan_filtering);
    EXPECT_EQ(result.chain.at(2).default_pvid, 1);
    EXPECT_EQ(result.chain.at(1).pvid, 2);
    EXPECT_EQ(result.chain.at(1).untagged, (std::vector<VlanRange>{{2, 2}}));
    EXPECT_EQ(result.chain.at(3).pvid, 1);
    EXPECT_EQ(result.chain.at(3).untagged, (std::vector<VlanRange>{{1, 1}}));
    EXPECT_EQ(result.chain.at(3).tagged, (std::vector<VlanRange>{{10, 20}}));
    auto const findings = house.findings();
    ASSERT_EQ(codes(findings), "VLAN_UPLINK_MISSING");
    EXPECT_EQ(findings[0].severity, Severity::error);
    std::string const begin = "Run on the node: ";
    auto const& remedy = findings[0].remedy;
    ASSERT_TRUE(remedy.starts_with(begin));
    auto const command = remedy.substr(begin.size(), remedy.find(". ") - begin.size());
    EXPECT_EQ(command, "bridge vlan add vid 2 dev eth1");
    carry_out(house.host, command);
    EXPECT_EQ(codes(house.findings()), "");
  });
}

TEST_F(HostViewInTheLab, AllVlansThatThereAreFitInOneAnswer) {
  in_house([](House& house) {
    house.attach_by_bridge("vlan_filtering 1");
    carry_out(house.host, "bridge vlan add vid 2-4094 dev veth1");
    for (int vlan = 2; vlan < 4094; vlan += 400)
      carry_out(house.host, fmt::format("bridge vlan add vid {} dev eth1", vlan));
    auto const result = house.seen();
    EXPECT_EQ(result.chain.at(1).tagged, (std::vector<VlanRange>{{2, 4094}}));
    EXPECT_EQ(result.chain.at(3).tagged.size(), 11U);
    EXPECT_EQ(codes(house.findings()), "VLAN_UPLINK_MISSING");
  });
}

TEST_F(HostViewInTheLab, ABridgeThatDoesNotFilterIsToldFromOneThatDoes) {
  in_house([](House& house) {
    house.attach_by_bridge("vlan_filtering 0 vlan_default_pvid 1");
    carry_out(house.host, "bridge vlan add vid 2 dev veth1 pvid untagged");
    EXPECT_EQ(codes(house.findings()), "VLAN_FILTERING_OFF");
    carry_out(house.host, "bridge vlan add vid 2 dev eth1");
    carry_out(house.host, "ip link set dev br1 type bridge vlan_filtering 1");
    EXPECT_EQ(codes(house.findings()), "");
  });
}

TEST_F(HostViewInTheLab, ANamespaceThatIsNotTheHostsIsNotTakenForIt) {
  in_house([](House& house) {
    house.attach_by_bridge();
    auto const skipped = house.seen_through(path_of(house.outside)).skipped;
    EXPECT_NE(skipped.find("the other end of migration0 does not lie in"), std::string::npos)
        << skipped;
  });
}

TEST_F(HostViewInTheLab, IsSkippedWithoutTheCapability) {
  in_house([](House& house) {
    house.attach_by_bridge();
    HostView::Result result;
    std::thread{[&] {
      lab::Visit const visit{house.pod};
      // Of this thread alone; those that it starts inherit it.
      __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
      std::array<__user_cap_data_struct, 2> kept{};
      ::syscall(SYS_capget, &header, kept.data());
      std::array<__user_cap_data_struct, 2> none = kept;
      for (auto& set : none) set.effective = 0;
      ASSERT_EQ(::syscall(SYS_capset, &header, none.data()), 0);
      HostView probe;
      probe.interface = "migration0";
      probe.host_netns = path_of(house.host);
      asio::io_context loop{1};
      auto future = asio::co_spawn(loop, run(std::move(probe)), asio::use_future);
      loop.run();
      result = future.get().value();
      ::syscall(SYS_capset, &header, kept.data());  // Visit has to go home
    }}.join();
    auto const [status, reason] = assess(result);
    EXPECT_EQ(status, Status::skipped);
    EXPECT_NE(reason.find("Operation not permitted"), std::string::npos) << reason;
  });
}
}  // namespace
}  // namespace leadline
