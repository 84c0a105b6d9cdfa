#include "probes/linux/interface.hpp"

#include "probes/linux/ethtool.hpp"
#include "probes/linux/netlink_socket.hpp"

#include <boost/asio/ip/address_v4.hpp>

#include <functional>
#include <linux/if_addr.h>
#include <memory>
#include <net/if.h>
#include <netlink/cache.h>
#include <netlink/object.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>

namespace leadline {
namespace ip = boost::asio::ip;

namespace {
struct PutLink {
  void operator()(rtnl_link* link) const { rtnl_link_put(link); }
};

struct FreeCache {
  void operator()(nl_cache* cache) const { nl_cache_free(cache); }
};

using Link = std::unique_ptr<rtnl_link, PutLink>;

Link find_link(NetlinkSocket const& netlink, std::string const& name) {
  rtnl_link* link = nullptr;
  if (name.empty() || name.size() >= IF_NAMESIZE) return {};
  if (rtnl_link_get_kernel(netlink.get(), 0, name.c_str(), &link) < 0) return {};
  return Link{link};
}

InterfaceAddress describe(rtnl_addr* entry) {
  boost::system::error_code ignored;
  auto const text = text_of(rtnl_addr_get_local(entry));
  auto const flags = rtnl_addr_get_flags(entry);
  return {.address = text,
          .prefix_length = rtnl_addr_get_prefixlen(entry),
          .global_unicast = is_global_unicast(ip::make_address(text, ignored)),
          .duplicate = (flags & IFA_F_DADFAILED) != 0,
          .tentative = (flags & IFA_F_TENTATIVE) != 0};
}

void for_each_address(NetlinkSocket const& netlink,
                      std::function<void(int interface, InterfaceAddress)> const& visit) {
  nl_cache* raw = nullptr;
  if (rtnl_addr_alloc_cache(netlink.get(), &raw) < 0) return;
  std::unique_ptr<nl_cache, FreeCache> const cache{raw};
  for (auto* object = nl_cache_get_first(raw); object != nullptr;
       object = nl_cache_get_next(object)) {
    // NOLINTNEXTLINE(*-reinterpret-cast): libnl's own way from object to entry
    auto* entry = reinterpret_cast<rtnl_addr*>(object);
    visit(rtnl_addr_get_ifindex(entry), describe(entry));
  }
}
}  // namespace

bool is_global_unicast(ip::address const& address) {
  if (address.is_unspecified() || address.is_loopback() || address.is_multicast()) return false;
  if (address.is_v6()) return !address.to_v6().is_link_local();
  auto const v4 = address.to_v4();
  constexpr std::uint32_t link_local = 0xa9fe;  // 169.254/16
  return v4 != ip::address_v4::broadcast() && (v4.to_uint() >> 16U) != link_local;
}

InterfaceFacts read_interface(std::string const& name) {
  InterfaceFacts facts;
  facts.name = name;
  NetlinkSocket const netlink;
  auto const link = find_link(netlink, name);
  if (!link) return facts;
  facts.present = true;
  facts.up = (rtnl_link_get_flags(link.get()) & IFF_UP) != 0;
  facts.carrier = rtnl_link_get_carrier(link.get()) != 0;
  rtnl_link_get_carrier_changes(link.get(), &facts.carrier_changes);
  facts.mtu_octets = rtnl_link_get_mtu(link.get());
  if (auto const* kind = rtnl_link_get_type(link.get())) facts.kind = kind;
  facts.mac = text_of(rtnl_link_get_addr(link.get()));
  facts.speed_bits_per_second = link_speed_bits_per_second(name, facts.kind);
  facts.offloads = link_offloads(name);
  auto const index = rtnl_link_get_ifindex(link.get());
  for_each_address(netlink, [&](int interface, InterfaceAddress const& address) {
    if (interface == index) facts.addresses.push_back(address);
  });
  return facts;
}

std::string interface_of(std::string const& address) {
  boost::system::error_code invalid;
  auto const wanted = ip::make_address(address, invalid);
  if (invalid) return {};
  NetlinkSocket const netlink;
  std::string holder;
  for_each_address(netlink, [&](int interface, InterfaceAddress const& held) {
    boost::system::error_code ignored;
    if (holder.empty() && ip::make_address(held.address, ignored) == wanted)
      holder = interface_name(interface);
  });
  return holder;
}
}  // namespace leadline
