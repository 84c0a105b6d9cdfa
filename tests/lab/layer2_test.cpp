#include "probes/address_claims.hpp"
#include "probes/broadcast_domain.hpp"
#include "probes/linux/packet_socket.hpp"
#include "probes/wire/beacon.hpp"
#include "tests/lab/in_lab.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <future>
#include <string>
#include <thread>
#include <vector>

// The layer 2 probes on real packet sockets, over the lab's switch.
namespace leadline {
namespace {
namespace asio = boost::asio;
using lab::Lab;
using namespace std::chrono_literals;

constexpr std::array<sock_filter, 1> nothing{{{BPF_RET | BPF_K, 0, 0, 0}}};

/// One node of the lab; what runs there runs in a thread of its own, as a namespace is a thread's.
class Node {
 public:
  Node(Lab& place, std::string const& name, RunKey key) : place_{place} {
    for (auto const& node : place.topology().nodes)
      if (node.cluster + "/" + node.node == name) machine_ = node.machine;
    auto const index = static_cast<NodeIndex>(name.starts_with("east") ? 0 : 10);
    passport_ = {.run = 9, .key = key, .self = static_cast<NodeIndex>(index + (name.back() - '0'))};
  }

  [[nodiscard]] NodeIndex self() const { return passport_.self; }

  template <class P>
  std::future<typename P::Result> start(P probe) const {
    probe.path.passport = passport_;
    if (probe.interface.empty()) probe.interface = "migration0";
    return std::async(std::launch::async, [this, probe] {
      lab::Visit const visit{place_.machine(machine_)};
      asio::io_context loop;
      auto outcome = asio::co_spawn(loop, run(probe), asio::use_future);
      loop.run();
      auto result = outcome.get();
      if (!result) throw std::runtime_error{describe(result.error())};
      return *result;
    });
  }

  /// Sends frames that no agent would.
  void throw_in(std::vector<std::vector<std::byte>> const& frames) const {
    std::thread{[&] {
      lab::Visit const visit{place_.machine(machine_)};
      asio::io_context loop;
      auto socket = PacketSocket::open(loop.get_executor(), "migration0", nothing);
      ASSERT_TRUE(socket) << describe(socket.error());
      for (auto const& frame : frames) EXPECT_FALSE(socket->send(frame));
    }}.join();
  }

  void shell(std::string const& command) const {
    std::thread{[&] {
      lab::Visit const visit{place_.machine(machine_)};
      EXPECT_EQ(std::system(command.c_str()), 0) << command;
    }}.join();
  }

