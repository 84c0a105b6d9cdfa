#include "probes/reach.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <tuple>

namespace leadline {
namespace {
bool answered(Attempt const& attempt) {
  return attempt.outcome == Outcome::answered;
}

std::string said_by(Attempt const& attempt) {
  if (attempt.evidence) {
    auto const& e = *attempt.evidence;
    auto const* protocol = e.origin == "icmp6" ? "ICMPv6" : "ICMP";
    return fmt::format(" ({} {}/{} from {})", protocol, e.type, e.code, e.offender);
  }
  if (attempt.outcome == Outcome::wrong_node && attempt.answered_by)
    return fmt::format(" (it is node {} of this run)", *attempt.answered_by);
  if (attempt.outcome == Outcome::unclear) return fmt::format(" ({})", attempt.system_error);
  return {};
}

std::string outcome_text(Reach::Result const& result, Attempt const& attempt) {
  if (attempt.outcome == Outcome::absent_on_link && !result.route.gateway.empty())
    return fmt::format("the gateway {} does not answer on the link{}", result.route.gateway,
                       said_by(attempt));
  return std::string{describe(attempt.outcome)} + said_by(attempt);
}

std::string udp_text(Reach::Result const& result) {
  if (answered(result.udp))
    return fmt::format("UDP {} answered {} of {}", result.udp.port, result.udp_received,
                       result.udp_sent);
  return fmt::format("UDP {}: {}", result.udp.port, outcome_text(result, result.udp));
}

/// "TCP 33000, 40000: refused", one part for each way that it came out.
std::string tcp_text(Reach::Result const& result) {
  std::map<std::string, std::vector<std::uint16_t>> ports;
  for (auto const& attempt : result.tcp)
    ports[answered(attempt) ? "answered" : outcome_text(result, attempt)].push_back(attempt.port);
  std::vector<std::string> parts;
  parts.reserve(ports.size());
  for (auto const& [text, group] : ports)
    parts.push_back(group.size() == result.tcp.size() && group.size() > 1
                        ? fmt::format("TCP on all {} ports: {}", group.size(), text)
                        : fmt::format("TCP {}: {}", fmt::join(group, ", "), text));
  return fmt::format("{}", fmt::join(parts, "; "));
}
}  // namespace

Assessment assess(Reach::Result const& result) {
  auto const between = fmt::format("from {} to {}", result.source, result.target);
  if (result.tcp.empty())
    return {.status = Status::inconclusive,
            .reason = fmt::format("no TCP port was tried {}", between)};
  if (answered(result.udp) && std::ranges::all_of(result.tcp, answered))
    return {.status = Status::ok,
            .reason = fmt::format("{}: UDP {} of {} and TCP on all {} ports answered, {:.0f} µs",
                                  between, result.udp_received, result.udp_sent, result.tcp.size(),
                                  result.udp_rtt_us)};
  return {.status = Status::fail,
          .reason = fmt::format("{}: {}; {}", between, udp_text(result), tcp_text(result))};
}
}  // namespace leadline
