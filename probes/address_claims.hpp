#pragma once
#include "probes/core/json.hpp"
#include "probes/core/path.hpp"
#include "probes/core/probe.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace leadline {

/// One MAC address that claimed an IP address.
struct AddressClaim {
  std::string address;
  std::string mac;
  int count{};  ///< frames that said so
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(AddressClaim, address, mac, count)

/// Who holds these addresses? Asks as RFC 5227 does before an address is taken, and collects every
/// MAC address that answers: two are a duplicate. Of one node by itself.
struct AddressClaims {
  static constexpr std::string_view name = "address_claims";
  static constexpr std::size_t most_addresses = 10000;
  Path path;
  std::string interface;               ///< the agent's
  std::vector<std::string> addresses;  ///< those outside the interface's networks are not asked for
  int tries{3};
  std::chrono::milliseconds between_ms{200};
  std::chrono::milliseconds window_ms{2000};  ///< longer where the questions take longer

  struct Result {
    std::string interface;
    std::string mac;
    std::string skipped;  ///< why it could not run or ended early; empty: it ran
    int asked{};          ///< addresses
    std::vector<AddressClaim> claims;
  };
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(AddressClaims, addresses, tries, between_ms,
                                                window_ms)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(AddressClaims::Result, interface, mac, skipped, asked, claims)

/// Error of stage "configuration": an address that is none, or more than most_addresses. Whatever
/// keeps the node from it (no CAP_NET_RAW, no such interface) is a Result.
Async<AddressClaims::Result> run(AddressClaims probe);
/// skipped; warn: an address has two claimants; else ok.
Assessment assess(AddressClaims::Result const& result);
}  // namespace leadline
