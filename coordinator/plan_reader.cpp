#include "coordinator/plan_words.hpp"
#include "coordinator/yaml_documents.hpp"
#include "coordinator/yaml_keys.hpp"
#include "probes/broadcast_domain.hpp"
#include "probes/core/quantity.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <utility>

namespace leadline {
namespace {
using namespace std::chrono_literals;
constexpr std::size_t most_octets = std::size_t{1} << 20U;
constexpr std::size_t deepest = 32;
constexpr std::size_t longest_list = 64;

/// A key whose value `parse` turns into what `take` keeps.
template <class Parse, class Take>
ReadYaml word(Parse parse, Take take) {
  return [parse, take](YAML::Node const& node, Mistakes& mistakes) {
    read_yaml_word(node, mistakes, [&](std::string const& text) -> std::string {
      auto value = parse(text);
      if (!value) return value.error();
      take(std::move(*value));
      return {};
    });
  };
}

template <class T, class Parse>
ReadYaml into(T& place, Parse parse) {
  return word(parse, [&place](auto value) { place = static_cast<T>(std::move(value)); });
}

/// A list that replaces what was there; a value that stands twice is a mistake.
template <class T, class Parse>
ReadYaml list(std::vector<T>& place, Parse parse, std::size_t longest = longest_list) {
  return [&place, parse, longest](YAML::Node const& node, Mistakes& mistakes) {
    place.clear();
    read_yaml_words(node, mistakes, longest, [&](std::string const& text) -> std::string {
      auto value = parse(text);
      if (!value) return value.error();
      if (std::ranges::count(place, *value) != 0)
        return fmt::format("'{}' stands twice in the list", text);
      place.push_back(static_cast<T>(std::move(*value)));
      return {};
    });
  };
}

ReadYaml map(std::string_view where, std::vector<YamlKey> keys) {
  return [where, keys = std::move(keys)](YAML::Node const& node, Mistakes& mistakes) {
    read_yaml_map(node, where, keys, mistakes);
  };
}

auto whole(long least, long most) {
  return [=](std::string const& text) -> tl::expected<long, std::string> {
    long number{};
    auto const* const end = text.data() + text.size();
    auto const [stop, error] = std::from_chars(text.data(), end, number);
    if (error == std::errc{} && stop == end && number >= least && number <= most) return number;
    return tl::unexpected(
        fmt::format("'{}' is not a whole number from {} to {}", text, least, most));
  };
}

auto duration(std::chrono::milliseconds least, std::chrono::milliseconds most) {
  return [=](std::string const& text) -> tl::expected<std::chrono::milliseconds, std::string> {
    return parse_duration_between(text, least, most);
  };
}

tl::expected<std::string, std::string> parse_transport(std::string const& text) {
  if (text == "tcp" || text == "tls") return text;
  return tl::unexpected(fmt::format("'{}' is not a transport: tcp and tls are", text));
}

tl::expected<std::string, std::string> parse_endpoint(std::string const& text) {
  auto const colon = text.rfind(':');
  if (colon != std::string::npos) {
    auto address = text.substr(0, colon);
    bool const bracketed = address.starts_with('[') && address.ends_with(']');
    if (bracketed) address = address.substr(1, address.size() - 2);
    boost::system::error_code error;
    auto const ip = boost::asio::ip::make_address(address, error);
    if (!error && ip.is_v6() == bracketed && whole(1, 65535)(text.substr(colon + 1))) return text;
  }
  return tl::unexpected(
      fmt::format("'{}' is not ADDRESS:PORT, such as 10.0.0.1:9185 or [fd00::1]:9185", text));
}

tl::expected<std::string, std::string> parse_range(std::string const& text) {
  boost::system::error_code v4;
  boost::system::error_code v6;
  boost::asio::ip::make_network_v4(text, v4);
  boost::asio::ip::make_network_v6(text, v6);
  if (!v4 || !v6) return text;
  return tl::unexpected(
      fmt::format("'{}' is not a range, such as 10.100.0.0/24 or fd00::/64", text));
}

tl::expected<Mtu, std::string> parse_mtu(std::string const& text) {
  return whole(576, 65535)(text).map(
      [](long number) { return Mtu{static_cast<std::uint32_t>(number)}; });
}

ReadYaml read_candidates(Plan& plan) {
  // With the network's own VLAN as many as an agent sends beacons with.
  return list(plan.candidate_vlans, whole(1, 4094), BroadcastDomain::most_vlans - 1);
}

ReadYaml read_expect(Plan& plan) {
  return [&plan](YAML::Node const& node, Mistakes& mistakes) {
    if (!node.IsMap() || node.size() == 0) {
      mistakes.add(node.Mark(),
                   "expect must be a map of clusters and their numbers of nodes, such "
                   "as {east: 3, west: 3}");
      return;
    }
    plan.expect.clear();
    for (auto const& entry : node)
      read_yaml_word(entry.first, mistakes, [&](std::string const& name) -> std::string {
        if (!entry.second.IsScalar() || entry.second.Scalar().size() > 20)
          return fmt::format("'{}' needs a number of nodes", name);
        auto const cluster = parse_expectation(name + "=" + entry.second.Scalar());
        if (!cluster) return cluster.error();
        if (!plan.expect.insert(*cluster).second)
          return fmt::format("'{}' stands twice in expect", name);
        return {};
      });
  };
}

ReadYaml read_stages(Plan& plan) {
  return [&plan](YAML::Node const& node, Mistakes& mistakes) {
    std::vector<Stage> named;
    list(named, parse_stage)(node, mistakes);
    if (std::ranges::count(named, Stage::facts) == 0) named.push_back(Stage::facts);
    std::ranges::sort(named);
    plan.stages = std::move(named);
  };
}

auto any_time() {
  return duration(0ms, std::chrono::hours{24 * 365});
}

ReadYaml whole_seconds(std::chrono::seconds& place) {
  return word(any_time(), [&place](std::chrono::milliseconds value) {
    place = std::chrono::ceil<std::chrono::seconds>(value);
  });
}

/// network.mtu and thresholds.min_mtu are two names of one thing: both may stand there, if they
/// agree.
using OneMtu = std::shared_ptr<std::optional<Mtu>>;

ReadYaml same_mtu(Mtu& place, OneMtu const& told) {
  return into(place, [told](std::string const& text) -> tl::expected<Mtu, std::string> {
    auto mtu = parse_mtu(text);
    if (mtu && *told && **told != *mtu)
      return tl::unexpected(
          fmt::format("{} here, {} before: network.mtu and thresholds.min_mtu are the same", text,
                      (*told)->octets));
    if (mtu) *told = *mtu;
    return mtu;
  });
}

ReadYaml read_thresholds(Thresholds& t, OneMtu const& told) {
  auto const severe_given = std::make_shared<bool>(false);
  return map("thresholds",
             {{"min_mtu", same_mtu(t.min_mtu, told)},
              {"min_bandwidth", into(t.min_bandwidth, parse_rate)},
              {"expected_link_speed", into(t.expected_link_speed, parse_rate)},
              {"max_latency", into(t.max_latency, any_time())},
              {"max_bufferbloat", into(t.max_bufferbloat, any_time())},
              {"max_loss", word(parse_share,
                                [&t, severe_given](double share) {
                                  t.max_loss = share;
                                  if (!*severe_given) t.severe_loss = std::min(1.0, 10 * share);
                                })},
              {"severe_loss", word(parse_share,
                                   [&t, severe_given](double share) {
                                     t.severe_loss = share;
                                     *severe_given = true;
                                   })},
              {"max_reordering", into(t.max_reordering, parse_share)},
              {"min_bandwidth_symmetry", into(t.min_bandwidth_symmetry, parse_share)},
              {"max_retransmits", into(t.max_retransmits, parse_share)},
              {"expiry_warning", whole_seconds(t.expiry_warning)},
              {"leaf_expiry_warning", whole_seconds(t.leaf_expiry_warning)},
              {"max_clock_skew", into(t.max_clock_skew, any_time())},
              {"max_carrier_changes", into(t.max_carrier_changes, whole(0, 1000000000))}});
}

ReadYaml read_document(Plan& plan) {
  auto const told = std::make_shared<std::optional<Mtu>>();
  return map(
      "the plan",
      {{"expect", read_expect(plan)},
       {"stages", read_stages(plan)},
       {"mesh", into(plan.mesh, parse_mesh)},
       {"pairs", into(plan.pairs, parse_pair_choice)},
       {"wait", into(plan.wait, parse_wait)},
       {"timeout", into(plan.timeout, parse_timeout)},
       {"max_rate", into(plan.max_rate, parse_rate_cap)},
       {"max_bytes", into(plan.max_bytes, parse_size_cap)},
       {"latency", map("latency", {{"duration", into(plan.latency_duration, duration(100ms, 1min))},
                                   {"interval", into(plan.latency_interval, duration(1ms, 1s))}})},
       {"bandwidth",
        map("bandwidth", {{"streams", list(plan.streams, whole(1, 32))},
                          {"transports", list(plan.transports, parse_transport)},
                          {"duration", into(plan.bandwidth_duration, duration(500ms, 1min))}})},
       {"synchronization_addresses", list(plan.synchronization_addresses, parse_endpoint)},
       {"network", map("network", {{"range", list(plan.network_ranges, parse_range)},
                                   {"vlan", into(plan.vlan, whole(1, 4094))},
                                   {"uplink", into(plan.uplink, parse_interface)},
                                   {"candidate_vlans", read_candidates(plan)},
                                   {"mtu", same_mtu(plan.thresholds.min_mtu, told)}})},
       {"thresholds", read_thresholds(plan.thresholds, told)}});
}

/// What yaml-cpp should not even be shown: it recurses with the nesting.
std::optional<std::string> unreadable(std::string const& yaml) {
  if (yaml.size() > most_octets) return "the plan is larger than 1 MiB";
  std::size_t flow = 0;
  for (char const c : yaml) {
    auto const octet = static_cast<unsigned char>(c);
    if (octet < 0x20 && c != '\n' && c != '\r' && c != '\t')
      return fmt::format("the plan holds the octet {:#04x}: it is not a text file", octet);
    if (c == '[' || c == '{') ++flow;
    if ((c == ']' || c == '}') && flow > 0) --flow;
    if (flow > deepest) return fmt::format("brackets are nested deeper than {}", deepest);
  }
  return std::nullopt;
}
}  // namespace

tl::expected<Plan, std::vector<PlanMistake>> read_plan(std::string const& yaml, Plan base) {
  Mistakes mistakes;
  if (auto const reason = unreadable(yaml))
    return tl::unexpected(std::vector{PlanMistake{.line = 1, .column = 1, .message = *reason}});
  try {
    auto const document = YAML::Load(yaml);
    if (document.IsDefined() && !document.IsNull()) read_document(base)(document, mistakes);
    if (auto const more = second_document(yaml))
      mistakes.add(*more, "the plan has ended here: one document is read, and nothing after it");
  } catch (YAML::Exception const& broken) {
    auto const mark = broken.mark.is_null() ? YAML::Mark{} : broken.mark;
    mistakes.add(mark, "this is not YAML: " + broken.msg);
  }
  auto found = mistakes.in_order();
  if (!found.empty()) return tl::unexpected(std::move(found));
  return base;
}
}  // namespace leadline
