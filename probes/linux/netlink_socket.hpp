#pragma once
#include <memory>
#include <string>

struct nl_addr;
struct nl_sock;

namespace leadline {

/// A connection to the kernel's routing tables (rtnetlink(7)). Reading needs no capability.
class NetlinkSocket {
 public:
  /// Throws std::system_error where the kernel refuses the socket (no descriptors, no memory).
  NetlinkSocket();

  [[nodiscard]] nl_sock* get() const { return socket_.get(); }

 private:
  struct Free {
    void operator()(nl_sock* socket) const;
  };

  std::unique_ptr<nl_sock, Free> socket_;
};

/// "10.0.0.1" or "02:00:00:00:00:01", without a prefix length; empty for none.
std::string text_of(nl_addr* address);
/// "migration0"; empty if there is no such index.
std::string interface_name(int index);
}  // namespace leadline
