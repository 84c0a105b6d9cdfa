#include "tests/lab/network/lab.hpp"
#include "tests/lab/network/sandbox.hpp"
#include "tests/lab/network/subprocess.hpp"
#include "tests/lab/udp_endpoint.hpp"
#include "tests/unit/refused_system_call.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <poll.h>
#include <string>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace leadline::lab {
namespace {
using namespace std::chrono_literals;

/// A directory that is removed with everything in it.
class ScratchDirectory {
 public:
  ScratchDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "leadline-lab-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error{"mkdtemp " + name};
    path = name;
  }

  ScratchDirectory(ScratchDirectory const&) = delete;
  ScratchDirectory(ScratchDirectory&&) = delete;
  ScratchDirectory& operator=(ScratchDirectory const&) = delete;
  ScratchDirectory& operator=(ScratchDirectory&&) = delete;

  ~ScratchDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }

  std::filesystem::path path;
};

/// Runs the test's body in a lab of its own, in a sandbox. The expectations in it report in that
/// process; here they come back as one failure.
class LabNetwork : public testing::Test {
 protected:
  void in_lab(std::string const& yaml, void (*body)(Lab&)) {
    auto const scenario = read_scenario(yaml);
    ASSERT_TRUE(scenario) << scenario.error().front().message;
    auto const code = run_in_sandbox([&] {
      Lab lab{plan_topology(*scenario), directory_.path};
      body(lab);
      return HasFailure() ? 1 : 0;
    });
    if (code == skipped_exit_code) GTEST_SKIP() << "namespaces or TAPs are not permitted here";
    EXPECT_EQ(code, 0) << "see above";
  }

  [[nodiscard]] nlohmann::json counters() const {
    return nlohmann::json::parse(std::ifstream{directory_.path / "switch.json"});
  }

 private:
  ScratchDirectory directory_;
};

UdpEndpoint at(Lab& lab, std::string const& machine, std::string const& address) {
  Visit const visit{lab.machine(machine)};
  return UdpEndpoint{address};
}

TEST_F(LabNetwork, ConnectsEveryNodeWithEveryOther) {
  in_lab("family: dual", [](Lab& lab) {
    std::vector<UdpEndpoint> ends;
    for (auto const& node : lab.topology().nodes)
      for (auto const& address : node.addresses)
        ends.push_back(at(lab, node.cluster + "/" + node.node, address));
    ASSERT_EQ(ends.size(), 12U);
    for (auto& source : ends)
      for (auto& target : ends) {
        if (source.family() != target.family()) continue;
        source.send(target, 1000);
        EXPECT_EQ(target.receive(2s), 1000U);
      }
  });
}

TEST_F(LabNetwork, RoutesBetweenTheClusters) {
  in_lab("{family: dual, routed: true}", [](Lab& lab) {
    for (std::size_t family : {0U, 1U}) {
      auto source = at(lab, "east/n1", lab.topology().nodes.front().addresses[family]);
      auto target = at(lab, "west/n3", lab.topology().nodes.back().addresses[family]);
      source.send(target, 1000);
      EXPECT_EQ(target.receive(2s), 1000U);
      EXPECT_EQ(target.ttl_seen(), 62);
    }
  });
}

TEST_F(LabNetwork, HoldsItsMtuToTheOctet) {
  in_lab("{mtu: 9000, faults: [{inter_cluster: east->west, mtu: 1450}]}", [](Lab& lab) {
    auto east = at(lab, "east/n1", "10.200.1.1");
    auto west = at(lab, "west/n1", "10.200.2.1");
    east.send(west, 1451 - 28);
    east.send(west, 1450 - 28);
    EXPECT_EQ(west.receive(2s), 1450U - 28U) << "what is larger is lost without a word";
    west.send(east, 9000 - 28);
    EXPECT_EQ(east.receive(2s), 9000U - 28U) << "the other direction is not concerned";
  });
  if (!IsSkipped() && !HasFailure()) {
    EXPECT_EQ(counters()["links"]["east-west"]["a_to_b"]["dropped_frames"],
              (nlohmann::json{{"mtu", 1}}));
  }
}

