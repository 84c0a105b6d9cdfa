#include "coordinator/explanation.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace leadline {
namespace {
constexpr double near_threshold = 0.2;
/// Which pairs come out slow on a link that all share hangs on which were measured at once.
constexpr double by_chance = 0.8;
/// Found by bisection, to the octet.
constexpr double any_difference = 1.000001;
/// Reckoned from a few dozen events, or of a queue that fills and empties.
constexpr double beyond_chance = 3;

/// A slow link gives low rates; one that comes and goes loses packets besides. Neither lengthens
/// the round trip or shortens what fits: that has causes of its own.
bool suffers_from(std::string_view link_fault, std::string_view seen) {
  return seen.starts_with("BANDWIDTH_") || (seen == "LOSS" && link_fault == "LINK_FLAPPING");
}

/// Seen on the certificate itself: no trouble below TLS explains it.
bool is_about_certificate(std::string_view code) {
  return code.starts_with("TLS_") && code != "TLS_FAILED";
}

/// What was measured, or told by a router: no silence looks like that.
bool is_measured(std::string_view code) {
  constexpr std::array<std::string_view, 7> codes{
      "REACH_NO_ROUTE", "LATENCY_HIGH",     "REORDERING",          "BUFFERBLOAT",
      "BANDWIDTH_LOW",  "BANDWIDTH_SHARED", "BANDWIDTH_ASYMMETRIC"};
  return std::ranges::count(codes, code) != 0;
}

/// May it be seen because an agent fell silent? That forges neither a certificate nor a limit with
/// smaller packets that arrive.
bool looks_like_silence(Symptom const& symptom) {
  auto const& code = symptom.kind->code;
  if (symptom.on_node() || is_about_certificate(code) || is_measured(code)) return false;
  if (symptom.told_on_the_way) return false;
  return symptom.kind->layer != Layer::path_mtu || symptom.inferred;
}
}  // namespace

std::vector<CauseGroup> const& cause_groups() {
  static std::vector<CauseGroup> const all{
      {{"AGENT_MISSING"}},
      {{"ADDR_NO_INTERFACE"}},
      {{"LINK_DOWN"}},
      {{"ADDR_NO_GLOBAL"}},
      {{"ADDR_FAMILY_MISSING"}},
      {{"ADDR_OUTSIDE_RANGE"}},
      {{"LINK_FLAPPING"}},
      {{"LINK_SLOW"}},
      {{"VLAN_PORT_MISSING"}},
      {{"VLAN_UPLINK_MISSING"}},
      {{"VLAN_FILTERING_OFF"}},
      {{"VLAN_WRONG_PORT"}},
      {{"VLAN_NOT_TRUNKED"}},
      {{"ADDR_DUPLICATE"}},
      {{"ADDR_SELF_DIAL"}},
      {{"REACH_NO_ROUTE", "REACH_HOST_ABSENT", "REACH_ONE_WAY", "REACH_FILTERED",
        "REACH_PORT_RANGE"}},
      {{"SYNC_UNREACHABLE"}},
      {{"MTU_CHAIN"}},
      {{"MTU_L2_MISMATCH", "MTU_BLACK_HOLE", "MTU_BELOW_CONFIGURED"}, 0, any_difference},
      {{"MTU_ASYMMETRIC"}},
      {{"MTU_MSS_CLAMPED"}},
      {{"TLS_NOT_YET_VALID", "TLS_EXPIRED", "TLS_UNTRUSTED", "TLS_WRONG_CN", "TLS_WRONG_EKU",
        "TLS_VERSION", "TLS_FAILED"}},
      {{"TLS_UNREADABLE"}},
      {{"TLS_EXPIRES_SOON"}},
      {{"CLOCK_SKEW"}},
      {{"LOSS"}, near_threshold, beyond_chance},
      {{"REORDERING"}, near_threshold, beyond_chance},
      {{"LATENCY_HIGH"}, near_threshold},
      {{"BANDWIDTH_LOW"}, near_threshold},
      {{"BANDWIDTH_SHARED"}, by_chance},
      {{"BANDWIDTH_ASYMMETRIC"}, near_threshold},
      {{"BANDWIDTH_RETRANSMITS"}, near_threshold},
      {{"BANDWIDTH_CPU_BOUND"}, near_threshold},
      {{"BUFFERBLOAT"}, near_threshold, beyond_chance},
      {{"AGENT_STARVED"}},
      {{"NOT_MEASURED"}},
      {{"VLAN_TAGGED_AT_ACCESS"}},
      {{"PATH_NAT"}},
      {{"PATH_ASYMMETRIC"}},
      {{"PATH_ROUTED"}},
      {{"PATH_FOREIGN_MAC"}},
      {{"PATH_DSCP_BLEACHED"}},
      {{"TLS_NOT_KUBEVIRT"}}};
  return all;
}

bool explains(FindingKind const& cause, Severity severity, Symptom const& symptom) {
  auto const& seen = *symptom.kind;
  if (cause.layer == Layer::note || seen.layer == Layer::note) return false;
  if (cause.layer == Layer::agent) return looks_like_silence(symptom);
  if (cause.code == "SYNC_UNREACHABLE") return false;  // another way than between the nodes
  if (symptom.severity > severity) return false;
  if (cause.code == "LINK_SLOW" || cause.code == "LINK_FLAPPING")
    return suffers_from(cause.code, seen.code);
  if (seen.layer == Layer::coverage) return severity == Severity::error;
  if (symptom.on_node())
    return (cause.layer == Layer::local_link && seen.layer == Layer::vlan) ||
           (cause.layer == seen.layer && cause.layer <= Layer::duplicate_address) ||
           (seen.code == "SYNC_UNREACHABLE" && severity == Severity::error &&
            cause.layer != Layer::path_mtu);  // a connection opens with small packets
  bool const transfer = seen.layer == Layer::bandwidth;
  switch (cause.layer) {
    case Layer::duplicate_address:
      return true;
    case Layer::local_link:
    case Layer::vlan:
    case Layer::reach:
      // Where some packets pass, what those meet has causes of its own.
      if (cause.code == "ADDR_OUTSIDE_RANGE") return seen.layer == Layer::reach;
      if (cause.code == "REACH_PORT_RANGE") return seen.code == "TLS_FAILED" || transfer;
      return !is_about_certificate(seen.code);
    case Layer::path_mtu:
      return seen.layer == Layer::path_mtu || seen.code == "TLS_FAILED" || transfer;
    case Layer::tls:
      return seen.layer == Layer::tls;
    case Layer::loss:
      return seen.layer == Layer::loss || transfer;
    case Layer::latency:
      return transfer;
    case Layer::bandwidth:
      return cause.code == "BANDWIDTH_LOW" && transfer;
    default:
      return false;
  }
}
}  // namespace leadline
