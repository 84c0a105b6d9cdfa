#include "coordinator/manifests/address_pool.hpp"

#include "coordinator/manifests/cni_keys.hpp"
#include "coordinator/manifests/document.hpp"
#include "coordinator/manifests/special_addresses.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>

namespace leadline {
namespace {
using nlohmann::json;
namespace ip = boost::asio::ip;

/// Reads one ipam object; what it cannot read it notes, and goes on.
class IpamReader {
 public:
  explicit IpamReader(AddressPlan& plan) : plan_{plan} {}

  void wrong(std::string pointer, std::string message) {
    plan_.mistakes.push_back(
        {.code = "CONFIG_VALUE", .pointer = std::move(pointer), .message = std::move(message)});
  }

  std::optional<ip::address> address(json const& object, std::string const& at, char const* key) {
    if (!object.contains(key) || !object[key].is_string()) return std::nullopt;
    auto const& text = object[key].get_ref<std::string const&>();
    if (text.empty()) return std::nullopt;
    auto const found = parse_address(text);
    if (!found) wrong(pointer_to(at, key), fmt::format("{}: '{}' is not an IP address", key, text));
    return found;
  }

  /// What a pool hands out unless it is told otherwise: neither the network's own address nor, of
  /// IPv4, the broadcast address (RFC 922), but in the smallest networks (RFC 3021).
  static AddressRange hosts(AddressBlock const& block) {
    auto range = block.range();
    bool const v4 = range.first.is_v4();
    if (block.prefix_length >= (v4 ? 31 : 127)) return range;
    range.first = after(range.first).value_or(range.first);
    if (v4) range.last = before(range.last).value_or(range.last);
    return range;
  }

  void narrow(AddressRange& range, AddressBlock const& block, json const& object,
              std::string const& at, char const* first_key, char const* last_key) {
    auto const first = address(object, at, first_key);
    auto const last = address(object, at, last_key);
    for (auto const& [end, key] : {std::pair{first, first_key}, std::pair{last, last_key}})
      if (end && !block.contains(*end))
        wrong(pointer_to(at, key),
              fmt::format("{}: {} does not lie in {}", key, end->to_string(), format(block)));
    if (first && block.contains(*first)) range.first = *first;
    if (last && block.contains(*last)) range.last = *last;
    if (range.last < range.first)
      wrong(pointer_to(at, last_key),
            fmt::format("{} {} lies before {} {}: the pool is empty", last_key,
                        range.last.to_string(), first_key, range.first.to_string()));
  }

  void exclude(AddressPool& pool, std::string const& text, std::string const& at) {
    auto const block = parse_block(text);
    auto const single = parse_address(text);
    if (!block && !single) {
      wrong(at, fmt::format("exclude: '{}' is neither an address nor a range such as "
                            "10.200.5.0/28",
                            text));
      return;
    }
    auto const range = block ? block->range() : AddressRange{*single, *single};
    AddressSet taken;
    taken.add(range);
    auto const lost = taken.common_with(pool.usable);
    for (auto const& part : lost.ranges()) pool.excluded.add(part);
    pool.usable.remove(range);
  }

  /// `at`: where its network stands.
  void keep(AddressPool pool, std::string at) {
    if (auto const use = special_use(pool.block); !use.empty())
      wrong(std::move(at),
            fmt::format("{}: these addresses are set aside ({}), and no host may have "
                        "them",
                        format(pool.block), use));
    plan_.pools.push_back(std::move(pool));
  }

  /// "10.200.5.0/24" or "10.200.5.10-10.200.5.200/24".
  void whereabouts_range(json const& object, std::string const& at) {
    if (!object.contains("range") || !object["range"].is_string()) return;
    auto const& text = object["range"].get_ref<std::string const&>();
    auto const dash = text.find('-');
    auto const block = parse_block(dash == std::string::npos ? text : text.substr(dash + 1));
    if (!block) {
      wrong(pointer_to(at, "range"),
            fmt::format("range: '{}' is not a range such as 10.200.5.0/24 or "
                        "10.200.5.10-10.200.5.200/24",
                        text));
      return;
    }
    auto range = hosts(*block);
    if (dash != std::string::npos) {
      auto const first = parse_address(text.substr(0, dash));
      auto const last = parse_address(text.substr(dash + 1));
      if (!first || !last || !block->contains(*first)) {
        wrong(pointer_to(at, "range"),
              fmt::format("range: '{}' does not begin in {}", text, format(*block)));
        return;
      }
      range = {*first, *last};
    }
    narrow(range, *block, object, at, "range_start", "range_end");
    AddressPool pool{.block = *block};
    pool.usable.add(range);
    if (object.contains("exclude") && object["exclude"].is_array())
      for (std::size_t i = 0; i < object["exclude"].size(); ++i) {
        auto const place = pointer_to(pointer_to(at, "exclude"), std::to_string(i));
        if (auto const& item = object["exclude"][i]; item.is_string())
          exclude(pool, item.get<std::string>(), place);
        else
          wrong(place, "exclude: each item is a text such as \"10.200.5.0/28\"");
      }
    keep(std::move(pool), pointer_to(at, "range"));
  }

