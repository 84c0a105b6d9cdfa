#pragma once
#include "coordinator/survey.hpp"
#include "probes/bandwidth.hpp"

#include <compare>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace leadline {

/// PairThroughput::limit where the same path is clearly faster without TLS.
constexpr std::string_view tls_limit = "tls";

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
  // Of the median repetition, of two in the middle the slower:
  double relative_uncertainty{};  ///< half the 95 % interval of its mean, over the mean
  double relative_spread{};       ///< standard deviation of its samples, over their mean
  double relative_drift{};        ///< of its second half against its first
  std::string limit;              ///< what kept it from more: a BulkFlow::limit, or "tls"
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
  std::vector<std::string> ciphers;  ///< as negotiated, each once; of TCP none
  std::vector<std::string> sending;  ///< "splice", "write, as splice was refused", each once
  int record_octets{};               ///< most plaintext of a TLS record; 0: no TLS
};

/// What TLS leaves of the plain path's rate, for one number of streams.
struct TlsCost {
  int streams{};
  BulkMode against{};  ///< how the plain rate was measured
  double share{};      ///< TLS median over TCP median
};

/// All pairs of a matching at once, against each of them alone.
struct Oversubscription {
  std::size_t pairs_together{};
  std::size_t pairs_silent{};      ///< that gave no rate while all ran
  std::size_t pairs_held_back{};   ///< by their own nodes or by a cap while all ran
  std::size_t pairs_compared{};    ///< that were measured alone as well
  double alone_bits_per_second{};  ///< of the compared pairs, added up
  double together_bits_per_second{};
  double factor{};  ///< alone over together: 1, the fabric carries all at once; 0: none compared
};

/// What a bench found out. Pure: from the survey alone.
struct Throughput {
  std::vector<KindThroughput> kinds;  ///< only those that anything was measured of
  std::vector<TlsCost> tls;
  std::optional<Oversubscription> oversubscription;
  std::string saturation_lacks;    ///< why it is not measured as the plan asks for; empty: it is
  bool saturation_measured{true};  ///< as far as the plan asks for it
  std::vector<std::string> unmeasured;  ///< "east/n1 -> west/n2: bandwidth: why"
  std::size_t tests_expected{};
  std::size_t tests_measured{};

  [[nodiscard]] bool complete() const {
    return tests_expected > 0 && tests_measured >= tests_expected && saturation_measured;
  }
};

Throughput read_throughput(Survey const& survey);

/// The slowest pairs of a kind, slowest first: those below 0.9 of its median, at most `most`.
std::vector<PairThroughput const*> slowest(KindThroughput const& kind, std::size_t most);
}  // namespace leadline
