#include "probes/linux/error_queue.hpp"

#include "probes/linux/socket_option.hpp"
#include "probes/linux/turn.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <optional>
#include <sys/socket.h>

namespace leadline {
namespace {
// A machine that lies about its address in each ICMP error must not fill our memory.
constexpr std::size_t most_kept = 64;
constexpr std::size_t most_undelivered = 1024;  // of a thousand peers
constexpr std::uint64_t ns_per_s = 1'000'000'000;

char const* origin_name(std::uint8_t origin) {
  switch (origin) {
    case SO_EE_ORIGIN_ICMP:
      return "icmp";
    case SO_EE_ORIGIN_ICMP6:
      return "icmp6";
    default:
      return "local";
  }
}

/// The offender's address lies behind the error itself (SO_EE_OFFENDER).
std::string offender(unsigned char const* data, std::size_t octets) {
  sockaddr_storage storage{};
  auto const length = std::min(octets - sizeof(sock_extended_err), sizeof storage);
  std::memcpy(&storage, data + sizeof(sock_extended_err), length);
  std::array<char, INET6_ADDRSTRLEN> text{};
  // NOLINTBEGIN(*-reinterpret-cast): the socket interface's own way
  if (storage.ss_family == AF_INET)
    inet_ntop(AF_INET, &reinterpret_cast<sockaddr_in const*>(&storage)->sin_addr, text.data(),
              text.size());
  else if (storage.ss_family == AF_INET6)
    inet_ntop(AF_INET6, &reinterpret_cast<sockaddr_in6 const*>(&storage)->sin6_addr, text.data(),
              text.size());
  // NOLINTEND(*-reinterpret-cast)
  return text.data();
}

std::uint64_t nanoseconds(timespec const& t) {
  return (static_cast<std::uint64_t>(t.tv_sec) * ns_per_s) + static_cast<std::uint64_t>(t.tv_nsec);
}

bool is_extended_error(cmsghdr const& c) {
  return (c.cmsg_level == IPPROTO_IP && c.cmsg_type == IP_RECVERR) ||
         (c.cmsg_level == IPPROTO_IPV6 && c.cmsg_type == IPV6_RECVERR);
}
}  // namespace

void ErrorQueue::keep(IcmpEvidence const& said) {
  auto const same = std::ranges::find_if(evidence, [&](IcmpEvidence e) {
    e.count = said.count;
    return e == said;
  });
  if (same != evidence.end())
    ++same->count;
  else if (evidence.size() < most_kept)
    evidence.push_back(said);
}

void ErrorQueue::drain(int descriptor) {
  for (int taken = 0; taken < most_in_a_row; ++taken) {
    std::array<std::byte, 64> packet{};  // the head of the packet that failed: not needed
    alignas(cmsghdr) std::array<std::byte, 512> control{};
    iovec part{.iov_base = packet.data(), .iov_len = packet.size()};
    msghdr message{};
    boost::asio::ip::udp::endpoint to;  // of the packet that failed (ip(7), IP_RECVERR)
    message.msg_name = to.data();
    message.msg_namelen = static_cast<socklen_t>(to.capacity());
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    if (::recvmsg(descriptor, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) {
      if (errno == EINTR) continue;
      return;
    }
    std::optional<std::uint64_t> stamp;
    for (auto* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
      auto const* data = CMSG_DATA(c);
      if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPING) {
        timespec software{};
        std::memcpy(&software, data, sizeof software);
        stamp = nanoseconds(software);
      } else if (is_extended_error(*c)) {
        sock_extended_err error{};
        std::memcpy(&error, data, sizeof error);
        if (error.ee_origin == SO_EE_ORIGIN_TIMESTAMPING) {
          // The stamp's own control message comes first (__sock_recv_timestamp before
          // ip_recv_error).
          // NOLINTNEXTLINE(*-union-access): newer kernel headers put a union there
          if (stamp) stamps.push_back({.id = error.ee_data, .sent_ns = *stamp});
          continue;
        }
        bool const too_big = error.ee_errno == EMSGSIZE;
        if (too_big && error.ee_origin == SO_EE_ORIGIN_LOCAL) ++local_too_big;
        IcmpEvidence const said{.origin = origin_name(error.ee_origin),
                                .offender = offender(data, c->cmsg_len - CMSG_LEN(0)),
                                .type = error.ee_type,
                                .code = error.ee_code,
                                .error_number = static_cast<int>(error.ee_errno),
                                .mtu = too_big ? error.ee_info : 0};
        keep(said);
        if (by_peer && undelivered.size() < most_undelivered)
          undelivered.push_back({.to = to, .said = said});
      }
    }
  }
}

boost::system::error_code keep_errors(int descriptor, boost::asio::ip::address const& local) {
  return local.is_v4() ? set_option(descriptor, IPPROTO_IP, IP_RECVERR, 1)
                       : set_option(descriptor, IPPROTO_IPV6, IPV6_RECVERR, 1);
}
}  // namespace leadline
