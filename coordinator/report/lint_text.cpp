#include "coordinator/report/finding_text.hpp"
#include "coordinator/report/lint_report.hpp"
#include "probes/core/quantity.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <ostream>
#include <set>
#include <vector>

namespace leadline {
namespace {
std::string_view headline(LintResult::Verdict verdict) {
  switch (verdict) {
    case LintResult::Verdict::clean:
      return "CLEAN";
    case LintResult::Verdict::warnings:
      return "WARNINGS";
    case LintResult::Verdict::errors:
      return "ERRORS";
    case LintResult::Verdict::unknown:
      break;
  }
  return "UNKNOWN";
}

std::string_view colour_of(LintResult::Verdict verdict) {
  switch (verdict) {
    case LintResult::Verdict::clean:
      return "1;32";
    case LintResult::Verdict::warnings:
      return "1;33";
    case LintResult::Verdict::errors:
      return "1;31";
    case LintResult::Verdict::unknown:
      break;
  }
  return "1;35";
}

std::string why(LintReport const& report) {
  auto const& result = report.result;
  if (!report.failure.empty()) return report.failure;
  switch (result.verdict) {
    case LintResult::Verdict::clean:
      return "the manifests fit together, as far as they were given";
    case LintResult::Verdict::warnings:
    case LintResult::Verdict::errors:
      return result.findings.front().summary;
    case LintResult::Verdict::unknown:
      break;
  }
  return "what was given does not show every cluster's migration network";
}

std::string network_text(Attachment const& attachment) {
  std::vector<std::string> parts{attachment.plugin.empty() ? "not readable" : attachment.plugin};
  if (!attachment.parent.empty()) parts.front() += " on " + attachment.parent;
  if (attachment.vlan) parts.push_back(fmt::format("VLAN {}", *attachment.vlan));
  if (!attachment.trunk.empty()) parts.push_back("trunk of VLAN " + format(attachment.trunk));
  if (attachment.mtu) parts.push_back(fmt::format("MTU {}", attachment.mtu->octets));
  for (auto const& pool : attachment.addresses.pools)
    parts.push_back(fmt::format("{} ({} addresses: {})", format(pool.block), pool.usable.size(),
                                format(pool.usable)));
  if (attachment.addresses.pools.empty() && !attachment.addresses.type.empty())
    parts.push_back("addresses by " + attachment.addresses.type);
  return fmt::format("{}: {}", attachment.title(), fmt::join(parts, ", "));
}

std::string counted(std::size_t number, std::string_view noun) {
  return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s");
}

void write_cluster(std::ostream& out, ClusterManifests const& cluster) {
  std::set<std::string> files;
  for (auto const& manifest : cluster.manifests) files.insert(manifest.file->name);
  auto const label = cluster.name + ": ";
  std::string const indent(label.size(), ' ');
  out << wrap(label,
              counted(cluster.manifests.size(), "object") + " in " + counted(files.size(), "file"));
  for (auto const* const attachment : attachments_to_check(cluster))
    out << wrap(indent, network_text(*attachment));
  auto const& settings = cluster.settings;
  if (settings.settings() == nullptr) return;
  out << wrap(indent,
              fmt::format("{} s a gigabyte (at least {}), {} migrations at a time, {} from a node",
                          settings.completion_timeout_per_gib.count(),
                          format(needed_rate(settings.completion_timeout_per_gib)),
                          settings.parallel_per_cluster, settings.parallel_outbound_per_node));
}
}  // namespace

void write_lint_text(std::ostream& out, LintReport const& report, bool colour) {
  Painter const paint{colour};
  out << paint(colour_of(report.result.verdict), headline(report.result.verdict)) << '\n'
      << wrap("because: ", why(report));
  for (auto const& cluster : report.clusters) write_cluster(out, cluster);
  for (auto const& finding : report.result.findings) write_finding(out, finding, paint);
  if (!report.result.unchecked.empty()) out << "\nNot checked, and what it takes:\n";
  for (auto const& [cluster, what, needs] : report.result.unchecked)
    out << wrap("  ", fmt::format("{}: {}", cluster, what)) << wrap("    needs ", needs);
}
}  // namespace leadline
