#pragma once
#include "coordinator/survey.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace leadline {

/// One MAC address that claims a migration address.
struct AddressHolder {
  std::string mac;
  std::vector<NodeIndex> nodes;  ///< whose interface has it; empty: nobody of this run
  bool proxy{};                  ///< it answers for several addresses of others: proxy ARP
};

/// A migration address, whose it should be, and who says that he has it.
struct HeldAddress {
  std::string address;
  std::vector<NodeIndex> owners;  ///< the nodes that told this address
  std::vector<AddressHolder> holders;

  /// Two claim it, or one whose it is not; proxies do not count.
  [[nodiscard]] bool duplicate() const;
};

using NodesByName = std::map<std::string, std::set<NodeIndex>>;

/// Whose MAC addresses these are, as their nodes told or, where a network rewrites them, as their
/// beacons showed.
NodesByName nodes_by_mac(Survey const& survey);
/// All addresses for which anybody answered, in their order, from what every asker collected.
std::vector<HeldAddress> find_holders(Survey const& survey);
}  // namespace leadline
