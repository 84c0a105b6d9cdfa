#include "tests/lab/uml/cni_lab.hpp"

#include "tests/lab/network/subprocess.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <net/if.h>
#include <regex>
#include <sstream>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace leadline::lab {
namespace {
constexpr auto coordinator_address = "10.8.255.254";

/// Starting a program is slow in user-mode Linux: as much as possible goes into one.
void batch(char const* program, NetworkNamespace const& where,
           std::vector<std::string> const& commands) {
  run_to_end({.words = {program, "-batch", "-"}, .network_namespace = where.descriptor()},
             fmt::format("{}\n", fmt::join(commands, "\n")));
}

bool batchable(std::string const& program) {
  return program == "ip" || program == "bridge" || program == "tc";
}

/// What an administrator types, a command a line: what one program can do in a row it does in one
/// batch, the rest goes to a shell.
void carry_out(NetworkNamespace const& where, std::string const& script) {
  std::string program;
  std::vector<std::string> in_a_row;
  auto flush = [&] {
    if (!in_a_row.empty()) batch(program.c_str(), where, std::exchange(in_a_row, {}));
  };
  std::istringstream lines{script};
  for (std::string line; std::getline(lines, line);) {
    auto const first = line.substr(0, line.find(' '));
    if (first != program) flush();
    program = first;
    if (batchable(first))
      in_a_row.push_back(line.substr(first.size()));
    else if (!line.empty())
      run_to_end({.words = {"sh", "-c", line}, .network_namespace = where.descriptor()});
  }
  flush();
}

/// "ip" would do, but costs a process.
void give_address(NetworkNamespace const& where, char const* interface, std::string const& address,
                  char const* netmask) {
  Visit const visit{where};
  FileDescriptor const socket{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  ifreq request{};
  std::strncpy(request.ifr_name, interface, IFNAMSIZ - 1);
  auto request_it = [&](unsigned long what) {
    if (::ioctl(socket.get(), what, &request) != 0)
      throw std::system_error{errno, std::generic_category(), interface + (" " + address)};
  };
  auto set = [&](unsigned long what, std::string const& value) {
    sockaddr_in wanted{};
    wanted.sin_family = AF_INET;
    ::inet_pton(AF_INET, value.c_str(), &wanted.sin_addr);
    std::memcpy(&request.ifr_addr, &wanted, sizeof wanted);
    request_it(what);
  };
  set(SIOCSIFADDR, address);
  set(SIOCSIFNETMASK, netmask);
  request.ifr_flags = IFF_UP;
  request_it(SIOCSIFFLAGS);
}

std::string path_of(NetworkNamespace const& space) {
  return fmt::format("/proc/{}/fd/{}", ::getpid(), space.descriptor());
}

std::string published(std::string const& name) {
  return "/run/netns/" + name;
}

/// Gives it a name as `ip netns` does: for plugins, agents and scripts.
std::string publish(NetworkNamespace const& space, std::string const& name) {
  std::filesystem::create_directories("/run/netns");
  auto path = published(name);
  std::ofstream{path}.flush();
  if (::mount(path_of(space).c_str(), path.c_str(), nullptr, MS_BIND, nullptr) != 0)
    throw std::system_error{errno, std::generic_category(), path};
  return path;
}
}  // namespace

CniLab::CniLab(CniScenario const& scenario) {
  plan(scenario);
  build_switches();
  for (auto const& host : hosts_) {
    publish(host.space, host.name);
    carry_out(host.space, "ip link set eth1 up\n" + host.setup.before);
  }
  attach_pods();
  for (auto const& host : hosts_) carry_out(host.space, host.setup.after);
  carry_out(site_, scenario.switches);
}

std::string CniLab::host_of(CniPod const& pod) const {
  return published(hosts_.at(pod.node.machine).name);
}

void CniLab::plan(CniScenario const& scenario) {
  int cluster_number = 0;
  for (auto const& cluster : scenario.run.clusters) {
    ++cluster_number;
    for (int i = 1; i <= cluster.nodes; ++i) {
      auto const name = fmt::format("n{}", i);
      auto const& setup = scenario.nodes.at(cluster.name + "/" + name);
      if (i == 1 || !scenario.one_host)
        hosts_.push_back({.name = cluster.name + "-" + name,
                          .cluster = cluster.name,
                          .setup = setup,
                          .space = {}});
      pods_.push_back({.node = {.machine = hosts_.size() - 1,
                                .cluster = cluster.name,
                                .node = name,
                                .addresses = {fmt::format("10.200.{}.{}", cluster_number, i)},
                                .management_address = fmt::format("10.8.{}.{}", cluster_number, i),
                                .coordinator_address = coordinator_address},
                       .setup = setup,
                       .space = {}});
    }
  }
}

void CniLab::build_switches() const {
  std::vector<std::string> links{
      "link set lo up", "link add management type bridge",
      fmt::format("address add {}/16 dev management", coordinator_address),
      "link set management up",
      "link add east-trunk mtu 9216 type veth peer name west-trunk mtu 9216"};
  std::vector<std::string> vlans;
  auto plug_in = [&](std::string const& cluster, std::string const& port) {
    links.push_back(fmt::format("link set {} master {}-switch up", port, cluster));
    vlans.push_back(fmt::format("vlan add dev {} vid 2-4094", port));
  };
  for (auto const* cluster : {"east", "west"}) {
    links.push_back(fmt::format("link add {}-switch type bridge vlan_filtering 1", cluster));
    links.push_back(fmt::format("link set {}-switch up", cluster));
    plug_in(cluster, fmt::format("{}-trunk", cluster));
  }
  for (auto const& host : hosts_) {
    links.push_back(fmt::format("link add {} mtu 9216 type veth peer name eth1 netns {}", host.name,
                                path_of(host.space)));
    plug_in(host.cluster, host.name);
  }
  for (auto const& pod : pods_) {
    auto const port = fmt::format("pod-{}-{}", pod.node.cluster, pod.node.node);
    links.push_back(
        fmt::format("link add {} type veth peer name eth0 netns {}", port, path_of(pod.space)));
    links.push_back(fmt::format("link set {} master management up", port));
  }
  batch("ip", site_, links);
  batch("bridge", site_, vlans);
}

void CniLab::attach_pods() const {
  for (auto const& pod : pods_) {
    give_address(pod.space, "lo", "127.0.0.1", "255.0.0.0");
    give_address(pod.space, "eth0", pod.node.management_address, "255.255.0.0");
    auto const& host = hosts_[pod.node.machine];
    auto const container = fmt::format("{}-{}-pod", pod.node.cluster, pod.node.node);
    auto const address = pod.node.addresses.front() + "/16";
    attach({.nad = pod.setup.nad,
            .container = container,
            .host = host.name,
            .pod = publish(pod.space, container),
            .address = address},
           host.space);
    carry_out(pod.space, std::regex_replace(pod.setup.pod, std::regex{R"(\$ADDRESS)"}, address));
  }
}
}  // namespace leadline::lab
