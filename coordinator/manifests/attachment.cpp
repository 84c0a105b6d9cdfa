#include "coordinator/manifests/attachment.hpp"

#include "coordinator/manifests/cni_keys.hpp"
#include "coordinator/manifests/number.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace leadline {
namespace {
using nlohmann::json;

std::string text_at(json const& object, std::string_view key) {
  auto const found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

bool is_true(json const& object, std::string_view key) {
  auto const found = object.find(key);
  return found != object.end() && (*found == true || *found == "true");
}

/// A number, also one in quotes: the plugins refuse that, but it is clear what was meant.
std::optional<long> number_in(json const& value) {
  if (!value.is_string()) return whole_number(value);
  return parse_number<long>(value.get_ref<std::string const&>());
}

std::optional<long> number_at(json const& object, std::string_view key) {
  auto const found = object.find(key);
  return found == object.end() ? std::nullopt : number_in(*found);
}

class AttachmentReader {
 public:
  explicit AttachmentReader(Attachment& attachment) : attachment_{attachment} {}

  void read() {
    auto const* const text = attachment_.manifest->find("/spec/config");
    if (text == nullptr || !text->is_string() || text->get_ref<std::string const&>().empty()) {
      mistake("CONFIG_NAD_BROKEN", "",
              "spec.config is missing: Multus then looks for a file of that name on each "
              "node, which is not seen here");
      return;
    }
    auto document = read_json_document(text->get_ref<std::string const&>());
    if (!document) {
      mistake("CONFIG_NAD_BROKEN", "", std::move(document.error().message));
      attachment_.mistakes.back().line = document.error().line;
      return;
    }
    lines_ = std::move(document->lines);
    if (!document->value.is_object()) {
      mistake("CONFIG_NAD_BROKEN", "", "the configuration is not a JSON object");
      return;
    }
    name_ = text_at(document->value, "name");
    check_version(document->value);
    pick_plugin(document->value);
    for (auto& mistake : attachment_.mistakes)
      if (mistake.line == 0) mistake.line = line_of(lines_, mistake.pointer);
  }

 private:
  void mistake(std::string_view code, std::string pointer, std::string message) {
    attachment_.mistakes.push_back(
        {.code = code, .pointer = std::move(pointer), .message = std::move(message)});
  }

  void check_version(json const& config) {
    constexpr std::array known{"0.3.1", "0.4.0", "1.0.0", "1.1.0"};
    auto const version = text_at(config, "cniVersion");
    if (std::ranges::find(known, version) == known.end())
      mistake("CONFIG_CNI_VERSION", version.empty() ? "" : "/cniVersion",
              version.empty() ? std::string{"there is no cniVersion: it then counts as 0.1.0"}
                              : fmt::format("cniVersion is '{}': known are {}", version,
                                            fmt::join(known, ", ")));
    if (name_.empty() && text_at(config, "type") != "ovn-k8s-cni-overlay")
      mistake("CONFIG_VALUE", "", "there is no name: the runtime refuses the configuration");
  }

  /// The plugin itself, or the first of a list that makes an interface.
  void pick_plugin(json const& config) {
    auto const* chosen = &config;
    if (auto const list = config.find("plugins"); list != config.end()) {
      if (!list->is_array() || list->empty() || !list->front().is_object()) {
        mistake("CONFIG_NAD_BROKEN", "/plugins",
                "plugins must be a list of at least one plugin's configuration");
        return;
      }
      chosen = &list->front();
      at_ = "/plugins/0";
    }
    attachment_.config = *chosen;
    attachment_.plugin = text_at(*chosen, "type");
    if (attachment_.plugin.empty()) {
      mistake("CONFIG_NAD_BROKEN", at_, "there is no type: which plugin is it for?");
      return;
    }
    check_known_keys();
    read_values();
    read_addresses();
    check_contradictions();
  }

  void check_known_keys() {
    auto const keys = plugin_keys(attachment_.plugin);
    if (keys.empty()) return;
    for (auto& found :
         check_keys(attachment_.config, keys, fmt::format("the plugin {}", attachment_.plugin)))
      mistake(found.unknown_key ? "CONFIG_KEY_UNKNOWN" : "CONFIG_VALUE", at_ + found.pointer,
              std::move(found.message));
  }

  void read_values() {
    auto const& config = attachment_.config;
    for (auto const* const key : {"bridge", "master", "physicalNetworkName", "device"})
      if (auto name = text_at(config, key); !name.empty()) attachment_.parent = std::move(name);
    if (attachment_.parent.empty() && attachment_.plugin == "bridge") attachment_.parent = "cni0";
    // OVN-Kubernetes: a localnet that names no physical network is on the one of its own name.
    if (attachment_.parent.empty() && text_at(config, "topology") == "localnet")
      attachment_.parent = name_;
    if (auto const mtu = number_at(config, "mtu"); mtu && *mtu > 0 && *mtu <= 65535)
      attachment_.mtu = Mtu{static_cast<std::uint32_t>(*mtu)};
    if (auto const rate = number_at(config, "max_tx_rate"); rate && *rate > 0)
      attachment_.rate_limit = BitRate{static_cast<double>(*rate) * 1e6};
    for (auto const* const key : {"vlan", "vlanId", "vlanID"})
      if (auto const vlan = number_at(config, key); vlan && *vlan > 0 && *vlan <= 4094)
        attachment_.vlan = static_cast<VlanId>(*vlan);
    for (auto const* const key : {"master", "device"})
      if (!attachment_.vlan) attachment_.vlan = vlan_of_sub_interface(text_at(config, key));
    for (auto const* const key : {"vlanTrunk", "trunk"})
      if (auto const list = config.find(key); list != config.end() && list->is_array())
        read_trunk(*list, pointer_to(at_, key));
  }

  /// "eth1.100" is by custom VLAN 100 of eth1.
  static std::optional<VlanId> vlan_of_sub_interface(std::string const& interface) {
    auto const dot = interface.rfind('.');
    if (dot == std::string::npos) return std::nullopt;
    auto const vlan = number_in(json(interface.substr(dot + 1)));
    if (!vlan || *vlan < 1 || *vlan > 4094) return std::nullopt;
    return static_cast<VlanId>(*vlan);
  }

  void read_trunk(json const& list, std::string const& pointer) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      auto const at = pointer_to(pointer, std::to_string(i));
      auto const& item = list[i];
      if (!item.is_object()) {
        mistake("CONFIG_VALUE", at, R"(each item is {"id": N} or {"minID": N, "maxID": M})");
        continue;
      }
      auto const id = number_at(item, "id");
      auto const lowest = id ? id : number_at(item, "minID");
      auto const highest = id ? id : number_at(item, "maxID");
      for (auto const& [key, value] : item.items())
        if (key != "id" && key != "minID" && key != "maxID")
          mistake("CONFIG_KEY_UNKNOWN", pointer_to(at, key),
                  fmt::format("a trunk's item has no key '{}': id, minID and maxID are", key));
      if (!lowest || !highest)
        mistake("CONFIG_VALUE", at, "id, or both minID and maxID, must be whole numbers");
      else if (*lowest < 1 || *highest > 4094 || *lowest > *highest)
        mistake("CONFIG_VALUE", at,
                fmt::format("{} to {}: VLANs go from 1 to 4094, the lower number first", *lowest,
                            *highest));
      else
        attachment_.trunk.push_back({static_cast<int>(*lowest), static_cast<int>(*highest)});
    }
  }

