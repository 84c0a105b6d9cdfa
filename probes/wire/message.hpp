#pragma once
#include "probes/catalogue.hpp"
#include "probes/core/checked_json.hpp"
#include "probes/core/node_name.hpp"
#include "probes/facts.hpp"
#include "probes/lost_answer.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace leadline {

/// Both sides must speak the same: any change of a message below, or of a probe's result, raises
/// it.
constexpr int protocol_version = 7;

/// Largest frame that an agent may send, and that a coordinator may send, in octets.
constexpr std::uint32_t agent_frame_limit = 4U << 20U;
constexpr std::uint32_t coordinator_frame_limit = 32U << 20U;

/// A migration address with its network, as the roster carries it: "10.200.1.1", 16.
struct NetworkAddress {
  std::string address;
  int prefix_length{};
  bool operator==(NetworkAddress const&) const = default;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(NetworkAddress, address, prefix_length)

/// Where a node answers during a run, of one family.
struct Listening {
  Family family{};
  NetworkAddress at;
  std::uint16_t udp_port{};
  std::vector<std::uint16_t> tcp_ports;
  bool operator==(Listening const&) const = default;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Listening, family, at, udp_port, tcp_ports)

// From an agent.

/// The first message: who I am. The cluster must be the one in the certificate.
struct Hello {
  static constexpr std::string_view name = "hello";
  int protocol{protocol_version};
  std::string version;
  std::string cluster;
  std::string node;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Hello, protocol, version, cluster, node)

/// The answer to Ping: repeats its time and adds the agent's own (CLOCK_REALTIME).
struct Pong {
  static constexpr std::string_view name = "pong";
  std::int64_t coordinator_ns{};
  std::int64_t agent_ns{};
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Pong, coordinator_ns, agent_ns)

/// The answer to Prepare: the node's facts, and where it listens.
struct Prepared {
  static constexpr std::string_view name = "prepared";
  RunId run{};
  Facts facts;
  std::vector<Listening>
      listening;        ///< in the order in which virt-handler would take the addresses
  std::string problem;  ///< why it does not listen; empty if it does
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Prepared, run, facts, listening, problem)

/// Observations of a batch, as they come.
struct Observed {
  static constexpr std::string_view name = "observed";
  RunId run{};
  std::uint32_t batch{};
  std::vector<Observation> observations;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Observed, run, batch, observations)

/// Every target of a batch has been probed.
struct BatchDone {
  static constexpr std::string_view name = "batch_done";
  RunId run{};
  std::uint32_t batch{};
  bool busy{};  ///< a bulk test was refused because one runs: nothing was measured, queue it again
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(BatchDone, run, batch, busy)

/// What arrived at this node's responder from one peer.
struct Arrived {
  NodeIndex from{};
  Family family{};
  std::uint32_t udp_requests{};
  std::uint32_t tcp_connections{};
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Arrived, from, family, udp_requests, tcp_connections)

struct Counted {
  static constexpr std::string_view name = "counted";
  RunId run{};
  std::vector<Arrived> arrived;
  std::vector<LostAnswer> lost_answers;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Counted, run, arrived, lost_answers)

// From the coordinator.

struct Accepted {
  static constexpr std::string_view name = "accepted";
};

inline void to_json(nlohmann::json& j, Accepted) {
  j = nlohmann::json::object();
}

inline void from_json(nlohmann::json const&, Accepted&) {}

/// The last message before the connection is closed: why.
struct Refused {
  static constexpr std::string_view name = "refused";
  std::string reason;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Refused, reason)

/// Sent every second: heartbeat and clock comparison in one.
struct Ping {
  static constexpr std::string_view name = "ping";
  std::int64_t coordinator_ns{};
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Ping, coordinator_ns)

/// A run begins: open the responder, tell the facts.
struct Prepare {
  static constexpr std::string_view name = "prepare";
  RunId run{};
  std::string key;  ///< RunKey::hex
  NodeIndex self{};
  int tcp_listeners{8};
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Prepare, run, key, self, tcp_listeners)

/// A node of the run, for those who will talk to it.
struct Peer {
  NodeIndex index{};
  NodeName node;
  std::vector<Listening> listening;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Peer, index, node, listening)

/// Everybody in the run: the same text for all agents, so that a run costs O(nodes) to describe.
struct RosterSheet {
  static constexpr std::string_view name = "roster";
  RunId run{};
  std::vector<Peer> peers;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(RosterSheet, run, peers)

struct BatchTarget {
  NodeIndex peer{};
  Family family{};
  bool operator==(BatchTarget const&) const = default;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(BatchTarget, peer, family)

/// Work for one agent in one stage: these probes towards these targets.
struct Batch {
  static constexpr std::string_view name = "batch";
  RunId run{};
  std::uint32_t batch{};
  std::vector<AnyProbe> probes;
  std::vector<BatchTarget> targets;
  int concurrency{1};  ///< targets at a time
  bool together{};     ///< the probes of one target at once (load and latency), else in turn
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Batch, run, batch, probes, targets, concurrency, together)

/// Tell what your responder counted.
struct Count {
  static constexpr std::string_view name = "count";
  RunId run{};
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Count, run)

/// The run is over: stop all traffic now, close the responder, forget the key.
struct Stop {
  static constexpr std::string_view name = "stop";
  RunId run{};
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Stop, run)

using AgentMessage = std::variant<Hello, Pong, Prepared, Observed, BatchDone, Counted>;
using CoordinatorMessage =
    std::variant<Accepted, Refused, Ping, Prepare, RosterSheet, Batch, Count, Stop>;

std::string encode(AgentMessage const& message);
std::string encode(CoordinatorMessage const& message);

/// The error says what is wrong with the text: not JSON, no such type, a field missing or of the
/// wrong kind.
tl::expected<AgentMessage, std::string> decode_agent_message(std::string_view text);
tl::expected<CoordinatorMessage, std::string> decode_coordinator_message(std::string_view text);
}  // namespace leadline
