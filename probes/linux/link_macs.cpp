#include "probes/linux/link_macs.hpp"

#include "probes/linux/link_dump.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdint>
#include <net/if.h>
#include <netlink/attr.h>
#include <span>
#include <sys/socket.h>
#include <system_error>

namespace leadline {

std::set<std::string> link_macs() try {
  constexpr std::size_t ethernet = 6;
  std::set<std::string> macs;
  dump_links(AF_UNSPEC, 0, [&](LinkMessage const& link) {
    auto const* attribute = link.attributes.at(IFLA_ADDRESS);
    if ((link.flags & IFF_LOOPBACK) != 0 || attribute == nullptr) return;
    std::span const octets{static_cast<std::uint8_t const*>(nla_data(attribute)),
                           static_cast<std::size_t>(nla_len(attribute))};
    if (octets.size() != ethernet || std::ranges::count(octets, 0) == ethernet) return;
    macs.insert(fmt::format("{:02x}", fmt::join(octets, ":")));
  });
  return macs;
} catch (std::system_error const&) {
  return {};
}
}  // namespace leadline
