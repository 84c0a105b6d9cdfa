#include "agent/options.hpp"

#include "probes/core/quantity.hpp"
#include "probes/linux/sysctl.hpp"
#include "probes/wire/identity.hpp"

#include <boost/program_options.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iostream>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace leadline::agent {
namespace {
namespace po = boost::program_options;

constexpr std::string_view usage =
    "leadline-agent --coordinator HOST:PORT --cluster NAME --node NAME --tls DIR [options]\n"
    "Runs beside virt-handler on a node: answers and runs the probes that the coordinator asks "
    "for.\n";

template <class T>
T must(tl::expected<T, std::string> value, std::string_view option) {
  if (!value) throw std::invalid_argument{fmt::format("--{}: {}", option, value.error())};
  return *std::move(value);
}

std::uint16_t port_of(std::string_view text, std::string_view option) {
  int port = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port < 1 || port > 65535)
    throw std::invalid_argument{
        fmt::format("--{}: '{}' is not a port of 1 to 65535", option, text)};
  return static_cast<std::uint16_t>(port);
}

void read_coordinator(std::string const& text, Options& options) {
  auto const colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0 || text.back() == ']' ||
      text.find('/') != std::string::npos)
    throw std::invalid_argument{
        fmt::format("--coordinator: '{}' is not HOST:PORT, such as coordinator.example:7443 or "
                    "[fd00::1]:7443",
                    text)};
  auto host = text.substr(0, colon);
  if (host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  else if (host.find(':') != std::string::npos)
    throw std::invalid_argument{fmt::format(
        "--coordinator: '{}': an IPv6 address stands in brackets before its port, such as "
        "[fd00::1]:7443",
        text)};
  options.coordinator_host = std::move(host);
  options.coordinator_port = std::to_string(port_of(text.substr(colon + 1), "coordinator"));
}

constexpr int fewest_ports = 64;  // eight listeners and a UDP socket must find free ports

/// Where virt-handler listens: its sockets ask the kernel for any port. Privileged ones are left
/// out, and what cannot be read, or is too narrow, leaves the kernel's default.
void take_ephemeral_range(Options& options) {
  auto const range = sysctl_numbers("net.ipv4.ip_local_port_range");
  if (range.size() != 2 || range[1] > 65535) return;
  auto const first = std::max<std::uint64_t>(range[0], 1024);
  if (range[1] < first + fewest_ports - 1) return;
  options.first_port = static_cast<std::uint16_t>(first);
  options.last_port = static_cast<std::uint16_t>(range[1]);
}

void read_ports(std::string const& text, Options& options) {
  auto const dash = text.find('-');
  if (dash == std::string::npos)
    throw std::invalid_argument{
        fmt::format("--ports: '{}' is not FIRST-LAST, such as 32768-60999", text)};
  options.first_port = port_of(std::string_view{text}.substr(0, dash), "ports");
  options.last_port = port_of(std::string_view{text}.substr(dash + 1), "ports");
  if (options.last_port - options.first_port + 1 < fewest_ports)
    throw std::invalid_argument{
        fmt::format("--ports: '{}' holds fewer than {} ports", text, fewest_ports)};
}

void read_node(po::variables_map const& given, Options& options) {
  options.cluster = given["cluster"].as<std::string>();
  if (!is_dns_label(options.cluster))
    throw std::invalid_argument{fmt::format(
        "--cluster: '{}' is not a name of a-z, 0-9 and '-' (at most 63)", options.cluster)};
  options.node = given["node"].as<std::string>();
  if (!is_node_name(options.node))
    throw std::invalid_argument{
        fmt::format("--node: '{}' is not a node name of a-z, 0-9, '-' and '.'", options.node)};
}

void read_address(po::variables_map const& given, Options& options) {
  if (given.count("address") == 0) return;
  if (!given["interface"].defaulted())
    throw std::invalid_argument{"--interface and --address exclude each other: give one of them"};
  auto const text = given["address"].as<std::string>();
  boost::system::error_code error;
  options.address = boost::asio::ip::make_address(text, error);
  if (error) throw std::invalid_argument{fmt::format("--address: '{}' is not an IP address", text)};
}

