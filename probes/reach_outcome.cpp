#include "probes/reach_outcome.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>
#include <ranges>

namespace leadline {
namespace ip = boost::asio::ip;

namespace {
enum class Complaint { none, port, prohibited, no_route, host_absent };

/// RFC 792, RFC 1122 3.2.2.1, RFC 1812 5.2.7.1.
Complaint complaint_v4(int type, int code) {
  if (type == ICMP_TIME_EXCEEDED && code == ICMP_EXC_TTL) return Complaint::no_route;  // a loop
  if (type != ICMP_DEST_UNREACH) return Complaint::none;
  switch (code) {
    case ICMP_PORT_UNREACH:
    case ICMP_PROT_UNREACH:
      return Complaint::port;
    case ICMP_NET_ANO:
    case ICMP_HOST_ANO:
    case ICMP_PKT_FILTERED:
      return Complaint::prohibited;
    case ICMP_NET_UNREACH:
    case ICMP_NET_UNKNOWN:
    case ICMP_NET_UNR_TOS:
      return Complaint::no_route;
    case ICMP_HOST_UNREACH:
    case ICMP_HOST_UNKNOWN:
    case ICMP_HOST_UNR_TOS:
      return Complaint::host_absent;
    default:
      return Complaint::none;
  }
}

/// RFC 4443 3.1, 3.3.
Complaint complaint_v6(int type, int code) {
  constexpr int policy = 5;
  constexpr int reject_route = 6;
  if (type == ICMP6_TIME_EXCEEDED && code == ICMP6_TIME_EXCEED_TRANSIT) return Complaint::no_route;
  if (type != ICMP6_DST_UNREACH) return Complaint::none;
  switch (code) {
    case ICMP6_DST_UNREACH_NOPORT:
      return Complaint::port;
    case ICMP6_DST_UNREACH_ADMIN:
    case policy:
    case reject_route:
      return Complaint::prohibited;
    case ICMP6_DST_UNREACH_NOROUTE:
    case ICMP6_DST_UNREACH_BEYONDSCOPE:
      return Complaint::no_route;
    case ICMP6_DST_UNREACH_ADDR:
      return Complaint::host_absent;
    default:
      return Complaint::none;
  }
}

Complaint complaint(IcmpEvidence const& evidence) {
  if (evidence.origin == "icmp") return complaint_v4(evidence.type, evidence.code);
  if (evidence.origin == "icmp6") return complaint_v6(evidence.type, evidence.code);
  return Complaint::none;
}

bool says(IcmpEvidence const& evidence, ip::address const& who) {
  boost::system::error_code invalid;
  auto const offender = ip::make_address(evidence.offender, invalid);
  return !invalid && offender == who;
}

Outcome outcome_of_errno(int error_number) {
  switch (error_number) {
    case ETIMEDOUT:
      return Outcome::silent;
    case ECONNREFUSED:
    case ECONNRESET:
      return Outcome::refused;
    case EPERM:
    case EACCES:
      return Outcome::prohibited;  // the own firewall, or a "prohibit" route
    case ENETUNREACH:
    case EHOSTUNREACH:  // without ICMP: an "unreachable" route
    case ENETDOWN:
    case ENODEV:
    case EINVAL:         // a "blackhole" route: so the kernel names it (fib_props)
    case EADDRNOTAVAIL:  // the address to send from is gone
      return Outcome::no_local_route;
    default:
      return Outcome::unclear;
  }
}
}  // namespace

Outcome outcome_of(Failure const& failure) {
  if (failure.evidence) {
    auto const& evidence = *failure.evidence;
    switch (complaint(evidence)) {
      case Complaint::port:
        return says(evidence, failure.target) ? Outcome::refused : Outcome::port_unreachable;
      case Complaint::prohibited:
        return Outcome::prohibited;
      case Complaint::no_route:
        return Outcome::no_route_at_hop;
      case Complaint::host_absent:
        return says(evidence, failure.own) ? Outcome::absent_on_link
                                           : Outcome::absent_behind_router;
      case Complaint::none:
        break;
    }
    // The kernel also queues what it found out itself (SO_EE_ORIGIN_LOCAL), e.g. for neighbours.
    if (evidence.origin == "local" && evidence.error_number == EHOSTUNREACH)
      return Outcome::absent_on_link;
  }
  return outcome_of_errno(failure.error_number);
}

std::optional<IcmpEvidence> decisive(std::span<IcmpEvidence const> evidence) {
  for (auto const& entry : std::views::reverse(evidence))
    if (complaint(entry) != Complaint::none) return entry;
  return std::nullopt;
}

std::string_view describe(Outcome outcome) {
  constexpr std::array<std::string_view, 11> sentences{
      "failed for an unclear reason",
      "answered",
      "answered by another node than the one meant",
      "refused",
      "rejected by a firewall (port unreachable)",
      "prohibited by a firewall",
      "no route at a router on the way",
      "the last router finds nobody at this address",
      "nobody on the link answers for this address",
      "no route on this node",
      "no answer"};
  return sentences.at(static_cast<std::size_t>(outcome));
}
}  // namespace leadline
