#include "tests/lab/network/lab.hpp"

#include "tests/lab/network/sandbox.hpp"
#include "tests/lab/network/subprocess.hpp"
#include "tests/lab/switch/tap.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <exception>
#include <fstream>
#include <new>
#include <stdexcept>
#include <sys/mman.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace leadline::lab {
namespace {
SharedTraffic* share_traffic() {
  auto* const memory = ::mmap(nullptr, sizeof(SharedTraffic), PROT_READ | PROT_WRITE,
                              MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::system_error{errno, std::generic_category(), "mmap"};
  return new (memory) SharedTraffic;
}

std::string lines(std::vector<std::string> const& commands) {
  return fmt::format("{}\n", fmt::join(commands, "\n"));
}

void set_sysctl(std::string const& name, std::string const& value) {
  std::ofstream file{"/proc/sys/net/" + name};
  if (!(file << value << std::flush)) throw std::runtime_error{"cannot set net/" + name};
}

/// Tries a command in a network namespace that nobody uses.
void ask_the_kernel(std::string const& for_what, std::vector<std::string> words) {
  NetworkNamespace const scratch;
  try {
    run_to_end({.words = std::move(words), .network_namespace = scratch.descriptor()});
  } catch (std::runtime_error const& refusal) {
    throw SkippedLab{fmt::format("{} is not to be had here: {}", for_what, refusal.what())};
  }
}

void ask_for_what_it_takes(Topology const& topology) {
  if (::access("/dev/net/tun", R_OK | W_OK) != 0)
    throw SkippedLab{fmt::format("TAP interfaces are not permitted here (/dev/net/tun): {}",
                                 std::error_code{errno, std::generic_category()}.message())};
  auto const limited = [](Machine const& machine) {
    return std::ranges::any_of(machine.taps,
                               [](auto const& tap) { return tap.line_rate.per_second > 0; });
  };
  if (std::ranges::any_of(topology.machines, limited))
    ask_the_kernel("a limit on the rate of a link",
                   {"tc", "qdisc", "add", "dev", "lo", "root", "tbf", "rate", "1mbit", "burst",
                    "32kb", "latency", "20ms"});
  if (std::ranges::any_of(topology.machines,
                          [](Machine const& machine) { return !machine.nft_commands.empty(); }))
    ask_the_kernel("a firewall", {"nft", "add", "table", "inet", "lab"});
}

// A lab is made by the only thread of its sandbox.
// NOLINTBEGIN(concurrency-mt-unsafe)

/// Until the switch listens to it, SIGTERM must not end it without its report.
class BlockedSigterm {
 public:
  BlockedSigterm() {
    sigset_t mask;
    sigemptyset(&mask);
    sigaddset(&mask, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &mask, &before_);
  }

  BlockedSigterm(BlockedSigterm const&) = delete;
  BlockedSigterm(BlockedSigterm&&) = delete;
  BlockedSigterm& operator=(BlockedSigterm const&) = delete;
  BlockedSigterm& operator=(BlockedSigterm&&) = delete;

  ~BlockedSigterm() { ::sigprocmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

// NOLINTEND(concurrency-mt-unsafe)
}  // namespace

Lab::Lab(Topology topology, std::filesystem::path const& directory)
    : topology_{std::move(topology)},
      places_(topology_.machines.size()),
      traffic_{share_traffic()} {
  ask_for_what_it_takes(topology_);
  for (std::size_t i = 0; i < places_.size(); ++i) {
    Visit const visit{places_[i]};
    for (auto const& [name, value] : topology_.machines[i].sysctls) set_sysctl(name, value);
  }
  auto taps = open_taps();
  connect_coordinator();
  for (std::size_t i = 0; i < places_.size(); ++i) configure(i);
  for (auto const& machine : topology_.machines)
    for (auto const& tap : machine.taps)
      if (!tap.carrier) set_carrier(taps[tap.port], false);
  plug_in(std::move(taps), directory / "switch.json");
}

Lab::~Lab() {
  unplug();
  ::munmap(traffic_, sizeof(SharedTraffic));
}

std::vector<FileDescriptor> Lab::open_taps() const {
  std::vector<FileDescriptor> taps(topology_.fabric.ports.size());
  for (std::size_t i = 0; i < places_.size(); ++i) {
    Visit const visit{places_[i]};
    for (auto const& tap : topology_.machines[i].taps) taps[tap.port] = open_tap(tap.name);
  }
  return taps;
}

void Lab::connect_coordinator() const {
  std::vector<std::string> commands{"link set lo up"};
  for (std::size_t i = 0; i < topology_.nodes.size(); ++i) {
    auto const& node = topology_.nodes[i];
    commands.push_back(
        fmt::format("link add name mgmt{} type veth peer name mgmt0 netns /proc/{}/fd/{}", i + 1,
                    ::getpid(), places_[node.machine].descriptor()));
    commands.push_back(
        fmt::format("address add {}/30 dev mgmt{}", node.coordinator_address, i + 1));
    commands.push_back(fmt::format("link set mgmt{} up", i + 1));
  }
  run_to_end({.words = {"ip", "-batch", "-"}, .network_namespace = coordinator_.descriptor()},
             lines(commands));
}

void Lab::configure(std::size_t machine) const {
  auto const& wanted = topology_.machines[machine];
  auto const place = places_[machine].descriptor();
  run_to_end({.words = {"ip", "-batch", "-"}, .network_namespace = place},
             lines(wanted.ip_commands));
  if (!wanted.nft_commands.empty())
    run_to_end({.words = {"nft", "-f", "-"}, .network_namespace = place},
               lines(wanted.nft_commands));
  for (auto const& tap : wanted.taps) limit_rate(tap, place);
  for (auto const& command : wanted.shell_commands)
    run_to_end({.words = {"sh", "-c", command}, .network_namespace = place});
}

// A queueing discipline holds senders back as a network card does. The TAP alone takes what it is
// given and drops it when the switch is late, which no healthy network does.
void Lab::limit_rate(TapInterface const& tap, int place) {
  if (tap.line_rate.per_second <= 0) return;
  auto const rate = fmt::format("{:.0f}bit", tap.line_rate.per_second);
  run_to_end({.words = {"tc", "qdisc", "add", "dev", tap.name, "root", "tbf", "rate", rate, "burst",
                        "256kb", "latency", "20ms"},
              .network_namespace = place});
}

void Lab::plug_in(std::vector<FileDescriptor> taps, std::filesystem::path const& report) {
  BlockedSigterm const blocked;
  std::fflush(nullptr);
  switch_ = ::fork();
  if (switch_ < 0) throw std::system_error{errno, std::generic_category(), "fork"};
  if (switch_ != 0) return;
  try {
    run_switch(topology_.fabric, std::move(taps), *traffic_, report);
    ::_exit(0);
  } catch (std::exception const& error) {
    fmt::print(stderr, "switch: {}\n", error.what());
    ::_exit(1);
  }
}

void Lab::unplug() {
  if (switch_ < 0) return;
  ::kill(switch_, SIGTERM);
  wait_for(std::exchange(switch_, -1));
}

NetworkNamespace const& Lab::machine(std::string const& name) const {
  for (std::size_t i = 0; i < places_.size(); ++i)
    if (topology_.machines[i].name == name) return places_[i];
  throw std::out_of_range{"no machine " + name + " in this lab"};
}
}  // namespace leadline::lab
