#pragma once
#include "coordinator/observations.hpp"
#include "coordinator/plan.hpp"
#include "probes/catalogue.hpp"
#include "probes/core/node_name.hpp"
#include "probes/facts.hpp"
#include "probes/lost_answer.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace leadline {

/// The agent's clock against the coordinator's: positive, the agent's is ahead.
struct ClockOffset {
  double offset_ms{};
  double uncertainty_ms{};  ///< half the smallest round trip
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ClockOffset, offset_ms, uncertainty_ms)

/// One agent as the coordinator knew it during the run. Its position in Survey::nodes is its
/// NodeIndex.
struct NodeRecord {
  NodeName name;
  std::string version;
  std::vector<std::string>
      addresses;  ///< migration addresses, the one virt-handler would take first
  std::optional<Facts> facts;
  std::optional<ClockOffset> clock;
  std::string lost;        ///< why the agent left during the run; empty: it stayed
  std::string unprepared;  ///< why the agent cannot be probed; empty: it can
};

/// How many packets and connections of `from` arrived at `at`, by the responder's own count.
struct Arrivals {
  NodeIndex at{};
  NodeIndex from{};
  Family family{};
  std::uint32_t udp_requests{};
  std::uint32_t tcp_connections{};
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Arrivals, at, from, family, udp_requests, tcp_connections)

/// An ordered pair and everything that was seen on it, in the order of the stages.
struct PairRecord {
  NodeIndex source{};
  NodeIndex target{};
  Observations observations;
};

/// One bulk test as it was handed out; times since the start of the run.
struct ScheduledTest {
  NodeIndex source{};
  NodeIndex target{};
  std::string transport;
  int streams{};
  BulkMode mode{BulkMode::ceiling};
  double started_seconds{};
  double ended_seconds{};
  /// "measured", "inconclusive: ...", "busy, queued again", "failed: ...", "set aside: ..."
  std::string outcome;
};

/// One pair by itself, and while others were measured: in the saturation round all of a matching.
/// 0: not measured.
struct SaturationTest {
  NodeIndex source{};
  NodeIndex target{};
  double alone_bits_per_second{};
  double together_bits_per_second{};
  std::string limit;  ///< of the test together with others; a name of BulkFlow::limit
};

/// More pairs of a saturation round are not measured alone first: that goes one after the other.
constexpr std::size_t most_measured_alone = 16;

/// All that a run saw: what findings, blame, verdict and report are made from. Values only.
struct Survey {
  bool begun{true};  ///< false: broken off before agents were let in, so that none is missing
  std::string run_id;
  std::string command;
  std::chrono::system_clock::time_point started;
  std::chrono::system_clock::time_point finished;
  Plan plan;
  std::vector<NodeRecord> nodes;
  std::vector<PairRecord> pairs;  ///< every pair that the plan asks for, measured or not
  std::vector<Observation> node_observations;  ///< of one node by itself (sync): source == target
  std::vector<Arrivals> arrivals;
  std::set<NodeIndex> counted;  ///< who told what arrived: what it leaves out did not arrive
  std::vector<LostAnswer> lost_answers;  ///< those of which somebody on the way said so
  std::vector<ScheduledTest> schedule;
  std::vector<SaturationTest> saturation;  ///< empty: the plan has no such round
  /// Pairs that came out too slow beside others, and were measured again by themselves.
  std::vector<SaturationTest> second_looks;
  std::vector<std::string> refusals;       ///< agents that were turned away, and why
  std::vector<std::string> interruptions;  ///< "stopped by Ctrl-C", "the time limit of 10m passed"
};
}  // namespace leadline
