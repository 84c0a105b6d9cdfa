#include "coordinator/lint/lint_options.hpp"

#include "coordinator/run_options.hpp"

#include <string_view>

namespace leadline {
namespace {
namespace po = boost::program_options;

constexpr std::string_view usage =
    "leadline lint (--cluster NAME=PATH | --kubeconfig NAME=FILE) ... [options]\n"
    "Reads what the clusters say about their migration network, and compares them: no packet is "
    "sent over it.\n"
    "PATH is a file, a folder or - (standard input) with YAML or JSON, as 'oc get ... -o yaml' "
    "writes it:\n"
    "  oc get network-attachment-definitions,hyperconverged,kubevirt,migrationpolicies,vmi -A -o "
    "yaml\n"
    "  oc get pods -A -l kubevirt.io -o yaml\n"
    "  oc get nodes,networks.config.openshift.io -o yaml\n"
    "  oc get networkpolicies,multi-networkpolicies,ippools.whereabouts.cni.cncf.io -A -o yaml\n"
    "  oc get configmap kubevirt-ca kubevirt-external-ca -n NAMESPACE -o yaml\n"
    "Exit codes: 0 clean or warnings, 10 warnings under --strict, 20 errors, 30 unknown, 2 usage, "
    "1 internal.\n";

po::options_description described() {
  po::options_description all{"Options", 100};
  describe_cluster_options(all);
  all.add_options()                                                                         //
      ("output,o", po::value<std::string>(), "text (default) or json")                      //
      ("out", po::value<std::string>(), "write the report to this file, when it is whole")  //
      ("strict", "exit code 10 where there are warnings")                                   //
      ("help", "this text");
  return all;
}
}  // namespace

std::optional<LintOptions> read_lint_options(Words const& words) {
  auto const parsed = parse_words(words, described(), "lint", usage);
  if (!parsed) return std::nullopt;
  auto const& given = *parsed;
  LintOptions options{.clusters = read_cluster_sources(given), .out = {}};
  if (options.clusters.empty())
    throw UsageError{
        "lint: --cluster is needed: the name of a cluster and its manifests, such as "
        "--cluster east=east/ --cluster west=west/ (or --kubeconfig, to ask the clusters)"};
  if (given.count("output") > 0) options.format = parse_format(given["output"].as<std::string>());
  if (given.count("out") > 0) options.out = given["out"].as<std::string>();
  options.strict = given.count("strict") > 0;
  return options;
}
}  // namespace leadline
