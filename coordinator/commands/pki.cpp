#include "coordinator/pki.hpp"

#include "coordinator/commands/command.hpp"

#include <boost/program_options.hpp>
#include <fmt/format.h>

#include <filesystem>
#include <iostream>
#include <string>

namespace leadline {
namespace {
namespace po = boost::program_options;

constexpr std::string_view usage =
    "leadline pki init --out DIR\n"
    "    makes a certificate authority: ca.crt, ca.key\n"
    "leadline pki issue --ca DIR --role agent --cluster NAME --out DIR\n"
    "leadline pki issue --ca DIR --role coordinator --out DIR\n"
    "    makes tls.crt, tls.key and ca.crt, the keys of a Kubernetes TLS secret\n";

std::string required(po::variables_map const& given, std::string const& name) {
  auto const value = given.count(name) == 0 ? "" : given[name].as<std::string>();
  if (value.empty()) throw UsageError{fmt::format("pki: --{} is missing\n{}", name, usage)};
  return value;
}

Identity identity_of(po::variables_map const& given) {
  auto const role = required(given, "role");
  if (role == "coordinator") {
    if (given.count("cluster") > 0)
      throw UsageError{"pki issue: --cluster goes with --role agent only"};
    return {.role = Identity::Role::coordinator, .cluster = {}};
  }
  if (role != "agent")
    throw UsageError{fmt::format("pki issue: --role '{}' is neither agent nor coordinator", role)};
  auto cluster = required(given, "cluster");
  if (!is_dns_label(cluster))
    throw UsageError{fmt::format(
        "pki issue: --cluster '{}' is not a name of a-z, 0-9 and '-' (at most 63)", cluster)};
  return {.role = Identity::Role::agent, .cluster = std::move(cluster)};
}

int told(tl::expected<void, std::string> const& outcome, std::string_view done) {
  if (!outcome) throw UsageError{outcome.error()};
  std::cout << done << '\n';
  return exit_codes::ready;
}
}  // namespace

int pki(Words const& words) {
  po::options_description all{"Options"};
  all.add_options()("ca", po::value<std::string>())("role", po::value<std::string>())(
      "cluster", po::value<std::string>())("out", po::value<std::string>())("help", "")(
      "action", po::value<std::string>());
  po::positional_options_description positional;
  positional.add("action", 1);
  po::variables_map given;
  try {
    po::store(po::command_line_parser{words}.options(all).positional(positional).run(), given);
  } catch (po::error const& e) {
    throw UsageError{fmt::format("pki: {}\n{}", e.what(), usage)};
  }
  if (given.count("help") > 0) return std::cout << usage, exit_codes::ready;
  auto const action = given.count("action") > 0 ? given["action"].as<std::string>() : "";
  if (action == "init") {
    auto const out = required(given, "out");
    return told(make_authority(out),
                fmt::format("made {0}/ca.crt and {0}/ca.key: keep the key to yourself", out));
  }
  if (action != "issue")
    throw UsageError{fmt::format("pki: '{}' is neither init nor issue\n{}", action, usage)};
  IssueRequest const request{.authority = required(given, "ca"),
                             .identity = identity_of(given),
                             .out = required(given, "out")};
  return told(issue(request), fmt::format("made {0}/tls.crt, {0}/tls.key and {0}/ca.crt for {1}",
                                          request.out.string(), format(request.identity)));
}
}  // namespace leadline
