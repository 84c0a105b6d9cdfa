#include "tests/lint/clusters.hpp"

#include "coordinator/manifests/cluster_manifests.hpp"
#include "coordinator/mint.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <stdexcept>

namespace leadline {
namespace {
using std::chrono::hours;
using std::chrono::system_clock;

// One moment for all: what is 23 hours away stays so, however long the tests take.
auto const made = std::chrono::floor<std::chrono::seconds>(system_clock::now());

Credentials authority(std::string const& name, hours from, hours until) {
  return mint({.common_name = name,
               .uri_names = {},
               .extended_key_usage = {},
               .is_ca = true,
               .not_before = made + from,
               .not_after = made + until});
}

std::string leaf(Credentials const& issuer, std::string const& name, std::string const& usage,
                 hours until) {
  auto const certificate = mint({.common_name = name,
                                 .uri_names = {},
                                 .extended_key_usage = {usage},
                                 .is_ca = false,
                                 .not_before = made - hours{12},
                                 .not_after = made + until},
                                &issuer);
  auto const pem = pem_of(certificate.chain.front().get());
  std::string encoded((pem.size() + 2) / 3 * 4 + 1, '\0');
  auto const length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                                      reinterpret_cast<unsigned char const*>(pem.data()),
                                      static_cast<int>(pem.size()));
  encoded.resize(static_cast<std::size_t>(length));
  return encoded;
}

/// As HyperConverged has them some hours after it has renewed one.
struct Authorities {
  Credentials current;
  Credentials former;  ///< ends in 2 hours
};

Authorities authorities_of(std::string const& cluster) {
  return {.current = authority("kubevirt.io@" + cluster, -hours{12}, hours{36}),
          .former = authority("kubevirt.io@former-" + cluster, -hours{46}, hours{2})};
}

Authorities const& east_authorities() {
  static auto const east = authorities_of("east");
  return east;
}

Authorities const& west_authorities() {
  static auto const west = authorities_of("west");
  return west;
}

std::string indented(std::string const& text) {
  std::string result;
  std::istringstream lines{text};
  for (std::string line; std::getline(lines, line);) result += "    " + line + "\n";
  return result;
}

/// All texts that certificates stand for in one cluster.
std::map<std::string, std::string> texts_of(Authorities const& owns, Authorities const& others) {
  auto const pem = [](Credentials const& one) { return pem_of(one.chain.front().get()); };
  static auto const gone = pem(authority("gone", -hours{48}, -hours{1}));
  auto const own = pem(owns.current);
  auto const other = pem(others.current);
  auto const both = own + other;
  std::string many = both;
  auto const extra = pem(authority("extra", -hours{24}, hours{48}));
  for (int i = 0; i < 49; ++i) many += extra;
  constexpr auto name = "kubevirt.io:system:node:virt-handler";
  return {{certificates::bundle, indented(both)},
          {certificates::own_only, indented(own)},
          {certificates::other_only, indented(other)},
          {certificates::turned, indented(other + own)},
          {certificates::with_third, indented(both + extra)},
          {certificates::with_expired, indented(both + gone)},
          {certificates::own_and_expired, indented(own + gone)},
          {certificates::own_expired, indented(gone + other)},
          {certificates::with_early, indented(both + pem(authority("new", hours{1}, hours{48})))},
          {certificates::only_expired, indented(gone)},
          {certificates::many, indented(many)},
          {certificates::brief, indented(pem(authority("brief", -hours{25}, hours{23})))},
          {certificates::renewed, indented(own + pem(owns.former) + other + pem(others.former))},
          {certificates::own_former, indented(pem(owns.former) + other)},
          {certificates::other_former, indented(own + pem(others.former))},
          {certificates::server, leaf(owns.current, name, "serverAuth", hours{24})},
          {certificates::former_server, leaf(owns.former, name, "serverAuth", hours{2})},
          {certificates::other_name, leaf(owns.current, "virt-handler", "serverAuth", hours{24})},
          {certificates::other_usage, leaf(owns.current, name, "clientAuth", hours{24})},
          {certificates::stale, leaf(owns.current, name, "serverAuth", -hours{1})}};
}

void replace_once(std::string& text, std::string const& from, std::string const& to) {
  auto const at = text.find(from);
  if (at == std::string::npos) throw std::runtime_error{"the clusters do not have: " + from};
  text.replace(at, from.size(), to);
}

std::string filled(std::string text, std::map<std::string, std::string> const& certificates) {
  for (auto const& [name, content] : certificates)
    if (text.find(name) != std::string::npos) replace_once(text, name, content);
  return text;
}

std::string read(std::string const& name) {
  std::ifstream in{LEADLINE_SOURCE_DIR "/tests/lint/" + name};
  return {std::istreambuf_iterator<char>{in}, {}};
}
}  // namespace

ClusterTexts changed_clusters(std::vector<Change> const& changes) {
  static auto const of_east = texts_of(east_authorities(), west_authorities());
  static auto const of_west = texts_of(west_authorities(), east_authorities());
  ClusterTexts texts{read("east.yaml"), read("west.yaml")};
  for (auto const& [cluster, from, to] : changes)
    replace_once(cluster == "east" ? texts.east : texts.west, from, to);
  return {filled(std::move(texts.east), of_east), filled(std::move(texts.west), of_west)};
}

std::string signed_in_east(std::string const& common_name, std::string const& usage) {
  return leaf(east_authorities().current, common_name, usage, hours{24});
}

LintResult lint_changed(std::vector<Change> const& changes) {
  auto const [east, west] = changed_clusters(changes);
  std::vector<ClusterManifests> clusters;
  clusters.push_back(sort_manifests("east", read_manifests("east.yaml", east)));
  clusters.push_back(sort_manifests("west", read_manifests("west.yaml", west)));
  return lint(clusters, made);
}

std::vector<std::string> names_of(LintResult const& result) {
  std::vector<std::string> names;
  names.reserve(result.findings.size());
  for (auto const& finding : result.findings)
    names.push_back(finding.code + " " + format(finding.scope));
  std::ranges::sort(names);
  return names;
}
}  // namespace leadline
