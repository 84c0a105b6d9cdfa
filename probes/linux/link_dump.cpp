#include "probes/linux/link_dump.hpp"

#include "probes/linux/netlink_message.hpp"

#include <cerrno>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/handlers.h>
#include <netlink/msg.h>
#include <system_error>

namespace leadline {
namespace {
using Visit = std::function<void(LinkMessage const&)>;

/// False: it is no link.
bool read_link(nl_msg* message, LinkMessage& link) {
  auto* const header = nlmsg_hdr(message);
  if (header->nlmsg_type != RTM_NEWLINK ||
      nlmsg_parse(header, sizeof(ifinfomsg), link.attributes.data(), IFLA_MAX, nullptr) < 0)
    return false;
  auto const* const about = static_cast<ifinfomsg const*>(nlmsg_data(header));
  link.index = about->ifi_index;
  link.flags = about->ifi_flags;
  return true;
}

int dump_once(int family, std::uint32_t filter, Visit const& visit) {
  NetlinkMessage message{RTM_GETLINK, NLM_F_DUMP};
  ifinfomsg header{};
  header.ifi_family = static_cast<unsigned char>(family);
  message.put_header(header);
  nla_put_u32(message.get(), IFLA_EXT_MASK, filter);
  return message.ask(NetlinkSocket{}, [&](nl_msg* answer) {
    LinkMessage link;
    if (!read_link(answer, link)) return NL_SKIP;
    visit(link);
    return NL_OK;
  });
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
