#include "probes/linux/route.hpp"

#include "probes/linux/netlink_message.hpp"

#include <linux/rtnetlink.h>
#include <memory>
#include <netlink/handlers.h>
#include <netlink/msg.h>
#include <netlink/route/nexthop.h>
#include <netlink/route/route.h>
#include <sys/socket.h>

namespace leadline {
namespace ip = boost::asio::ip;

namespace {
struct PutRoute {
  void operator()(rtnl_route* route) const { rtnl_route_put(route); }
};

RouteChoice describe(rtnl_route* route) {
  RouteChoice choice;
  auto const type = rtnl_route_get_type(route);
  choice.found = type == RTN_UNICAST || type == RTN_LOCAL;
  choice.preferred_source = text_of(rtnl_route_get_pref_src(route));
  rtnl_route_get_metric(route, RTAX_MTU, &choice.mtu);
  if (auto* hop = rtnl_route_nexthop_n(route, 0)) {
    choice.interface = interface_name(rtnl_route_nh_get_ifindex(hop));
    choice.gateway = text_of(rtnl_route_nh_get_gateway(hop));
    if (choice.gateway.empty()) choice.gateway = text_of(rtnl_route_nh_get_via(hop));
  }
  return choice;
}

RouteChoice choice_in(nl_msg* message) {
  rtnl_route* raw = nullptr;
  if (rtnl_route_parse(nlmsg_hdr(message), &raw) < 0) return {};
  std::unique_ptr<rtnl_route, PutRoute> const route{raw};
  return describe(raw);
}
}  // namespace

RouteChoice route_between(ip::address const& source, ip::address const& target) {
  NetlinkMessage message{RTM_GETROUTE, 0};
  auto const bits = static_cast<unsigned char>(target.is_v4() ? 32 : 128);
  bool const from = !source.is_unspecified() && source.is_v4() == target.is_v4();
  rtmsg header{};
  header.rtm_family = target.is_v4() ? AF_INET : AF_INET6;
  header.rtm_dst_len = bits;
  header.rtm_src_len = from ? bits : 0;
  message.put_header(header);
  message.put(RTA_DST, target);
  if (from) message.put(RTA_SRC, source);

  RouteChoice choice;
  auto const outcome = message.ask(NetlinkSocket{}, [&](nl_msg* answer) {
    choice = choice_in(answer);
    return NL_STOP;
  });
  if (outcome < 0) return {};  // ENETUNREACH ...
  // Asked with a source, the kernel does not repeat it.
  if (choice.found && from && choice.preferred_source.empty())
    choice.preferred_source = source.to_string();
  return choice;
}
}  // namespace leadline
