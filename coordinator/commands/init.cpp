#include "coordinator/commands/command.hpp"
#include "coordinator/manifests/network_design.hpp"
#include "coordinator/manifests/number.hpp"
#include "coordinator/new_files.hpp"
#include "coordinator/plan_words.hpp"
#include "coordinator/run_options.hpp"
#include "probes/wire/identity.hpp"

#include <algorithm>
#include <iostream>
#include <optional>

namespace leadline {
namespace {
namespace po = boost::program_options;
using Texts = std::vector<std::string>;

constexpr std::string_view usage =
    "leadline init --cluster NAME --cluster NAME --range RANGE (--master NIC | --bridge NAME) "
    "--out DIR\n"
    "Writes each cluster's NetworkAttachmentDefinition and HyperConverged patch for a migration "
    "network\n"
    "that both share: one mask, disjoint addresses. Nothing that exists is overwritten.\n"
    "Exit codes: 0 written, 2 usage, 1 internal.\n";

po::options_description described() {
  po::options_description all{"Options", 100};
  auto const text = [] { return po::value<std::string>(); };
  all.add_options()                                                                        //
      ("cluster", po::value<Texts>()->composing(), "a cluster's name, once for each")      //
      ("range", text(), "of all clusters together, such as 10.200.0.0/16")                 //
      ("master", text(), "the hosts' NIC, such as eth1: a macvlan network")                //
      ("bridge", text(), "the hosts' bridge instead, such as br-migration")                //
      ("vlan", text(), "1 to 4094: of the master a sub-interface, of the bridge its tag")  //
      ("mtu", text(), "576 to 65535, such as 9000")                                        //
      ("nodes", text(), "of the largest cluster: the parts must have room for them")       //
      ("name", text(), "of the network (default migration)")                               //
      ("namespace", text(), "of the operator (default openshift-cnv)")                     //
      ("out", text(), "a folder for each cluster is made in this one")                     //
      ("help", "this text");
  return all;
}

std::uint64_t whole(po::variables_map const& given, char const* name, std::uint64_t least,
                    std::uint64_t most) {
  auto const text = given[name].as<std::string>();
  auto const number = parse_number<std::uint64_t>(text);
  if (!number || *number < least || *number > most)
    throw UsageError{
        fmt::format("--{}: '{}' is not a whole number of {} to {}", name, text, least, most)};
  return *number;
}

std::string named(po::variables_map const& given, char const* name, std::string otherwise) {
  if (given.count(name) == 0) return otherwise;
  auto text = given[name].as<std::string>();
  if (!is_object_name(text))
    throw UsageError{
        fmt::format("--{}: '{}' cannot be a name in Kubernetes: small letters, "
                    "digits, '-' and '.'",
                    name, text)};
  return text;
}

/// With the VLAN behind it, as a sub-interface of that name is called.
std::string interface(po::variables_map const& given, char const* name,
                      std::optional<VlanId> vlan) {
  if (given.count(name) == 0) return {};
  auto text = given[name].as<std::string>();
  must(parse_interface(vlan ? fmt::format("{}.{}", text, *vlan) : text), name);
  return text;
}

NetworkDesign design_of(po::variables_map const& given) {
  for (auto const* const name : {"cluster", "range", "out"})
    if (given.count(name) == 0)
      throw UsageError{fmt::format("--{} is missing: see 'leadline init --help'", name)};
  if (given.count("master") + given.count("bridge") != 1)
    throw UsageError{"init: either --master NIC or --bridge NAME is needed"};
  NetworkDesign design{
      .clusters = given["cluster"].as<Texts>(), .range = {}, .master = {}, .bridge = {}};
  for (auto const& cluster : design.clusters)
    if (!is_dns_label(cluster) || std::ranges::count(design.clusters, cluster) > 1)
      throw UsageError{fmt::format(
          "--cluster: '{}' stands twice, or cannot be a cluster's name: a-z, 0-9 and '-' "
          "(at most 63)",
          cluster)};
  auto const range = given["range"].as<std::string>();
  auto const block = parse_block(range);
  if (!block)
    throw UsageError{
        fmt::format("--range: '{}' is not a range such as 10.200.0.0/16 or fd00::/64", range)};
  design.range = *block;
  if (given.count("vlan") > 0) design.vlan = static_cast<VlanId>(whole(given, "vlan", 1, 4094));
  design.master = interface(given, "master", design.vlan);
  design.bridge = interface(given, "bridge", std::nullopt);
  if (given.count("mtu") > 0)
    design.mtu = Mtu{static_cast<std::uint32_t>(whole(given, "mtu", 576, 65535))};
  if (given.count("nodes") > 0) design.nodes = whole(given, "nodes", 1, 1'000'000);
  design.name = named(given, "name", design.name);
  design.space = named(given, "namespace", design.space);
  return design;
}

void tell(NetworkDesign const& design, DesignedCluster const& part, std::string const& folder) {
  std::cout << fmt::format("{}: {}: {} for its pods\n", folder, part.cluster, format(part.part))
            << fmt::format("  oc apply -f {}/network.yaml\n", folder)
            << fmt::format(
                   "  oc patch hyperconverged kubevirt-hyperconverged -n {} --type merge "
                   "--patch-file {}/hyperconverged.yaml\n",
                   design.space, folder);
}

void tell_host_side(NetworkDesign const& design) {
  if (design.vlan && !design.master.empty())
    std::cout << fmt::format("On every node there must be {}.{}: VLAN {} of {}, up.\n",
                             design.master, *design.vlan, *design.vlan, design.master);
  if (design.vlan && !design.bridge.empty())
    std::cout << fmt::format(
        "On every node {} must filter VLANs, and let VLAN {} out: bridge vlan "
        "add vid {} dev UPLINK\n",
        design.bridge, *design.vlan, *design.vlan);
  if (design.mtu)
    std::cout << fmt::format("Every link on the way must carry {} octets.\n", design.mtu->octets);
}
}  // namespace

int init(Words const& words) {
  auto const parsed = parse_words(words, described(), "init", usage);
  if (!parsed) return exit_codes::ready;
  auto const design = design_of(*parsed);
  auto const parts = design_network(design);
  if (!parts) throw UsageError{"--range: " + parts.error()};
  std::filesystem::path const out = (*parsed)["out"].as<std::string>();
  for (auto const& part : *parts)
    for (auto const* const name : {"network.yaml", "hyperconverged.yaml"})
      if (std::filesystem::exists(out / part.cluster / name))
        throw UsageError{fmt::format("--out: {} exists already, and is left as it is",
                                     (out / part.cluster / name).string())};
  constexpr ::mode_t for_all_to_read = 0644;
  for (auto const& part : *parts) {
    auto const folder = out / part.cluster;
    auto const written =
        write_new_files(folder, {{"network.yaml", part.attachment, for_all_to_read},
                                 {"hyperconverged.yaml", part.hyperconverged, for_all_to_read}});
    if (!written) throw UsageError{"--out: " + written.error()};
    tell(design, part, folder.string());
  }
  tell_host_side(design);
  std::cout << "Then: leadline lint, with what the clusters say (oc get ... -o yaml).\n";
  return exit_codes::ready;
}
}  // namespace leadline
