#include "probes/linux/route.hpp"

#include "probes/linux/netlink_socket.hpp"

#include <linux/rtnetlink.h>
#include <memory>
#include <netlink/addr.h>
#include <netlink/attr.h>
#include <netlink/handlers.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/route/nexthop.h>
#include <netlink/route/route.h>
#include <sys/socket.h>

namespace leadline {
namespace ip = boost::asio::ip;

namespace {
struct FreeMessage {
  void operator()(nl_msg* message) const { nlmsg_free(message); }
};

struct PutRoute {
  void operator()(rtnl_route* route) const { rtnl_route_put(route); }
};

struct PutCallbacks {
  void operator()(nl_cb* callbacks) const { nl_cb_put(callbacks); }
};

void put(nl_msg* message, int attribute, ip::address const& address) {
  if (address.is_v4()) {
    auto const octets = address.to_v4().to_bytes();
    nla_put(message, attribute, static_cast<int>(octets.size()), octets.data());
  } else {
    auto const octets = address.to_v6().to_bytes();
    nla_put(message, attribute, static_cast<int>(octets.size()), octets.data());
  }
}

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

int keep_answer(nl_msg* message, void* kept) {
  rtnl_route* raw = nullptr;
  if (rtnl_route_parse(nlmsg_hdr(message), &raw) < 0) return NL_SKIP;
  std::unique_ptr<rtnl_route, PutRoute> const route{raw};
  *static_cast<RouteChoice*>(kept) = describe(raw);
  return NL_STOP;
}
}  // namespace

RouteChoice route_between(ip::address const& source, ip::address const& target) {
  NetlinkSocket const netlink;
  std::unique_ptr<nl_msg, FreeMessage> const message{nlmsg_alloc_simple(RTM_GETROUTE, 0)};
  auto const bits = static_cast<unsigned char>(target.is_v4() ? 32 : 128);
  bool const from = !source.is_unspecified() && source.is_v4() == target.is_v4();
  rtmsg header{};
  header.rtm_family = target.is_v4() ? AF_INET : AF_INET6;
  header.rtm_dst_len = bits;
  header.rtm_src_len = from ? bits : 0;
  nlmsg_append(message.get(), &header, sizeof header, NLMSG_ALIGNTO);
  put(message.get(), RTA_DST, target);
  if (from) put(message.get(), RTA_SRC, source);

  RouteChoice choice;
  std::unique_ptr<nl_cb, PutCallbacks> const callbacks{nl_cb_alloc(NL_CB_DEFAULT)};
  nl_cb_set(callbacks.get(), NL_CB_VALID, NL_CB_CUSTOM, keep_answer, &choice);
  if (nl_send_auto(netlink.get(), message.get()) < 0) return choice;
  nl_recvmsgs(netlink.get(), callbacks.get());  // an error (ENETUNREACH ...) leaves it not found
  // Asked with a source, the kernel does not repeat it.
  if (choice.found && from && choice.preferred_source.empty())
    choice.preferred_source = source.to_string();
  return choice;
}
}  // namespace leadline
