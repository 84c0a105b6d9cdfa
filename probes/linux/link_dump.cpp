#include "probes/linux/link_dump.hpp"

#include "probes/linux/netlink_socket.hpp"

#include <cerrno>
#include <linux/rtnetlink.h>
#include <memory>
#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/handlers.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <system_error>

namespace leadline {
namespace {
struct FreeMessage {
  void operator()(nl_msg* message) const { nlmsg_free(message); }
};

struct PutCallbacks {
  void operator()(nl_cb* callbacks) const { nl_cb_put(callbacks); }
};

using Visit = std::function<void(LinkMessage const&)>;

int show(nl_msg* message, void* visit) {
  auto* const header = nlmsg_hdr(message);
  LinkMessage link;
  if (header->nlmsg_type != RTM_NEWLINK ||
      nlmsg_parse(header, sizeof(ifinfomsg), link.attributes.data(), IFLA_MAX, nullptr) < 0)
    return NL_SKIP;
  auto const* const about = static_cast<ifinfomsg const*>(nlmsg_data(header));
  link.index = about->ifi_index;
  link.flags = about->ifi_flags;
  (*static_cast<Visit const*>(visit))(link);
  return NL_OK;
}

int dump_once(int family, std::uint32_t filter, Visit const& visit) {
  NetlinkSocket const netlink;
  std::unique_ptr<nl_msg, FreeMessage> const message{nlmsg_alloc_simple(RTM_GETLINK, NLM_F_DUMP)};
  ifinfomsg header{};
  header.ifi_family = static_cast<unsigned char>(family);
  nlmsg_append(message.get(), &header, sizeof header, NLMSG_ALIGNTO);
  nla_put_u32(message.get(), IFLA_EXT_MASK, filter);
  std::unique_ptr<nl_cb, PutCallbacks> const callbacks{nl_cb_alloc(NL_CB_DEFAULT)};
  auto seen = visit;
  nl_cb_set(callbacks.get(), NL_CB_VALID, NL_CB_CUSTOM, show, &seen);
  if (auto const sent = nl_send_auto(netlink.get(), message.get()); sent < 0) return sent;
  return nl_recvmsgs(netlink.get(), callbacks.get());
}
}  // namespace

void dump_links(int family, std::uint32_t filter, Visit const& visit) {
  // On a host where pods come and go the kernel breaks a dump off now and then.
  constexpr int tries = 4;
  int outcome = -NLE_DUMP_INTR;
  for (int i = 0; i < tries && outcome == -NLE_DUMP_INTR; ++i)
    outcome = dump_once(family, filter, visit);
  if (outcome < 0 && outcome != -NLE_DUMP_INTR)
    throw std::system_error{EIO, std::generic_category(),
                            std::string{"RTM_GETLINK: "} + nl_geterror(outcome)};
}
}  // namespace leadline
