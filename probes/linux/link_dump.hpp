#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <linux/if_link.h>

struct nlattr;

namespace leadline {

/// What rtnetlink tells of one link (RTM_NEWLINK): by IFLA_ number, null where it says nothing.
struct LinkMessage {
  int index{};
  unsigned flags{};  ///< IFF_UP ...
  std::array<nlattr*, IFLA_MAX + 1> attributes{};
};

/// Shows every link of the calling thread's namespace (RTM_GETLINK). `family`: AF_UNSPEC, or
/// AF_BRIDGE for bridges and their ports only; `filter`: RTEXT_FILTER_ bits. A link may be shown
/// twice: a dump that the kernel had to break off starts again. Throws std::system_error where the
/// kernel does not answer.
void dump_links(int family, std::uint32_t filter,
                std::function<void(LinkMessage const&)> const& visit);
}  // namespace leadline
