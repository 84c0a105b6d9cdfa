#include "coordinator/cluster_source.hpp"

#include "coordinator/commands/command.hpp"
#include "probes/wire/identity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace leadline {
namespace {
namespace po = boost::program_options;
using Texts = std::vector<std::string>;
using Kind = ClusterSource::Kind;

std::string_view option_of(Kind kind) {
  return kind == Kind::files ? "--cluster" : "--kubeconfig";
}

/// A name, "=", and something.
std::pair<std::string, std::string> halves(std::string const& text, Kind kind,
                                           std::string_view example) {
  auto const equals = text.find('=');
  auto name = text.substr(0, equals);
  if (equals == std::string::npos || equals + 1 == text.size())
    throw UsageError{fmt::format("{}: '{}' is not {}", option_of(kind), text, example)};
  if (!is_dns_label(name))
    throw UsageError{
        fmt::format("{}: '{}' cannot be a cluster's name: a-z, 0-9 and '-' (at most 63)",
                    option_of(kind), name)};
  return {std::move(name), text.substr(equals + 1)};
}
}  // namespace

std::string format(ClusterSource const& source) {
  if (source.kind == Kind::service_account)
    return fmt::format("--kubeconfig {}=in-cluster", source.cluster);
  return fmt::format("{} {}={}{}{}", option_of(source.kind), source.cluster, source.path.string(),
                     source.context.empty() ? "" : ":", source.context);
}

ClusterSource parse_files_source(std::string const& text) {
  auto [name, path] = halves(text, Kind::files, "NAME=PATH, such as east=east/");
  return {.cluster = std::move(name), .path = std::move(path), .context = {}};
}

ClusterSource parse_live_source(std::string const& text) {
  auto [name, rest] =
      halves(text, Kind::kubeconfig, "NAME=FILE[:CONTEXT], such as east=~/.kube/east");
  if (rest == "in-cluster")
    return {.cluster = std::move(name), .kind = Kind::service_account, .path = {}, .context = {}};
  ClusterSource source{.cluster = std::move(name), .kind = Kind::kubeconfig, .context = {}};
  std::error_code ignored;
  auto colon = rest.size();
  while (colon != std::string::npos && colon > 0 &&
         !std::filesystem::exists(rest.substr(0, colon), ignored))
    colon = rest.rfind(':', colon - 1);
  if (colon == std::string::npos || colon == 0) colon = rest.find(':');
  source.path = rest.substr(0, colon);
  if (colon < rest.size()) source.context = rest.substr(colon + 1);
  return source;
}

void describe_cluster_options(po::options_description& all) {
  all.add_options()  //
      ("cluster", po::value<Texts>()->composing(),
       "NAME=PATH: a cluster's name and manifests, several for one cluster if need be")  //
      ("kubeconfig", po::value<Texts>()->composing(),
       "NAME=FILE[:CONTEXT]: the same, asked of the cluster's API; NAME=in-cluster: of the one in "
       "which this runs");
}

std::vector<ClusterSource> read_cluster_sources(po::variables_map const& given) {
  std::vector<ClusterSource> sources;
  if (given.count("cluster") > 0)
    for (auto const& text : given["cluster"].as<Texts>())
      sources.push_back(parse_files_source(text));
  if (given.count("kubeconfig") > 0)
    for (auto const& text : given["kubeconfig"].as<Texts>())
      sources.push_back(parse_live_source(text));
  if (std::ranges::count(sources, std::filesystem::path{"-"}, &ClusterSource::path) > 1)
    throw UsageError{"--cluster: standard input (-) can be read once only"};
  return sources;
}
}  // namespace leadline
