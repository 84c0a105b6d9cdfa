// How long does `leadline check` take over N x N agents, and how much memory? The real program in a
// process of its own; the agents are stubs that speak the real protocol over loopback.
//   bench_coordinator LEADLINE [NODES_PER_CLUSTER] [check options...]
#include "bench/coordinator/stub_agent.hpp"
#include "coordinator/pki.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <spawn.h>
#include <stdexcept>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <vector>

namespace {
namespace asio = boost::asio;
namespace fs = std::filesystem;
using namespace leadline;
using namespace leadline::bench;

struct Scratch {
  fs::path path;

  Scratch() {
    std::string name = fs::temp_directory_path() / "leadline-bench-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error{"no temporary directory"};
    path = name;
  }

  ~Scratch() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }

  Scratch(Scratch const&) = delete;
  Scratch& operator=(Scratch const&) = delete;
};

void must(tl::expected<void, std::string> const& made) {
  if (!made) throw std::runtime_error{made.error()};
}

void make_certificates(fs::path const& at) {
  must(make_authority(at / "ca"));
  must(issue({.authority = at / "ca",
              .identity = {.role = Identity::Role::coordinator},
              .out = at / "coordinator"}));
  for (auto const* cluster : {"east", "west"})
    must(issue({.authority = at / "ca",
                .identity = {.role = Identity::Role::agent, .cluster = cluster},
                .out = at / cluster}));
}

asio::ip::tcp::endpoint free_port(asio::io_context& context) {
  asio::ip::tcp::acceptor const probe{context, {asio::ip::make_address("127.0.0.1"), 0}};
  return probe.local_endpoint();
}

pid_t start(std::vector<std::string> words) {
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t process{};
  if (auto const error =
          ::posix_spawn(&process, arguments.front(), nullptr, nullptr, arguments.data(), environ);
      error != 0)
    throw std::system_error{error, std::generic_category(), words.front()};
  return process;
}

struct Cost {
  int exit_code{};
  double wall_seconds{};
  double cpu_seconds{};
  double peak_mib{};
};

Cost cost_of(int status, rusage const& usage, std::chrono::duration<double> wall) {
  auto const seconds = [](timeval const& time) {
    return static_cast<double>(time.tv_sec) + (static_cast<double>(time.tv_usec) * 1e-6);
  };
  return {.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
          .wall_seconds = wall.count(),
          .cpu_seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime),
          .peak_mib = static_cast<double>(usage.ru_maxrss) / 1024};
}

Cost run(std::vector<std::string> const& check, std::vector<StubAgent> const& agents,
         asio::io_context& context, asio::ip::tcp::endpoint coordinator) {
  auto const began = std::chrono::steady_clock::now();
  auto const process = start(check);
  Cost cost;
  std::thread waiter{[&] {
    int status = 0;
    rusage usage{};
    ::wait4(process, &status, 0, &usage);
    cost = cost_of(status, usage, std::chrono::steady_clock::now() - began);
    context.stop();
  }};
  for (auto const& agent : agents)
    asio::co_spawn(context, attend(agent, coordinator), [](std::exception_ptr const& failure) {
      try {
        if (failure) std::rethrow_exception(failure);
      } catch (std::exception const& e) {
        std::cerr << "an agent failed: " << e.what() << '\n';
      }
    });
  context.run();
  waiter.join();
  return cost;
}

int nodes_of(std::string const& text) {
  int nodes = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), nodes);
  constexpr int most = 5000;
  if (error != std::errc{} || end != text.data() + text.size() || nodes < 2 || nodes > most)
    throw std::invalid_argument{
        fmt::format("'{}' is not a number of nodes of 2 to {}", text, most)};
  return nodes;
}

std::vector<StubAgent> make_agents(fs::path const& certificates, int nodes) {
  // The roster is sorted: east first, then west.
  ImaginedFaults const faults{.nodes = static_cast<NodeIndex>(2 * nodes),
                              .deaf = 1,
                              .thin = static_cast<NodeIndex>(nodes + 1)};
  std::vector<StubAgent> agents;
  auto const orders = std::make_shared<std::size_t>();
  for (auto const* cluster : {"east", "west"}) {
    auto const identity = TlsIdentity::from_leadline(certificates / cluster);
    if (!identity) throw std::runtime_error{identity.error().detail};
    for (int i = 0; i < nodes; ++i)
      agents.push_back({.name = {.cluster = cluster, .node = fmt::format("n{:04}", i)},
                        .faults = faults,
                        .identity = *identity,
                        .orders = orders});
  }
  return agents;
}

int measure(std::vector<std::string> const& words) {
  auto const nodes = nodes_of(words.size() > 1 ? words[1] : "500");
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  Scratch const scratch;
  make_certificates(scratch.path);
  asio::io_context context{1};
  auto const coordinator = free_port(context);
  std::vector<std::string> check{words[0],   "check",
                                 "--listen", fmt::format("127.0.0.1:{}", coordinator.port()),
                                 "--tls",    scratch.path / "coordinator",
                                 "--expect", fmt::format("east={}", nodes),
                                 "--expect", fmt::format("west={}", nodes),
                                 "--yes"};
  if (words.size() > 2)
    check.insert(check.end(), words.begin() + 2, words.end());
  else  // bandwidth tests are sampled at such sizes: half a million would take days
    check.insert(check.end(), {"--stages", "facts,reach,tls,path_mtu,latency"});
  auto const agents = make_agents(scratch.path, nodes);
  auto const cost = run(check, agents, context, coordinator);
  fmt::print(stderr,
             "{} x {} agents: exit code {}, {:.1f} s, {:.1f} s of CPU, at most {:.0f} MiB, {:.1f} "
             "messages to each agent\n",
             nodes, nodes, cost.exit_code, cost.wall_seconds, cost.cpu_seconds, cost.peak_mib,
             static_cast<double>(*agents.front().orders) / static_cast<double>(agents.size()));
  constexpr int not_ready = 20;  // two nodes are imagined to be at fault
  return cost.exit_code == not_ready ? 0 : 1;
}
}  // namespace

int main(int count, char** words) {
  if (count < 2) {
    std::cerr << "bench_coordinator LEADLINE [NODES_PER_CLUSTER] [check options...]\n";
    return 2;
  }
  try {
    return measure({words + 1, words + count});
  } catch (std::exception const& e) {
    std::cerr << "bench_coordinator: " << e.what() << '\n';
    return 1;
  }
}
