#include "coordinator/lint/lint_options.hpp"

#include "coordinator/plan_words.hpp"
#include "coordinator/run_options.hpp"

#include <algorithm>
#include <string_view>

namespace leadline {
namespace {
namespace po = boost::program_options;
using Texts = std::vector<std::string>;

constexpr std::string_view usage =
    "leadline lint --cluster NAME=PATH [--cluster NAME=PATH ...] [options]\n"
    "Reads what the clusters say about their migration network, and compares them: no packet is "
    "sent.\n"
    "PATH is a file, a folder or - (standard input) with YAML or JSON, as 'oc get ... -o yaml' "
    "writes it:\n"
    "network-attachment-definitions, hyperconverged, kubevirt, the pods and nodes, configmap "
    "kubevirt-ca ...\n"
    "Exit codes: 0 clean or warnings, 10 warnings under --strict, 20 errors, 30 unknown, 2 usage, "
    "1 internal.\n";

po::options_description described() {
  po::options_description all{"Options", 100};
  all.add_options()  //
      ("cluster", po::value<Texts>()->composing(),
       "a cluster's name and manifests; also "
       "several for one cluster")                                                           //
      ("output,o", po::value<std::string>(), "text (default) or json")                      //
      ("out", po::value<std::string>(), "write the report to this file, when it is whole")  //
      ("strict", "exit code 10 where there are warnings")                                   //
      ("help", "this text");
  return all;
}
}  // namespace

std::pair<std::string, std::filesystem::path> parse_cluster(std::string const& text) {
  auto const equals = text.find('=');
  auto const name = text.substr(0, equals);
  if (equals == std::string::npos || equals + 1 == text.size())
    throw UsageError{fmt::format("--cluster: '{}' is not NAME=PATH, such as east=east/", text)};
  if (!is_cluster_name(name))
    throw UsageError{
        fmt::format("--cluster: '{}' cannot be a cluster's name: small letters, "
                    "digits, '-' and '.'",
                    name)};
  return {name, text.substr(equals + 1)};
}

std::optional<LintOptions> read_lint_options(Words const& words) {
  auto const parsed = parse_words(words, described(), "lint", usage);
  if (!parsed) return std::nullopt;
  auto const& given = *parsed;
  LintOptions options;
  if (given.count("cluster") == 0)
    throw UsageError{
        "lint: --cluster is needed: the name of a cluster and its manifests, such as "
        "--cluster east=east/ --cluster west=west/"};
  for (auto const& text : given["cluster"].as<Texts>())
    options.clusters.push_back(parse_cluster(text));
  if (std::ranges::count(options.clusters, std::filesystem::path{"-"},
                         &decltype(options.clusters)::value_type::second) > 1)
    throw UsageError{"--cluster: standard input (-) can be read once only"};
  if (given.count("output") > 0) options.format = parse_format(given["output"].as<std::string>());
  if (given.count("out") > 0) options.out = given["out"].as<std::string>();
  options.strict = given.count("strict") > 0;
  return options;
}
}  // namespace leadline
