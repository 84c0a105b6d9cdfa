#include "coordinator/report/throughput_csv.hpp"

#include "coordinator/symptoms.hpp"

#include <fmt/format.h>

#include <map>
#include <ostream>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace leadline {
namespace {
/// Quoted where the field needs it (RFC 4180): text comes from other machines.
std::string field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string{text};
  std::string quoted{'"'};
  for (char const c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

/// The pairs that TLS is the limit of, by kind: one test by itself cannot tell.
using TlsLimited = std::set<std::pair<ThroughputKind, NodePair>>;

TlsLimited tls_limited(Throughput const& found) {
  TlsLimited pairs;
  for (auto const& kind : found.kinds)
    for (auto const& pair : kind.pairs)
      if (pair.limit == tls_limit)
        pairs.emplace(kind.kind, NodePair{.source = pair.source, .target = pair.target});
  return pairs;
}

void write_flow(std::ostream& out, Survey const& survey, NodePair edge,
                Bandwidth::Result const& test, BulkFlow const& flow, int repetition,
                TlsLimited const& by_tls) {
  bool const is_tls = by_tls.contains({{test.transport, test.streams, test.mode}, edge});
  auto const transport = nlohmann::json(test.transport).get<std::string>();
  auto const mode = nlohmann::json(test.mode).get<std::string>();
  out << fmt::format(
      "{},{},{},{},{},{},{:.0f},{:.4f},{:.4f},{:.3f},{},{},{:.4f},{:.4f},{},{},{:.4f},{},{}\n",
      field(name_of(survey, edge.source)), field(name_of(survey, edge.target)), transport,
      test.streams, mode, repetition, flow.rate_bits_per_second, flow.relative_uncertainty,
      flow.relative_spread, flow.measured_seconds, flow.transferred_bytes,
      flow.retransmitted_segments, flow.sender_cpu_seconds, flow.receiver_cpu_seconds,
      field(flow.congestion_sender), field(is_tls ? tls_limit : flow.limit), flow.relative_drift,
      field(test.cipher), test.record_octets);
}
}  // namespace

void write_throughput_csv(std::ostream& out, Survey const& survey, Throughput const& found) {
  auto const by_tls = tls_limited(found);
  out << "source,target,transport,streams,mode,repetition,rate_bits_per_second,"
         "relative_uncertainty,relative_spread,measured_seconds,transferred_bytes,"
         "retransmitted_segments,sender_cpu_seconds,receiver_cpu_seconds,congestion_control,"
         "limit,relative_drift,cipher,record_octets\n";
  for (auto const& pair : survey.pairs) {
    std::map<ThroughputKind, int> repetitions;
    each_result<Bandwidth>(pair, [&](Observation const& seen, Bandwidth::Result const& result) {
      auto const repetition = ++repetitions[{result.transport, result.streams, result.mode}];
      write_flow(out, survey, edge_of(seen), result, result, repetition, by_tls);
      if (result.reverse)
        write_flow(out, survey, reverse(edge_of(seen)), result, *result.reverse, repetition,
                   by_tls);
    });
  }
}
}  // namespace leadline