  void whereabouts(json const& ipam, std::string const& at) {
    whereabouts_range(ipam, at);
    if (!ipam.contains("ipRanges") || !ipam["ipRanges"].is_array()) return;
    for (std::size_t i = 0; i < ipam["ipRanges"].size(); ++i)
      whereabouts_range(ipam["ipRanges"][i],
                        pointer_to(pointer_to(at, "ipRanges"), std::to_string(i)));
  }

  void host_local_range(json const& object, std::string const& at) {
    if (!object.is_object() || !object.contains("subnet") || !object["subnet"].is_string()) return;
    auto const& text = object["subnet"].get_ref<std::string const&>();
    auto const block = parse_block(text);
    if (!block) {
      wrong(pointer_to(at, "subnet"),
            fmt::format("subnet: '{}' is not a range such as 10.200.5.0/24", text));
      return;
    }
    auto range = hosts(*block);
    auto const gateway = address(object, at, "gateway").value_or(range.first);
    narrow(range, *block, object, at, "rangeStart", "rangeEnd");
    AddressPool pool{.block = *block};
    pool.usable.add(range);
    pool.usable.remove({gateway, gateway});
    keep(std::move(pool), pointer_to(at, "subnet"));
  }

  void host_local(json const& ipam, std::string const& at) {
    host_local_range(ipam, at);
    if (!ipam.contains("ranges") || !ipam["ranges"].is_array()) return;
    auto const ranges = pointer_to(at, "ranges");
    for (std::size_t i = 0; i < ipam["ranges"].size(); ++i) {
      auto const& set = ipam["ranges"][i];
      auto const place = pointer_to(ranges, std::to_string(i));
      if (!set.is_array()) {
        wrong(place, "ranges: each item is a list of ranges");
        continue;
      }
      for (std::size_t k = 0; k < set.size(); ++k)
        host_local_range(set[k], pointer_to(place, std::to_string(k)));
    }
  }

  void fixed(json const& ipam, std::string const& at) {
    if (!ipam.contains("addresses") || !ipam["addresses"].is_array()) return;
    for (std::size_t i = 0; i < ipam["addresses"].size(); ++i) {
      auto const& item = ipam["addresses"][i];
      auto const place = pointer_to(pointer_to(at, "addresses"), std::to_string(i));
      auto const text = item.is_object() && item.contains("address") && item["address"].is_string()
                            ? item["address"].get<std::string>()
                            : std::string{};
      auto const block = parse_block(text);
      auto const single = parse_address(text);
      if (!block || !single) {
        wrong(place, fmt::format("address: '{}' is not an address with its prefix length, such as "
                                 "10.200.5.7/24",
                                 text));
        continue;
      }
      AddressPool pool{.block = *block};
      pool.usable.add({*single, *single});
      keep(std::move(pool), place);
    }
  }

 private:
  AddressPlan& plan_;
};

std::vector<std::string> parts_of(std::string const& text) {
  std::vector<std::string> parts;
  for (std::size_t start = 0; start <= text.size();) {
    auto const end = std::min(text.find(',', start), text.size());
    auto part = text.substr(start, end - start);
    auto const first = part.find_first_not_of(' ');
    if (first != std::string::npos)
      parts.push_back(part.substr(first, part.find_last_not_of(' ') - first + 1));
    start = end + 1;
  }
  return parts;
}
}  // namespace

AddressPlan read_ipam(json const& ipam, std::string const& pointer) {
  AddressPlan plan;
  if (!ipam.is_object()) return plan;
  IpamReader reader{plan};
  if (ipam.contains("type") && ipam["type"].is_string()) plan.type = ipam["type"];
  auto const keys = ipam_keys(plan.type);
  if (!keys.empty())
    for (auto& mistake : check_keys(ipam, keys, fmt::format("the IPAM plugin {}", plan.type)))
      plan.mistakes.push_back({.code = mistake.unknown_key ? "CONFIG_KEY_UNKNOWN" : "CONFIG_VALUE",
                               .pointer = pointer + mistake.pointer,
                               .message = std::move(mistake.message)});
  if (plan.type == "whereabouts") reader.whereabouts(ipam, pointer);
  if (plan.type == "host-local") reader.host_local(ipam, pointer);
  if (plan.type == "static") reader.fixed(ipam, pointer);
  return plan;
}

AddressPlan read_subnets(json const& config) {
  AddressPlan plan;
  auto const text = [&](char const* key) {
    return config.contains(key) && config[key].is_string() ? config[key].get<std::string>()
                                                           : std::string{};
  };
  auto const subnets = parts_of(text("subnets"));
  if (!subnets.empty()) plan.type = "subnets";
  IpamReader reader{plan};
  for (auto const& subnet : subnets) {
    auto const block = parse_block(subnet);
    if (!block) {
      reader.wrong("/subnets",
                   fmt::format("subnets: '{}' is not a range such as 10.200.5.0/24", subnet));
      continue;
    }
    AddressPool pool{.block = *block};
    pool.usable.add(IpamReader::hosts(*block));
    for (auto const& excluded : parts_of(text("excludeSubnets")))
      reader.exclude(pool, excluded, "/excludeSubnets");
    reader.keep(std::move(pool), "/subnets");
  }
  return plan;
}
}  // namespace leadline
