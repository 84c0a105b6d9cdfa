#pragma once
#include "probes/core/checked_json.hpp"
#include "probes/linux/icmp_evidence.hpp"

#include <boost/asio/ip/address.hpp>

#include <optional>
#include <span>
#include <string_view>

namespace leadline {

/// How an attempt to reach a peer ended, as far as one end can tell.
enum class Outcome {
  unclear,           ///< an errno that fits nothing below
  answered,          ///< by the node that was meant
  wrong_node,        ///< answered with the identity of another node (duplicate address, self-dial)
  refused,           ///< RST, or ICMP 3/3 from the target itself
  port_unreachable,  ///< ICMP 3/3 from another machine: a firewall that rejects
  prohibited,        ///< ICMP 3/9, 3/10, 3/13 (v6: 1/1, 1/5, 1/6): a firewall that says so
  no_route_at_hop,   ///< ICMP 3/0 (v6: 1/0) from a router
  absent_behind_router,  ///< ICMP 3/1 (v6: 1/3) from the last router: it got no ARP answer
  absent_on_link,        ///< the same from the own address: nobody answers ARP
  no_local_route,        ///< ENETUNREACH or EINVAL ("blackhole") at once, without any ICMP
  silent                 ///< nothing came back in time
};
NLOHMANN_JSON_SERIALIZE_ENUM(Outcome, {{Outcome::unclear, "unclear"},
                                       {Outcome::answered, "answered"},
                                       {Outcome::wrong_node, "wrong_node"},
                                       {Outcome::refused, "refused"},
                                       {Outcome::port_unreachable, "port_unreachable"},
                                       {Outcome::prohibited, "prohibited"},
                                       {Outcome::no_route_at_hop, "no_route_at_hop"},
                                       {Outcome::absent_behind_router, "absent_behind_router"},
                                       {Outcome::absent_on_link, "absent_on_link"},
                                       {Outcome::no_local_route, "no_local_route"},
                                       {Outcome::silent, "silent"}})

/// What one end knows of an attempt that got no answer.
struct Failure {
  int error_number{};                    ///< ETIMEDOUT where nothing came back in time
  std::optional<IcmpEvidence> evidence;  ///< the ICMP error that ended it, if one did
  boost::asio::ip::address own;
  boost::asio::ip::address target;
};

/// What the failure means. An ICMP error says more than the errno that was made of it.
Outcome outcome_of(Failure const& failure);

/// The entry that ended an attempt: the last that is an ICMP "unreachable" or "time exceeded".
std::optional<IcmpEvidence> decisive(std::span<IcmpEvidence const> evidence);

/// For a sentence: "refused", "no answer", "rejected by a firewall" ...
std::string_view describe(Outcome outcome);
}  // namespace leadline
