#pragma once
#include "coordinator/survey.hpp"
#include "probes/bandwidth.hpp"

#include <compare>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace leadline {

/// Which tests belong in one matrix.
struct ThroughputKind {
  Transport transport{};
  int streams{};
  BulkMode mode{};
  auto operator<=>(ThroughputKind const&) const = default;
};

/// "TCP x 8, path ceiling", "TCP x 1, migration-like", "TLS x 8".
std::string format(ThroughputKind const& kind);

/// Rates that belong together; all in bits per second.
struct RateSummary {
  double median{};
  double least{};
  double most{};
  std::size_t count{};
};

/// Nothing of nothing.
std::optional<RateSummary> sum_up(std::vector<double> rates);

/// One direction of one pair, all repetitions.
struct PairThroughput {
  NodeIndex source{};
  NodeIndex target{};
  RateSummary rates;
  std::string limit;  ///< of the median repetition: what kept it from more
  std::string limit_detail;
};

/// All tests of one kind.
struct KindThroughput {
  ThroughputKind kind;
  std::vector<PairThroughput> pairs;              ///< in the order of the survey's pairs
  std::vector<std::optional<RateSummary>> sends;  ///< by node, over its peers
  std::vector<std::optional<RateSummary>> receives;
  RateSummary all;
  double sender_cpu_seconds_per_gigabyte{};  ///< median over the tests; 10^9 bytes
  double receiver_cpu_seconds_per_gigabyte{};
};

/// What TLS leaves of the plain path's rate, for one number of streams.
struct TlsCost {
  int streams{};
  double share{};  ///< TLS median over TCP median
};

/// All pairs of a matching at once, against each of them alone.
struct Oversubscription {
  std::size_t pairs_together{};
  std::size_t pairs_compared{};    ///< that were measured alone as well
  double alone_bits_per_second{};  ///< of the compared pairs, added up
  double together_bits_per_second{};
  double factor{};  ///< alone over together: 1, the fabric carries all at once
};

/// What a bench found out. Pure: from the survey alone.
struct Throughput {
  std::vector<KindThroughput> kinds;  ///< only those that anything was measured of
  std::vector<TlsCost> tls;
  std::optional<Oversubscription> oversubscription;
  std::vector<std::string> unmeasured;  ///< "east/n1 -> west/n2: bandwidth: why"
  std::size_t tests_expected{};
  std::size_t tests_measured{};

  [[nodiscard]] bool complete() const {
    return tests_expected > 0 && tests_measured >= tests_expected;
  }
};

Throughput read_throughput(Survey const& survey);

/// The slowest pairs of a kind, slowest first: those below 0.9 of its median, at most `most`.
std::vector<PairThroughput const*> slowest(KindThroughput const& kind, std::size_t most);
}  // namespace leadline
