#include "probes/linux/netlink_message.hpp"

#include <netlink/attr.h>
#include <netlink/handlers.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <new>

namespace leadline {
namespace {
struct PutCallbacks {
  void operator()(nl_cb* callbacks) const { nl_cb_put(callbacks); }
};

int show(nl_msg* message, void* visit) {
  return (*static_cast<NetlinkMessage::Visit*>(visit))(message);
}
}  // namespace

void NetlinkMessage::Free::operator()(nl_msg* message) const {
  nlmsg_free(message);
}

NetlinkMessage::NetlinkMessage(int type, int flags) : message_{nlmsg_alloc_simple(type, flags)} {
  if (!message_) throw std::bad_alloc{};
}

void NetlinkMessage::append(void const* header, std::size_t octets) {
  // libnl copies, and asks for a pointer to what it might change all the same.
  nlmsg_append(get(), const_cast<void*>(header), octets, NLMSG_ALIGNTO);  // NOLINT
}

void NetlinkMessage::put(int attribute, boost::asio::ip::address const& address) {
  auto const add = [&](auto const& octets) {
    nla_put(get(), attribute, static_cast<int>(octets.size()), octets.data());
  };
  if (address.is_v4())
    add(address.to_v4().to_bytes());
  else
    add(address.to_v6().to_bytes());
}

int NetlinkMessage::ask(NetlinkSocket const& netlink, Visit visit) const {
  std::unique_ptr<nl_cb, PutCallbacks> const callbacks{nl_cb_alloc(NL_CB_DEFAULT)};
  if (!callbacks) throw std::bad_alloc{};
  nl_cb_set(callbacks.get(), NL_CB_VALID, NL_CB_CUSTOM, show, &visit);
  if (auto const sent = nl_send_auto(netlink.get(), get()); sent < 0) return sent;
  return nl_recvmsgs(netlink.get(), callbacks.get());
}
}  // namespace leadline
