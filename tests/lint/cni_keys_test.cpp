#include "coordinator/manifests/cni_keys.hpp"

#include "probes/core/checked_json.hpp"
#include "tests/lint/attachments.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace leadline {
namespace {
using nlohmann::json;

/// A row of the tables of the bridge plugin's keys in OpenShift's two documents.
struct DocumentedKey {
  std::string_view name;
  std::string_view cross_cluster;  ///< its type in the document on cross-cluster networks
  std::string_view dedicated;      ///< and in the one on dedicated networks; empty: not in it
  json good;
  json wrong;                  ///< of another type
  std::vector<json> beyond{};  ///< of the right type, and not allowed
  std::string_view refused{};  ///< what is found where the value is not allowed
};

std::vector<DocumentedKey> documented() {
  return {
      {"cniVersion", "string", "string", "0.3.1", 0.3, {"0.2.0", ""}, "CONFIG_CNI_VERSION"},
      {"name", "string", "string", "bridge-net", 7, {""}},
      {"type", "string", "string", "bridge", 7, {""}, "CONFIG_NAD_BROKEN"},
      {"ipam", "object", "object", {{"type", "dhcp"}}, "dhcp"},
      {"bridge", "string", "string", "br1", 1},
      {"ipMasq", "boolean", "boolean", true, "yes"},
      {"disableContainerInterface", "boolean", "", false, "no"},
      {"isGateway", "boolean", "boolean", true, 1},
      {"isDefaultGateway", "boolean", "boolean", true, 1},
      {"forceAddress", "boolean", "boolean", true, "yes"},
      {"hairpinMode", "boolean", "boolean", true, "on"},
      {"promiscMode", "boolean", "boolean", true, "on"},
      {"vlan", "integer", "string", 2, "two", {4095, -1}},
      {"preserveDefaultVlan", "boolean", "string", false, "no"},
      {"portIsolation", "boolean", "", true, 1},
      {"vlanTrunk",
       "list",
       "list",
       json::array({{{"id", 7}}}),
       "7",
       {json::array({{{"id", 4095}}}), json::array({{{"minID", 9}, {"maxID", 8}}})}},
      {"mtu", "integer", "integer", 9000, "large", {65536, -1}},
      {"enabledad", "boolean", "boolean", true, "yes"},
      {"macspoofchk", "boolean", "boolean", true, "on"},
  };
}

/// A sound configuration, and `value` for `key`.
std::string with(std::string_view key, json const& value) {
  json config{{"cniVersion", "0.3.1"}, {"name", "n"}, {"type", "bridge"}};
  config["ipam"] = json{{"type", "dhcp"}};
  config[std::string{key}] = value;
  return config.dump();
}

CniKey::Type type_of(std::string_view word) {
  if (word == "string") return CniKey::Type::text;
  if (word == "boolean") return CniKey::Type::boolean;
  if (word == "integer") return CniKey::Type::integer;
  return word == "list" ? CniKey::Type::list : CniKey::Type::object;
}

TEST(CniKeys, AreAllThatTheDocumentsTablesName) {
  auto const rows = documented();
  EXPECT_EQ(rows.size(), 19U) << "rows of the document on cross-cluster networks";
  EXPECT_EQ(std::ranges::count(rows, std::string_view{}, &DocumentedKey::dedicated), 2)
      << "disableContainerInterface and portIsolation stand only there";
  auto const known = plugin_keys("bridge");
  for (auto const& row : rows) {
    auto const key = std::ranges::find(known, row.name, &CniKey::name);
    ASSERT_NE(key, known.end()) << row.name;
    EXPECT_EQ(key->type, type_of(row.cross_cluster)) << row.name;
  }
}

TEST(CniKeys, TakeWhatTheDocumentsTablesAllowAndRefuseOtherValues) {
  for (auto const& row : documented()) {
    auto const refused =
        std::string{row.refused.empty() ? std::string_view{"CONFIG_VALUE"} : row.refused};
    EXPECT_EQ(mistakes_of(with(row.name, row.good)), "") << row.name;
    EXPECT_NE(mistakes_of(with(row.name, row.wrong)).find(refused), std::string::npos)
        << row.name << ": " << row.wrong;
    for (auto const& value : row.beyond)
      EXPECT_NE(mistakes_of(with(row.name, value)).find(refused), std::string::npos)
          << row.name << ": " << value;
  }
}

/// Where one document says "string" and the other does not, the plugin refuses the quotes, but it
/// is clear what was meant.
TEST(CniKeys, InQuotesAreUnderstoodAndMended) {
  std::vector<std::string_view> differing;
  for (auto const& row : documented()) {
    if (row.dedicated.empty() || row.dedicated == row.cross_cluster) continue;
    differing.push_back(row.name);
    auto const meant = row.good.dump();
    ManifestSet set;
    auto const attachment = attachment_of(set, with(row.name, json(meant)));
    ASSERT_EQ(attachment.mistakes.size(), 1U) << row.name;
    EXPECT_NE(attachment.mistakes[0].message.find("write " + meant + ", without quotes"),
              std::string::npos)
        << attachment.mistakes[0].message;
    EXPECT_NE(attachment.mistakes[0].message.find("One of OpenShift's tables"), std::string::npos);
    EXPECT_EQ(attachment.vlan,
              row.name == "vlan" ? std::optional<VlanId>{VlanId{2}} : std::nullopt);
  }
  EXPECT_EQ(differing, (std::vector<std::string_view>{"vlan", "preserveDefaultVlan"}));
}

TEST(CniKeys, OfOtherPluginsAreCheckedAsWell) {
  struct Row {
    std::string_view plugin;
    std::string_view key;
    json good;
    json bad;
  };

  for (auto const& [plugin, key, good, bad] :
       std::vector<Row>{{"macvlan", "mode", "passthru", "l2"},
                        {"macvlan", "mtu", 9000, 65536},
                        {"ipvlan", "master", "eth1", 1},
                        {"ipvlan", "mode", "l3s", "bridge"},
                        {"ipvlan", "mtu", 1500, "1500"},
                        {"ipvlan", "linkInContainer", false, "false"},
                        {"vlan", "vlanId", 4094, 4095},
                        {"host-device", "device", "eth1", 1},
                        {"host-device", "hwaddr", "02:00:00:00:00:01", 2},
                        {"host-device", "kernelpath", "/sys/devices/pci0000:00", false},
                        {"host-device", "pciBusID", "0000:3d:00.1", 3},
                        {"ovs", "bridge", "br-mig", true},
                        {"ovs", "vlan", 100, 4095},
                        {"ovs", "mtu", 9000, -1},
                        {"ovs", "trunk", json::array(), "100"},
                        {"ovs", "ofport_request", 3, "3"},
                        {"ovs", "interface_type", "dpdk", 1},
                        {"ovs", "link_state_check_retries", 5, "5"},
                        {"sriov", "vlanQoS", 7, 8},
                        {"sriov", "spoofchk", "off", false}}) {
    auto const keys = plugin_keys(plugin);
    auto const found = [&](json const& value) {
      json object;
      object[std::string{key}] = value;
      return check_keys(object, keys, plugin);
    };
    EXPECT_TRUE(found(good).empty()) << plugin << " " << key;
    auto const mistakes = found(bad);
    ASSERT_EQ(mistakes.size(), 1U) << plugin << " " << key;
    EXPECT_FALSE(mistakes[0].unknown_key) << plugin << " " << key;
  }
}

TEST(CniKeys, ThatAreUnknownBringTheNearestToMind) {
  for (auto const& [plugin, key, meant] :
       {std::tuple<std::string_view, std::string, std::string>{"bridge", "isGatway", "isGateway"},
        {"bridge", "preserveDefaultVLAN", "preserveDefaultVlan"},
        {"macvlan", "masterr", "master"},
        {"ipvlan", "Mode", "mode"},
        {"ovs", "vlanTrunk", ""},
        {"host-device", "something_else", ""},
        {"bridge", "zzzzzz", ""}}) {
    json object;
    object[key] = true;
    auto const mistakes = check_keys(object, plugin_keys(plugin), "it");
    ASSERT_EQ(mistakes.size(), 1U) << key;
    EXPECT_TRUE(mistakes[0].unknown_key) << key;
    EXPECT_EQ(mistakes[0].message, "it has no key \"" + key + "\"" +
                                       (meant.empty() ? "" : "; was '" + meant + "' meant?"));
  }
}
}  // namespace
}  // namespace leadline