 private:
  Lab& place_;
  std::size_t machine_{};
  Passport passport_;
};

/// "1:-:-" is node 1, sent untagged, heard untagged.
std::vector<std::string> heard(BroadcastDomain::Result const& result) {
  auto const tag = [](std::optional<VlanId> vlan) { return vlan ? std::to_string(*vlan) : "-"; };
  std::vector<std::string> list;
  for (auto const& entry : result.heard)
    list.push_back(std::to_string(entry.sender) + ":" + tag(entry.sent_vlan) + ":" +
                   tag(entry.seen_vlan));
  std::ranges::sort(list);
  return list;
}

using Words = std::vector<std::string>;

class Layer2InTheLab : public lab::InLab {};

TEST_F(Layer2InTheLab, BeaconsShowEveryPortAsItIs) {
  in_lab(R"(
clusters: {east: 3, west: 1}
faults:
  - {trunk: [1, 200], node: east/n2}
  - {access_vlan: 200, node: east/n3}
)",
         [](Lab& place) {
           auto const key = RunKey::random();
           BroadcastDomain probe;
           probe.vlan_ids = {1, 200};
           std::vector<Node> nodes;
           for (auto const* name : {"east/n1", "east/n2", "east/n3", "west/n1"})
             nodes.emplace_back(place, name, key);
           std::vector<std::future<BroadcastDomain::Result>> running;
           for (auto const& node : nodes) running.push_back(node.start(probe));
           std::vector<BroadcastDomain::Result> results;
           for (auto& one : running) results.push_back(one.get());
           for (auto const& result : results) {
             EXPECT_EQ(result.skipped, "");
             EXPECT_EQ(result.sent, 9) << "three times untagged and with two tags";
             EXPECT_EQ(result.returned, 0);
             for (auto const& entry : result.heard) EXPECT_EQ(entry.rewritten_mac, "");
           }
           EXPECT_EQ(heard(results[0]), (Words{"11:-:-", "2:1:-"})) << "access 1";
           EXPECT_EQ(heard(results[1]), (Words{"11:-:1", "1:-:1", "3:-:200"})) << "trunk 1, 200";
           EXPECT_EQ(heard(results[2]), (Words{"2:200:-"})) << "access 200";
           EXPECT_EQ(heard(results[3]), (Words{"1:-:-", "2:1:-"})) << "access 1 behind the link";
         });
}

TEST_F(Layer2InTheLab, ForeignFramesOnTheEthertypeAreIgnoredAndCounted) {
  in_lab("clusters: {east: 2, west: 1}", [](Lab& place) {
    auto const key = RunKey::random();
    Node const listener{place, "east/n1", key};
    Node const stranger{place, "east/n2", RunKey::random()};
    auto running = listener.start(BroadcastDomain{.beacons = 1, .window_ms = 1500ms});
    std::this_thread::sleep_for(700ms);
    Beacon const forged{.run = 9, .sender = 2, .sent_vlan = {}, .sequence = 0, .source = {}};
    std::vector<std::vector<std::byte>> frames{encode(forged, RunKey::random())};
    Beacon const real{.run = 9, .sender = 2, .sent_vlan = {}, .sequence = 0, .source = {}};
    frames.push_back(encode(real, key));
    frames.push_back(encode(real, key));  // played back
    std::vector<std::byte> random(60, std::byte{0xff});
    random[12] = std::byte{0x88};
    random[13] = std::byte{0xb5};
    frames.push_back(random);
    random.resize(1400, std::byte{0x5a});  // jumbo for a beacon
    frames.push_back(random);
    random.resize(16);
    frames.push_back(random);
    stranger.throw_in(frames);
    auto const result = running.get();
    EXPECT_EQ(result.skipped, "");
    EXPECT_EQ(heard(result), Words{"2:-:-"});
    EXPECT_EQ(result.forged, 4);
    EXPECT_EQ(result.repeated, 1);
  });
}

TEST_F(Layer2InTheLab, EveryHolderOfAnAddressAnswers) {
  in_lab("clusters: {east: 3, west: 1}\nfamily: dual", [](Lab& place) {
    auto const key = RunKey::random();
    Node const asker{place, "east/n1", key};
    Node const thief{place, "east/n3", key};
    thief.shell("ip address add 10.200.1.2/16 dev migration0");
    thief.shell("ip -6 address add fd00:200::1:2/64 dev migration0 nodad");
    AddressClaims probe;
    std::vector<std::string> addresses;
    for (auto const& node : place.topology().nodes)
      for (auto const& address : node.addresses) addresses.push_back(address);
    probe.addresses = addresses;
    probe.addresses.emplace_back("192.0.2.1");
    auto const result = asker.start(probe).get();
    EXPECT_EQ(result.skipped, "");
    EXPECT_EQ(result.asked, static_cast<int>(addresses.size())) << "192.0.2.1 is not on this link";
    auto const holders = [&](std::string const& address) {
      return std::ranges::count(result.claims, address, &AddressClaim::address);
    };
    for (auto const& node : place.topology().nodes)
      for (auto const& address : node.addresses) {
        bool const own = node.cluster == "east" && node.node == "n1";
        bool const stolen = address == "10.200.1.2" || address == "fd00:200::1:2";
        EXPECT_EQ(holders(address), own ? 0 : stolen ? 2 : 1) << address;
      }
    EXPECT_EQ(assess(result).status, Status::warn);
  });
}

TEST_F(Layer2InTheLab, WhatKeepsANodeFromItIsSaid) {
  in_lab("clusters: {east: 1, west: 1}", [](Lab& place) {
    Node const node{place, "east/n1", RunKey::random()};
    EXPECT_NE(node.start(BroadcastDomain{.interface = "nowhere0"}).get().skipped.find("nowhere0"),
              std::string::npos);
    EXPECT_NE(node.start(BroadcastDomain{.interface = "lo"}).get().skipped.find("cannot broadcast"),
              std::string::npos);
    EXPECT_EQ(node.start(AddressClaims{.interface = "lo"}).get().claims.size(), 0U);
    auto running = node.start(BroadcastDomain{});
    auto asking = node.start(AddressClaims{.addresses = {"10.200.2.1"}, .window_ms = 3000ms});
    std::this_thread::sleep_for(1s);
    auto const down = std::chrono::steady_clock::now();
    node.shell("ip link set migration0 down");
    EXPECT_NE(running.get().skipped.find("migration0 went away"), std::string::npos);
    EXPECT_NE(asking.get().skipped.find("migration0 went away"), std::string::npos);
    EXPECT_LT(std::chrono::steady_clock::now() - down, 1500ms) << "and the window ends with it";
    EXPECT_NE(node.start(BroadcastDomain{}).get().skipped.find("migration0"), std::string::npos);
  });
}
}  // namespace
}  // namespace leadline
