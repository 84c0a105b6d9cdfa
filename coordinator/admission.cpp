#include "coordinator/admission.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace leadline {
namespace {
/// Beyond twice what is expected: a certificate can claim any number of names.
constexpr std::size_t spare_members = 16;

std::string expected_clusters(Plan const& plan) {
  std::vector<std::string> names;
  names.reserve(plan.expect.size());
  for (auto const& [cluster, nodes] : plan.expect) names.push_back(cluster);
  return fmt::format("{}", fmt::join(names, ", "));
}
}  // namespace

tl::expected<NodeName, std::string> admit(Hello const& hello, Identity const& identity,
                                          Plan const& plan, std::set<NodeName> const& present) {
  auto const refuse = [](std::string why) { return tl::unexpected(std::move(why)); };
  if (hello.protocol != protocol_version)
    return refuse(fmt::format(
        "the agent speaks protocol {} (leadline {}), the coordinator {} (leadline {}): install the "
        "same version on both sides",
        hello.protocol, printable(hello.version), protocol_version, LEADLINE_VERSION));
  if (identity.role != Identity::Role::agent)
    return refuse(
        fmt::format("its certificate is that of a {}, not of an agent: issue one with "
                    "'leadline pki issue --role agent --cluster {}'",
                    format(identity), printable(hello.cluster)));
  if (identity.cluster != hello.cluster)
    return refuse(
        fmt::format("it says it is of cluster '{}', but its certificate is for cluster '{}'",
                    printable(hello.cluster), identity.cluster));
  if (!plan.expect.contains(hello.cluster))
    return refuse(fmt::format("cluster '{}' is not expected in this run (expected: {})",
                              hello.cluster, expected_clusters(plan)));
  NodeName name{.cluster = hello.cluster, .node = hello.node};
  if (!is_node_name(name.node))
    return refuse(fmt::format("its node name '{}' is not a node name of a-z, 0-9, '-' and '.'",
                              printable(name.node)));
  auto const expected = static_cast<std::size_t>(plan.expect.at(hello.cluster));
  auto const here =
      static_cast<std::size_t>(std::ranges::count(present, hello.cluster, &NodeName::cluster));
  if (here >= 2 * expected + spare_members)
    return refuse(
        fmt::format("{} agents of cluster '{}' are connected already, where {} are expected", here,
                    hello.cluster, expected));
  if (present.contains(name))
    return refuse(fmt::format("another agent is connected as {}: give each node its own --node",
                              format(name)));
  return name;
}
}  // namespace leadline