TEST_F(LabNetwork, HasRoutersThatSignalTheirMtu) {
  in_lab("{routed: true, faults: [{router_mtu: 1450}]}", [](Lab& lab) {
    auto east = at(lab, "east/n1", "10.200.1.1");
    auto west = at(lab, "west/n1", "10.200.2.1");
    east.send(west, 1451 - 28);
    EXPECT_EQ(east.mtu_told_by_icmp(2s), 1450);
  });
}

TEST_F(LabNetwork, DelaysBothWays) {
  in_lab("faults: [{inter_cluster: both, delay: 40ms}]", [](Lab& lab) {
    auto east = at(lab, "east/n1", "10.200.1.1");
    auto west = at(lab, "west/n1", "10.200.2.1");
    auto const start = std::chrono::steady_clock::now();
    east.send(west, 100);
    ASSERT_EQ(west.receive(2s), 100U);
    west.send(east, 100);
    ASSERT_EQ(east.receive(2s), 100U);
    // There and back, and as much for the ARP of the first packet.
    EXPECT_GE(std::chrono::steady_clock::now() - start, 160ms);
  });
}

TEST_F(LabNetwork, KeepsVlansApart) {
  in_lab("faults: [{access_vlan: 200, node: east/n2}]", [](Lab& lab) {
    auto first = at(lab, "east/n1", "10.200.1.1");
    auto strayed = at(lab, "east/n2", "10.200.1.2");
    auto third = at(lab, "east/n3", "10.200.1.3");
    first.send(strayed, 100);
    first.send(third, 200);
    EXPECT_EQ(third.receive(2s), 200U);
    EXPECT_EQ(strayed.receive(0s), std::nullopt);
  });
}

TEST_F(LabNetwork, CanCutACableOrPullIt) {
  in_lab("faults: [{link: east/n2, cut: true}, {carrier_lost: east/n3}]", [](Lab& lab) {
    auto first = at(lab, "east/n1", "10.200.1.1");
    auto cut = at(lab, "east/n2", "10.200.1.2");
    auto west = at(lab, "west/n1", "10.200.2.1");
    first.send(cut, 100);
    first.send(west, 200);
    EXPECT_EQ(west.receive(2s), 200U);
    EXPECT_EQ(cut.receive(0s), std::nullopt);
    Visit const visit{lab.machine("east/n3")};
    run_to_end({.words = {"sh", "-c", "ip -o link show migration0 | grep -q NO-CARRIER"}});
  });
}

TEST_F(LabNetwork, HasFirewallsAndLeavesTheManagementInterfaceAlone) {
  in_lab("faults: [{nft: drop, hook: input, in: west/n1}]", [](Lab& lab) {
    auto east = at(lab, "east/n1", "10.200.1.1");
    auto west = at(lab, "west/n1", "10.200.2.1");
    auto other = at(lab, "west/n2", "10.200.2.2");
    east.send(west, 100);
    east.send(other, 200);
    EXPECT_EQ(other.receive(2s), 200U);
    EXPECT_EQ(west.receive(0s), std::nullopt);
    Visit const visit{lab.coordinator()};
    UdpEndpoint coordinator{lab.topology().nodes[3].coordinator_address};
    auto agent = at(lab, "west/n1", lab.topology().nodes[3].management_address);
    agent.send(coordinator, 300);
    EXPECT_EQ(coordinator.receive(2s), 300U);
    coordinator.send(agent, 400);
    EXPECT_EQ(agent.receive(2s), 400U);
  });
}

TEST_F(LabNetwork, KnowsWhenTheLastPacketLeftANode) {
  in_lab("{}", [](Lab& lab) {
    EXPECT_EQ(lab.traffic().last_packet_ns, 0);
    auto east = at(lab, "east/n1", "10.200.1.1");
    auto west = at(lab, "west/n1", "10.200.2.1");
    auto const before = std::chrono::steady_clock::now().time_since_epoch().count();
    east.send(west, 100);
    ASSERT_EQ(west.receive(2s), 100U);
    EXPECT_GE(lab.traffic().last_packet_ns, before);
  });
}

