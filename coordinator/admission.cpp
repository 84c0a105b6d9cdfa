#include "coordinator/admission.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

namespace leadline {
namespace {
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
        hello.protocol, hello.version, protocol_version, LEADLINE_VERSION));
  if (identity.role != Identity::Role::agent)
    return refuse(
        fmt::format("its certificate is that of a {}, not of an agent: issue one with "
                    "'leadline pki issue --role agent --cluster {}'",
                    format(identity), hello.cluster));
  if (identity.cluster != hello.cluster)
    return refuse(
        fmt::format("it says it is of cluster '{}', but its certificate is for cluster '{}'",
                    hello.cluster, identity.cluster));
  if (!plan.expect.contains(hello.cluster))
    return refuse(fmt::format("cluster '{}' is not expected in this run (expected: {})",
                              hello.cluster, expected_clusters(plan)));
  NodeName name{.cluster = hello.cluster, .node = hello.node};
  if (name.node.empty() || name.node.size() > 253 || name.node.find('/') != std::string::npos)
    return refuse("its node name is not a node name");
  if (present.contains(name))
    return refuse(fmt::format("another agent is connected as {}: give each node its own --node",
                              format(name)));
  return name;
}
}  // namespace leadline
