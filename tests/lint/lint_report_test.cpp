#include "coordinator/report/lint_report.hpp"

#include "tests/lint/clusters.hpp"
#include "tests/schema.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace leadline {
namespace {
constexpr auto const* schema = LEADLINE_SOURCE_DIR "/coordinator/report/lint.schema.json";

struct Written {
  std::string text;
  nlohmann::json document;
};

Written written(std::vector<Change> const& changes) {
  auto const [east, west] = changed_clusters(changes);
  std::vector<ClusterManifests> clusters;
  clusters.push_back(sort_manifests("east", read_manifests("east.yaml", east)));
  clusters.push_back(sort_manifests("west", read_manifests("west.yaml", west)));
  LintReport report{.command = "leadline lint",
                    .started = {},
                    .clusters = clusters,
                    .result = lint_changed(changes),
                    .failure = {}};
  report.exit_code = exit_code(report.result.verdict, false);
  std::ostringstream text;
  write_lint_text(text, report, false);
  std::ostringstream document;
  write_lint_json(document, report);
  return {text.str(), nlohmann::json::parse(document.str())};
}

TEST(LintReport, OfHealthyClustersShowsWhatWasRead) {
  auto const [text, document] = written({});
  EXPECT_EQ(
      text,
      "CLEAN\n"
      "because: the manifests fit together, as far as they were given\n"
      "east: 15 objects in 1 file\n"
      "      openshift-cnv/migration: macvlan on eth1.100, VLAN 100, MTU 9000, 10.200.5.0/24 "
      "(90\n"
      "      addresses: 10.200.5.10 to 10.200.5.99)\n"
      "      150 s a gigabyte (at least 53.3 Mbit/s), 5 migrations at a time, 2 from a node\n"
      "west: 15 objects in 1 file\n"
      "      openshift-cnv/migration: macvlan on eth1.100, VLAN 100, MTU 9000, 10.200.5.0/24 "
      "(100\n"
      "      addresses: 10.200.5.100 to 10.200.5.199)\n"
      "      150 s a gigabyte (at least 53.3 Mbit/s), 5 migrations at a time, 2 from a node\n");
  EXPECT_EQ(against_schema(schema, document), "");
  EXPECT_EQ(document["verdict"], "clean");
  EXPECT_EQ(document["clusters"][0]["networks"][0]["vlan_id"], 100);
}

TEST(LintReport, NamesEachMistakeItsPlaceAndTheRemedy) {
  auto const [text, document] =
      written({{"east", "\"range_end\": \"10.200.5.99\"", "\"range_end\": \"10.200.5.100\""}});
  for (auto const* const part : {"ERRORS\n", "error CONFIG_RANGE_OVERLAP", "10.200.5.100",
                                 "seen: east.yaml:9 (document 1): spec.config.ipam",
                                 "means: Sooner or later", "do: Keep one mask"})
    EXPECT_NE(text.find(part), std::string::npos) << part << " is not in\n" << text;
  EXPECT_EQ(against_schema(schema, document), "");
  EXPECT_EQ(document["exit_code"], 20);
  EXPECT_EQ(document["findings"][0]["scope"]["kind"], "cluster_pair");
}

TEST(LintReport, OfARunThatFailedIsStillADocument) {
  std::ostringstream out;
  write_lint_json(out, {.command = "leadline lint",
                        .started = {},
                        .clusters = {},
                        .result = {},
                        .exit_code = 2,
                        .failure = "no such file"});
  auto const document = nlohmann::json::parse(out.str());
  EXPECT_EQ(against_schema(schema, document), "");
  EXPECT_EQ(document["verdict"], "unknown");
  EXPECT_EQ(document["failure"], "no such file");
}
}  // namespace
}  // namespace leadline
