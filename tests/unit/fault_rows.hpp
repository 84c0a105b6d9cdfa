#pragma once
#include "coordinator/report/report.hpp"
#include "tests/unit/survey_maker.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

/// A healthy survey that is spoilt in one place, row by row: what findings it must lead to, and no
/// others above info. The rows of a layer are in a file of their own.
namespace leadline::fault_rows {
using Where = SurveyMaker::Where;

inline Where const everywhere = [](auto const&, auto const&) { return true; };

inline Where into(std::string const& node) {
  return [node](auto const&, auto const& target) { return target == node; };
}

inline Where out_of(std::string const& node) {
  return [node](auto const& source, auto const&) { return source == node; };
}

inline Where touching(std::string const& node) {
  return
      [node](auto const& source, auto const& target) { return source == node || target == node; };
}

inline Where from_cluster(std::string const& cluster) {
  return [cluster](auto const& source, auto const&) { return source.starts_with(cluster + "/"); };
}

inline void unreached(Observation& seen, Reach::Result& result, Outcome outcome) {
  seen.status = Status::fail;
  result.udp_received = 0;
  result.udp.outcome = outcome;
  result.udp.source_seen.clear();
  for (auto& attempt : result.tcp) attempt.outcome = outcome;
}

inline Where between(std::string const& from, std::string const& to) {
  return [=](auto const& source, auto const& target) { return source == from && target == to; };
}

inline IcmpEvidence said_by_router(std::string origin, int type, int code) {
  return {.origin = std::move(origin), .offender = "192.0.2.254", .type = type, .code = code};
}

inline IcmpEvidence icmp(int type, int code) {
  return said_by_router("icmp", type, code);
}

inline IcmpEvidence icmp6(int type, int code) {
  return said_by_router("icmp6", type, code);
}

inline auto fails_as(Outcome outcome) {
  return [outcome](Observation& seen, Reach::Result& result) { unreached(seen, result, outcome); };
}

inline void shrink(PathMtu::Result& result, std::uint32_t octets, MtuLimit limit, int ttl) {
  result.path_mtu_octets = octets;
  result.smallest_lost_octets = octets + 1;
  result.limit = limit;
  result.ttl_seen = ttl;
}

inline void stall(Observation& seen, TcpPush::Result& result) {
  seen.status = Status::fail;
  result.arrived_bytes = 0;
}

inline auto rate(double bits_per_second) {
  return [=](Observation&, Bandwidth::Result& r) { r.rate_bits_per_second = bits_per_second; };
}

inline Observation synchronization(NodeIndex node, Outcome outcome) {
  bool const open = outcome == Outcome::answered;
  return {.source = node,
          .target = node,
          .family = Family::ipv4,
          .probe = "sync",
          .status = open ? Status::ok : Status::fail,
          .reason = {},
          .result = SyncPort::Result{.endpoint = "10.0.0.1:9185",
                                     .outcome = outcome,
                                     .system_error = open ? "" : "timed out"}};
}

/// A plan with one synchronization address, which the first nodes of six found open.
inline SurveyMaker synchronization_open_to(NodeIndex nodes) {
  SurveyMaker maker;
  maker.survey().plan.synchronization_addresses = {"10.0.0.1:9185"};
  for (NodeIndex node = 0; node < nodes; ++node)
    maker.survey().node_observations.push_back(synchronization(node, Outcome::answered));
  return maker;
}

struct FaultRow {
  std::string name;
  std::function<void(SurveyMaker&)> spoil;
  std::vector<std::string> expected;  ///< "CODE scope direction" of all findings above info
  Verdict verdict;
};

inline void PrintTo(FaultRow const& row, std::ostream* out) {
  *out << row.name;
}

inline std::string shown(Finding const& finding) {
  return fmt::format("{} {} {}", finding.code, format(finding.scope), format(finding.direction));
}

class FaultTable : public testing::TestWithParam<FaultRow> {};

inline constexpr auto not_ready = Verdict::not_ready;
inline constexpr auto warnings = Verdict::ready_with_warnings;
}  // namespace leadline::fault_rows
