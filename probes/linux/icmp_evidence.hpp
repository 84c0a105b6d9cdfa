#pragma once
#include "probes/core/json.hpp"

#include <cstdint>
#include <string>

namespace leadline {

/// What the kernel queued about a packet that did not make it (ip(7), IP_RECVERR): who said what.
struct IcmpEvidence {
  std::string origin;  ///< "local", "icmp" or "icmp6"
  std::string
      offender;  ///< address of the machine that sent the ICMP error; own address for ARP failures
  int type{};
  int code{};
  int error_number{};   ///< the errno it was turned into
  std::uint32_t mtu{};  ///< of a "fragmentation needed" or "packet too big", else 0
  unsigned count{1};    ///< how many times the same was said
  auto operator<=>(IcmpEvidence const&) const = default;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(IcmpEvidence, origin, offender, type, code, error_number, mtu,
                                   count)
}  // namespace leadline
