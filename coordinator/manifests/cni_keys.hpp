#pragma once
#include <nlohmann/json_fwd.hpp>

#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace leadline {

/// A key of a CNI plugin's configuration, and what the plugin takes for it.
struct CniKey {
  enum class Type { text, boolean, integer, list, object, any };
  std::string_view name;
  Type type{Type::any};
  std::string_view effect;   ///< the default, and what it does; empty where the name says all
  std::string_view allowed;  ///< words, separated by blanks; empty: any
  long lowest{0};            ///< of an integer
  long highest{std::numeric_limits<int>::max()};
};

/// Of the bridge, macvlan, ipvlan, vlan, host-device, sriov, ovs and ovn-k8s-cni-overlay plugins;
/// empty for others. Sources: the OpenShift documents' tables and the plugins' own structures
/// (containernetworking/plugins 1.9, sriov-cni, ovs-cni, ovn-kubernetes).
std::vector<CniKey> plugin_keys(std::string_view plugin);

/// Of whereabouts, host-local, static and dhcp; empty for others.
std::span<CniKey const> ipam_keys(std::string_view type);

struct CniMistake {
  std::string pointer;  ///< RFC 6901, in the object
  bool unknown_key{};   ///< else: the value is wrong
  std::string message;
};

/// Every key against the table. `what` names the object in messages: "the bridge plugin".
std::vector<CniMistake> check_keys(nlohmann::json const& object, std::span<CniKey const> keys,
                                   std::string_view what);
}  // namespace leadline