  void read_addresses() {
    auto const& config = attachment_.config;
    bool const overlay = attachment_.plugin == "ovn-k8s-cni-overlay";
    auto const ipam = config.find("ipam");
    attachment_.addresses =
        overlay ? read_subnets(config)
                : read_ipam(ipam == config.end() ? json::object() : *ipam, at_ + "/ipam");
    for (auto const& found : attachment_.addresses.mistakes) {
      attachment_.mistakes.push_back(found);
      if (overlay) attachment_.mistakes.back().pointer = at_ + found.pointer;
    }
  }

  void contradiction(std::string_view key, std::string message) {
    mistake("CONFIG_CONTRADICTION", pointer_to(at_, key), std::move(message));
  }

  void check_contradictions() {
    auto const& config = attachment_.config;
    if (is_true(config, "hairpinMode") && is_true(config, "promiscMode"))
      contradiction("promiscMode",
                    "hairpinMode and promiscMode are both true: the plugin refuses that");
    if (is_true(config, "disableContainerInterface") && !attachment_.addresses.type.empty())
      contradiction("disableContainerInterface",
                    "disableContainerInterface is true and there is an ipam: the plugin refuses "
                    "that, for an interface that is down has no address");
    check_mtu_of_ipv6();
    auto const given = text_at(config, "netAttachDefName");
    if (!given.empty() && given != attachment_.title())
      contradiction("netAttachDefName",
                    fmt::format("netAttachDefName is '{}', but this object is '{}': they must be "
                                "the same",
                                given, attachment_.title()));
  }

  void check_mtu_of_ipv6() {
    if (!attachment_.mtu || attachment_.mtu->octets >= least_ipv6_mtu.octets) return;
    for (auto const& pool : attachment_.addresses.pools)
      if (pool.block.network.is_v6()) {
        contradiction(
            "mtu", fmt::format("an MTU of {} and the range {}: IPv6 needs {} (RFC 8200, "
                               "section 5), and below that Linux takes it off the interface",
                               attachment_.mtu->octets, format(pool.block), least_ipv6_mtu.octets));
        return;
      }
  }

  Attachment& attachment_;
  LineTable lines_;
  std::string name_;  ///< of the network
  std::string at_;    ///< where the plugin's configuration stands: "" or "/plugins/0"
};
}  // namespace

Attachment read_attachment(Manifest const& manifest) {
  Attachment attachment{.manifest = &manifest};
  AttachmentReader{attachment}.read();
  return attachment;
}

std::string format(std::vector<VlanRange> const& trunk) {
  std::vector<std::string> parts;
  auto sorted = trunk;
  std::ranges::sort(sorted, {}, &VlanRange::first);
  parts.reserve(sorted.size());
  for (auto const& [lowest, highest] : sorted)
    parts.push_back(lowest == highest ? fmt::format("{}", lowest)
                                      : fmt::format("{} to {}", lowest, highest));
  return fmt::format("{}", fmt::join(parts, ", "));
}
}  // namespace leadline
