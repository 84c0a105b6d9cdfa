// Any text of manifests: objects or mistakes with their places, and rules that take whatever they
// hold; never a crash.
#include "coordinator/estimate/machine.hpp"
#include "coordinator/manifests/migration_trace.hpp"
#include "coordinator/report/lint_report.hpp"

#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace leadline;
  std::string const text{reinterpret_cast<char const*>(data), size};
  std::vector<ClusterManifests> clusters;
  clusters.push_back(sort_manifests("east", read_manifests("east.yaml", text)));
  clusters.push_back(sort_manifests("west", read_manifests("west.yaml", text)));
  for (auto const& manifest : read_manifests("machine.yaml", text).manifests) {
    if (!manifest.kind.starts_with("VirtualMachine")) continue;
    read_machine(manifest);
    trace_migration(manifest, clusters);
  }
  LintReport const report{.command = "",
                          .started = {},
                          .clusters = clusters,
                          .result = lint(clusters, UnixTime{}),
                          .failure = {}};
  for (auto const& finding : report.result.findings)
    if (finding.summary.empty() || finding.evidence.empty()) std::abort();
  std::ostringstream out;
  write_lint_text(out, report, false);
  write_lint_json(out, report);
  return 0;
}