// Every process of the lab holds the writing end of a pipe: when all are dead, the reader learns
// it.
TEST(Sandbox, LeavesNoProcessBehindWhenItsRunnerIsKilled) {
  std::array<int, 2> alive{};
  ASSERT_EQ(::pipe(alive.data()), 0);
  FileDescriptor const reader{alive[0]};
  FileDescriptor writer{alive[1]};
  ScratchDirectory const directory;

  auto const runner = ::fork();
  if (runner == 0)
    ::_exit(run_in_sandbox([&] {
      Lab const lab{plan_topology(Scenario{}), directory.path};
      start({.words = {"sleep", "1000"}, .network_namespace = lab.coordinator().descriptor()});
      char const ready = 'r';
      if (::write(writer.get(), &ready, 1) != 1) return 1;
      ::pause();
      return 0;
    }));
  writer.close();
  char said = 0;
  if (::read(reader.get(), &said, 1) != 1) {
    int status = 0;
    ::waitpid(runner, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == skipped_exit_code)
      GTEST_SKIP() << "namespaces or TAPs are not permitted here";
    FAIL() << "the lab did not start";
  }
  ::kill(runner, SIGKILL);
  ::waitpid(runner, nullptr, 0);
  pollfd all{.fd = reader.get(), .events = POLLIN, .revents = 0};
  ASSERT_EQ(::poll(&all, 1, 10000), 1) << "something of the lab is still alive";
  EXPECT_EQ(::read(reader.get(), &said, 1), 0);
}

TEST(Sandbox, SkipsALabThatTakesWhatTheKernelLacks) {
  if (run_in_sandbox([] { return 0; }) == skipped_exit_code)
    GTEST_SKIP() << "namespaces or TAPs are not permitted here";
  ScratchDirectory const directory;
  auto const tc = directory.path / "tc";
  std::ofstream{tc} << "#!/bin/sh\necho 'Error: Specified qdisc kind is unknown.' >&2\nexit 2\n";
  std::filesystem::permissions(tc, std::filesystem::perms::owner_all);
  auto const in_lab = [&](Scenario const& scenario) {
    return run_in_sandbox([&] {
      // NOLINTBEGIN(concurrency-mt-unsafe): a sandbox starts with one thread
      auto const path = directory.path.string() + ":" + std::getenv("PATH");
      ::setenv("PATH", path.c_str(), 1);
      // NOLINTEND(concurrency-mt-unsafe)
      Lab const lab{plan_topology(scenario), directory.path};
      return 0;
    });
  };
  Scenario const limited;
  Scenario unlimited;
  unlimited.line_rate = {};
  EXPECT_EQ(in_lab(limited), skipped_exit_code);
  EXPECT_EQ(in_lab(unlimited), 0);
}

TEST(Sandbox, SaysThatNamespacesAreNotPermittedWhereTheyAreNot) {
  std::thread{[] {
    refuse_system_call(SYS_unshare, EPERM);  // of this thread, and of what it forks
    testing::internal::CaptureStderr();
    EXPECT_EQ(run_in_sandbox([] { return 0; }), skipped_exit_code);
    EXPECT_EQ(testing::internal::GetCapturedStderr(),
              "skipped: namespaces are not permitted here (unshare): Operation not permitted\n");
  }}.join();
}

TEST(Sandbox, HandsTheExitCodeBack) {
  auto const code = run_in_sandbox([] { return 42; });
  if (code == skipped_exit_code) GTEST_SKIP() << "namespaces or TAPs are not permitted here";
  EXPECT_EQ(code, 42);
  EXPECT_EQ(run_in_sandbox([]() -> int {
              ::raise(SIGKILL);
              return ::getpid() == 1 ? 9 : 1;
            }),
            9)
      << "process 1 is immune to its own signals";
}
}  // namespace
}  // namespace leadline::lab
