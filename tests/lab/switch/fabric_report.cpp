#include "tests/lab/switch/fabric_report.hpp"

namespace leadline::lab {
namespace {
nlohmann::json describe(LineCounters const& counters) {
  nlohmann::json dropped = nlohmann::json::object();
  for (std::size_t reason = 0; reason < counters.dropped.size(); ++reason)
    if (counters.dropped.at(reason) > 0)
      dropped[std::string{format(static_cast<DropReason>(reason))}] = counters.dropped.at(reason);
  return {{"forwarded_frames", counters.forwarded_frames},
          {"forwarded_octets", counters.forwarded_octets},
          {"dropped_frames", dropped}};
}
}  // namespace

nlohmann::json describe_counters(Fabric& fabric) {
  auto const& settings = fabric.settings();
  nlohmann::json report{{"ports", nlohmann::json::object()}, {"links", nlohmann::json::object()}};
  for (std::size_t port = 0; port < settings.ports.size(); ++port)
    report["ports"][settings.ports[port].name] = {
        {"from_node", describe(fabric.from_node(port).counters)},
        {"to_node", describe(fabric.to_node(port).counters)}};
  for (std::size_t link = 0; link < settings.links.size(); ++link)
    report["links"][settings.links[link].name] = {
        {"a_to_b", describe(fabric.a_to_b(link).counters)},
        {"b_to_a", describe(fabric.b_to_a(link).counters)}};
  return report;
}
}  // namespace leadline::lab
