#pragma once
#include "probes/linux/netlink_socket.hpp"

#include <boost/asio/ip/address.hpp>

#include <functional>
#include <memory>

struct nl_msg;

namespace leadline {

/// One question to the kernel's routing tables, and the answers to it.
class NetlinkMessage {
 public:
  /// RTM_GETLINK ..., with NLM_F_ flags. Throws std::bad_alloc.
  NetlinkMessage(int type, int flags);

  [[nodiscard]] nl_msg* get() const { return message_.get(); }

  /// The family's fixed header; before any attribute.
  template <class Header>
  void put_header(Header const& header) {
    append(&header, sizeof header);
  }

  /// In network order, 4 or 16 octets.
  void put(int attribute, boost::asio::ip::address const& address);

  /// NL_OK to be shown what follows, NL_SKIP, NL_STOP.
  using Visit = std::function<int(nl_msg*)>;
  /// Sends it and shows what the kernel answers. Negative: libnl's error, also one that the kernel
  /// answered with.
  [[nodiscard]] int ask(NetlinkSocket const& netlink, Visit visit) const;

 private:
  struct Free {
    void operator()(nl_msg* message) const;
  };

  void append(void const* header, std::size_t octets);

  std::unique_ptr<nl_msg, Free> message_;
};
}  // namespace leadline
