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

std::string server(Credentials const& issuer, std::string const& name, std::string const& usage,
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

std::string indented(std::string const& text) {
  std::string result;
  std::istringstream lines{text};
  for (std::string line; std::getline(lines, line);) result += "    " + line + "\n";
  return result;
}

/// All texts that certificates stand for in one cluster.
std::map<std::string, std::string> texts_of(Credentials const& own, Credentials const& other) {
  auto const pem = [](Credentials const& one) { return pem_of(one.chain.front().get()); };
  auto const both = pem(own) + pem(other);
  std::string many = both;
  auto const extra = pem(authority("extra", -hours{24}, hours{48}));
  for (int i = 0; i < 49; ++i) many += extra;
  constexpr auto name = "kubevirt.io:system:node:virt-handler";
  return {
      {certificates::bundle, indented(both)},
      {certificates::own_only, indented(pem(own))},
      {certificates::other_only, indented(pem(other))},
      {certificates::with_expired, indented(both + pem(authority("old", -hours{48}, -hours{1})))},
      {certificates::with_early, indented(both + pem(authority("new", hours{1}, hours{48})))},
      {certificates::only_expired, indented(pem(authority("old", -hours{48}, -hours{1})))},
      {certificates::many, indented(many)},
      {certificates::brief, indented(pem(authority("brief", -hours{25}, hours{23})))},
      {certificates::server, server(own, name, "serverAuth", hours{24})},
      {certificates::other_name, server(own, "virt-handler", "serverAuth", hours{24})},
      {certificates::other_usage, server(own, name, "clientAuth", hours{24})},
      {certificates::stale, server(own, name, "serverAuth", -hours{1})}};
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
  static auto const east = authority("kubevirt.io@east", -hours{12}, hours{36});
  static auto const west = authority("kubevirt.io@west", -hours{12}, hours{36});
  static auto const of_east = texts_of(east, west);
  static auto const of_west = texts_of(west, east);
  ClusterTexts texts{read("east.yaml"), read("west.yaml")};
  for (auto const& [cluster, from, to] : changes)
    replace_once(cluster == "east" ? texts.east : texts.west, from, to);
  return {filled(std::move(texts.east), of_east), filled(std::move(texts.west), of_west)};
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
