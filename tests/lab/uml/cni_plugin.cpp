#include "tests/lab/uml/cni_plugin.hpp"

#include "probes/core/checked_json.hpp"
#include "tests/lab/network/sandbox.hpp"
#include "tests/lab/network/subprocess.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace leadline::lab {
namespace {
constexpr auto plugins = "/usr/lib/cni";

/// A plugin is one file with the names of all the keys that it knows.
void must_know(std::filesystem::path const& plugin, nlohmann::json const& keys) {
  std::ifstream file{plugin, std::ios::binary};
  if (!file) throw SkippedLab{plugin.string() + " is not installed"};
  std::string const program{std::istreambuf_iterator<char>{file}, {}};
  for (auto const& [key, value] : keys.items())
    if (program.find(key) == std::string::npos)
      throw SkippedLab{fmt::format("{} is too old for '{}'", plugin.string(), key)};
}

nlohmann::json with_addresses(nlohmann::json config, Attachment const& wish) {
  auto& ipam = config["ipam"];
  if (ipam.is_null())
    ipam = {{"type", "static"}, {"addresses", {{{"address", wish.address}}}}};
  else if (ipam.value("type", "") == "host-local")
    ipam["dataDir"] = "/run/cni/" + wish.host;  // the hosts of the lab share their files
  return config;
}
}  // namespace

void attach(Attachment const& wish, NetworkNamespace const& host) {
  auto const nad = nlohmann::json::parse(wish.nad);
  auto const plugin = std::filesystem::path{plugins} / nad.value("type", "");
  must_know(plugin, nad);
  run_to_end({.words = {plugin.string()},
              .network_namespace = host.descriptor(),
              .environment = {"CNI_COMMAND=ADD", "CNI_CONTAINERID=" + wish.container,
                              "CNI_NETNS=" + wish.pod, "CNI_IFNAME=migration0",
                              fmt::format("CNI_PATH={}", plugins)}},
             with_addresses(nad, wish).dump());
}
}  // namespace leadline::lab
