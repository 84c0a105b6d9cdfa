#include "tests/qemu/plan_for_migration.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

namespace leadline::lab {
std::string plan_for(BitRate needed, std::string const& plan) {
  auto document = plan.empty() ? YAML::Node{YAML::NodeType::Map} : YAML::Load(plan);
  document["thresholds"]["min_bandwidth"] = fmt::format("{:.0f}bit", needed.per_second);
  document["latency"]["duration"] = "500ms";
  document["bandwidth"] = YAML::Load("{streams: [1], transports: [tls], duration: 1500ms}");
  YAML::Emitter out;
  out << YAML::Flow << document;
  return out.c_str();
}
}  // namespace leadline::lab
