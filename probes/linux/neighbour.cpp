#include "probes/linux/neighbour.hpp"

#include "probes/linux/netlink_message.hpp"

#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <memory>
#include <net/if.h>
#include <netlink/handlers.h>
#include <netlink/msg.h>
#include <netlink/route/neighbour.h>
#include <sys/socket.h>

namespace leadline {
namespace {
struct PutNeighbour {
  void operator()(rtnl_neigh* neighbour) const { rtnl_neigh_put(neighbour); }
};

std::string mac_in(nl_msg* message) {
  rtnl_neigh* raw = nullptr;
  if (rtnl_neigh_parse(nlmsg_hdr(message), &raw) < 0) return {};
  std::unique_ptr<rtnl_neigh, PutNeighbour> const neighbour{raw};
  constexpr int unusable = NUD_FAILED | NUD_INCOMPLETE;
  if ((rtnl_neigh_get_state(raw) & unusable) != 0) return {};
  return text_of(rtnl_neigh_get_lladdr(raw));
}
}  // namespace

std::string neighbour_mac(std::string const& interface, boost::asio::ip::address const& address) {
  auto const index = ::if_nametoindex(interface.c_str());
  if (index == 0) return {};
  NetlinkMessage message{RTM_GETNEIGH, 0};
  ndmsg header{};
  header.ndm_family = address.is_v4() ? AF_INET : AF_INET6;
  header.ndm_ifindex = static_cast<int>(index);
  message.put_header(header);
  message.put(NDA_DST, address);
  std::string mac;
  auto const outcome = message.ask(NetlinkSocket{}, [&](nl_msg* answer) {
    mac = mac_in(answer);
    return NL_STOP;
  });
  return outcome < 0 ? std::string{} : mac;  // ENOENT and all others: nothing is known
}
}  // namespace leadline