/// Elsewhere 0 means no cap, which nobody means who writes it here.
void read_max_rate(std::string const& text, Options& options) {
  options.max_rate = must(parse_rate(text), "max-rate");
  // Within a test too little of less would arrive to measure a rate. Nor has the coordinator less.
  constexpr BitRate least{1e6};
  if (options.max_rate.per_second < least.per_second)
    throw std::invalid_argument{
        fmt::format("--max-rate: '{}' is too little for a cap: {} at least, such as 10Gbit", text,
                    format(least))};
}

void read_host_netns(po::variables_map const& given, Options& options) {
  if (given.count("host-netns") == 0) return;
  options.host_netns = given["host-netns"].as<std::string>();
  if (!options.host_netns.starts_with('/'))
    throw std::invalid_argument{
        fmt::format("--host-netns: '{}' is not an absolute path, such as /host/proc/1/ns/net",
                    options.host_netns)};
}

po::options_description described() {
  po::options_description all{"Options"};
  auto const text = [] { return po::value<std::string>(); };
  all.add_options()                                                                            //
      ("coordinator", text(), "HOST:PORT that 'leadline check' listens on")                    //
      ("cluster", text(), "cluster of this node, as in the certificate")                       //
      ("node", text(), "name of this node")                                                    //
      ("tls", text(), "directory with tls.crt, tls.key and ca.crt")                            //
      ("interface", text()->default_value("migration0"), "the migration network's interface")  //
      ("address", text(), "the migration address, instead of the interface's first ones")      //
      ("ports", text(),
       "ports to answer on, FIRST-LAST; default: the ephemeral range "
       "(net.ipv4.ip_local_port_range, "
       "commonly 32768-60999), as virt-handler")  //
      ("allow", po::value<std::vector<std::string>>()->composing(),
       "range that may be probed (CIDR, repeatable); default: what the coordinator names, never "
       "loopback, link-local or multicast addresses")                           //
      ("max-rate", text()->default_value("10Gbit"), "cap on a bandwidth test")  //
      ("migration-tls", text(),
       "virt-handler's certificates: DIR/server and DIR/client with tls.crt and tls.key, "
       "DIR/ca/ca-bundle.crt")  //
      ("host-netns", text(),
       "the host's network namespace, such as /host/proc/1/ns/net: lets leadline see bridge, "
       "uplink "
       "and VLANs below the interface (read-only; needs CAP_SYS_ADMIN)")  //
      ("verbose", "log more")                                             //
      ("version", "print the version")                                    //
      ("help", "print this text");
  return all;
}

void require(po::variables_map const& given) {
  std::string missing;
  for (auto const* name : {"coordinator", "cluster", "node", "tls"})
    if (given.count(name) == 0) missing += fmt::format("{}--{}", missing.empty() ? "" : ", ", name);
  if (!missing.empty()) throw std::invalid_argument{"missing: " + missing};
}

Options checked(po::variables_map const& given) {
  require(given);
  Options options;
  read_coordinator(given["coordinator"].as<std::string>(), options);
  read_node(given, options);
  options.tls = given["tls"].as<std::string>();
  options.interface = given["interface"].as<std::string>();
  read_address(given, options);
  take_ephemeral_range(options);
  if (given.count("ports") > 0) read_ports(given["ports"].as<std::string>(), options);
  if (given.count("allow") > 0)
    for (auto const& range : given["allow"].as<std::vector<std::string>>())
      options.allow.push_back(must(Network::parse(range), "allow"));
  read_max_rate(given["max-rate"].as<std::string>(), options);
  if (given.count("migration-tls") > 0)
    options.migration_tls = given["migration-tls"].as<std::string>();
  read_host_netns(given, options);
  options.verbose = given.count("verbose") > 0;
  return options;
}
}  // namespace

std::optional<Options> read_options(int count, char const* const* words, std::ostream& out) {
  auto const all = described();
  po::variables_map given;
  try {
    po::store(
        po::command_line_parser{count, words}
            .options(all)
            .positional({})
            .style(po::command_line_style::default_style & ~po::command_line_style::allow_guessing)
            .run(),
        given);
    if (given.count("help") > 0) return out << usage << '\n' << all, std::nullopt;
    if (given.count("version") > 0)
      return out << "leadline-agent " LEADLINE_VERSION "\n", std::nullopt;
  } catch (po::error const& e) {
    throw std::invalid_argument{e.what()};
  }
  return checked(given);
}
}  // namespace leadline::agent
