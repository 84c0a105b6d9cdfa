#pragma once
#include "coordinator/address_holders.hpp"
#include "coordinator/pairs.hpp"
#include "coordinator/survey.hpp"

#include <map>
#include <set>
#include <string>

namespace leadline {

/// On which ways frames pass although no beacon may: an answer, a refusal or a request that arrived
/// shows it, and so does the peer's own MAC address, which is learnt by ARP.
class Crossings {
 public:
  /// `survey` must outlive this.
  explicit Crossings(Survey const& survey);

  [[nodiscard]] bool contains(NodePair edge) const { return ways_.contains(edge); }

  [[nodiscard]] bool reach_known() const { return reach_known_; }

 private:
  [[nodiscard]] bool found_by_arp(NodePair edge, Reach::Result const& result) const;
  [[nodiscard]] bool asked_in_vain(NodePair edge) const;

  Survey const& survey_;
  NodesByName by_mac_;
  std::map<NodeIndex, std::set<std::string>> askers_;  ///< and the addresses that answered them
  bool reach_known_{};
  std::set<NodePair> ways_;
};
}  // namespace leadline
