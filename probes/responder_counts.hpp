#pragma once
#include "probes/core/observation.hpp"
#include "probes/lost_answer.hpp"
#include "probes/wire/datagram.hpp"

#include <boost/asio/ip/udp.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace leadline {

/// What arrived from one peer since a responder was opened.
struct PeerCount {
  NodeIndex from{};
  Family family{};
  std::uint32_t udp_requests{};
  std::uint32_t tcp_connections{};
};

/// What arrived and was not answered, because it is not signed for this run.
struct UnsignedCount {
  std::uint64_t udp_packets{};
  std::uint64_t tcp_connections{};  ///< also those that closed or stayed silent
};

/// What a responder counts: who came, how often, and whom the answers did not reach. Only what is
/// signed gets an entry, but whoever has the run's key can sign for any index: who passes this on
/// keeps to the roster of the run.
class ResponderCounts {
 public:
  void udp_request(NodeIndex from, Family family) { ++of(from, family).udp_requests; }

  void tcp_connection(NodeIndex from, Family family) { ++of(from, family).tcp_connections; }

  void unsigned_packet() { ++unsigned_.udp_packets; }

  void unsigned_connection() { ++unsigned_.tcp_connections; }

  /// The last word about a peer counts: what came before it may have been about the past.
  void lost_answer(LostAnswer lost) { lost_.insert_or_assign({lost.to, lost.family}, lost); }

  [[nodiscard]] std::vector<PeerCount> peers() const;
  [[nodiscard]] std::vector<LostAnswer> lost_answers() const;

  [[nodiscard]] UnsignedCount const& without_signature() const { return unsigned_; }

 private:
  PeerCount& of(NodeIndex from, Family family);

  std::map<std::pair<NodeIndex, Family>, PeerCount> peers_;
  std::map<std::pair<NodeIndex, Family>, LostAnswer> lost_;
  UnsignedCount unsigned_;
};

/// Who asked from where; forgets the oldest when it knows too many.
class Askers {
 public:
  using Endpoint = boost::asio::ip::udp::endpoint;

  explicit Askers(std::size_t most) : most_{most} {}

  void asked(Endpoint const& from, NodeIndex who);
  [[nodiscard]] std::optional<NodeIndex> at(Endpoint const& from) const;

 private:
  std::size_t most_;
  std::map<Endpoint, NodeIndex> who_;
  std::deque<Endpoint> by_age_;
};

/// How many requests of each session arrived; forgets the oldest session when it holds too many.
class SessionCounts {
 public:
  explicit SessionCounts(std::size_t most_sessions) : most_sessions_{most_sessions} {}

  /// Counts one more of this session, and says how many that makes.
  std::uint32_t arrived(NodeIndex source, std::uint32_t session);

  [[nodiscard]] std::size_t size() const { return counts_.size(); }

 private:
  using Key = std::pair<NodeIndex, std::uint32_t>;
  std::size_t most_sessions_;
  std::map<Key, std::uint32_t> counts_;
  std::deque<Key> by_age_;
};
}  // namespace leadline
