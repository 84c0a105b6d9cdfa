#include "probes/linux/netlink_socket.hpp"

#include <array>
#include <linux/netlink.h>
#include <net/if.h>
#include <netlink/addr.h>
#include <netlink/errno.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <system_error>

namespace leadline {

void NetlinkSocket::Free::operator()(nl_sock* socket) const {
  nl_socket_free(socket);
}

NetlinkSocket::NetlinkSocket() : socket_{nl_socket_alloc()} {
  if (!socket_) throw std::system_error{ENOMEM, std::generic_category(), "rtnetlink"};
  if (nl_connect(socket_.get(), NETLINK_ROUTE) < 0)
    throw std::system_error{errno, std::generic_category(), "rtnetlink"};
}

std::string text_of(nl_addr* address) {
  if (address == nullptr || nl_addr_get_len(address) == 0) return {};
  std::array<char, 128> text{};
  std::string written = nl_addr2str(address, text.data(), text.size());
  return written.substr(0, written.find('/'));
}

std::string interface_name(int index) {
  std::array<char, IF_NAMESIZE> name{};
  if (if_indextoname(static_cast<unsigned>(index), name.data()) == nullptr) return {};
  return name.data();
}
}  // namespace leadline
