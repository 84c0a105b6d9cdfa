#include "tests/lab/udp_endpoint.hpp"

#include <arpa/inet.h>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <linux/errqueue.h>
#include <netinet/ip.h>
#include <poll.h>
#include <system_error>
#include <vector>

namespace leadline::lab {
namespace {
[[noreturn]] void fail(std::string const& what) {
  throw std::system_error{errno, std::generic_category(), what};
}

void set_option(int socket, int level, int name, int value) {
  if (::setsockopt(socket, level, name, &value, sizeof value) != 0) fail("setsockopt");
}

bool wait_for(int socket, short events, std::chrono::milliseconds within) {
  pollfd entry{.fd = socket, .events = events, .revents = 0};
  return ::poll(&entry, 1, static_cast<int>(within.count())) > 0;
}

/// A message with room for control data.
struct Received {
  std::array<std::byte, 65536> octets{};
  alignas(cmsghdr) std::array<std::byte, 512> control{};
  iovec part{octets.data(), octets.size()};
  msghdr header{};

  ssize_t take(int socket, int flags) {
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = control.data();
    header.msg_controllen = control.size();
    return ::recvmsg(socket, &header, flags | MSG_DONTWAIT);
  }

  template <class T>
  std::optional<T> find(int level, int type) {
    for (auto* entry = CMSG_FIRSTHDR(&header); entry != nullptr;
         entry = CMSG_NXTHDR(&header, entry)) {
      if (entry->cmsg_level != level || entry->cmsg_type != type) continue;
      T value{};
      std::memcpy(&value, CMSG_DATA(entry), sizeof value);
      return value;
    }
    return std::nullopt;
  }
};
}  // namespace

UdpEndpoint::UdpEndpoint(std::string const& address) {
  bool const v6 = address.find(':') != std::string::npos;
  socket_ = FileDescriptor{::socket(v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  if (!socket_) fail("socket");
  if (v6) {
    set_option(socket_.get(), IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_PROBE);
    set_option(socket_.get(), IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1);
    auto const any = sockaddr_in6{.sin6_family = AF_INET6,
                                  .sin6_port = 0,
                                  .sin6_flowinfo = 0,
                                  .sin6_addr = {},
                                  .sin6_scope_id = 0};
    address_ = {};
    std::memcpy(&address_, &any, sizeof any);
    if (::inet_pton(AF_INET6, address.c_str(),
                    &std::bit_cast<sockaddr_in6*>(&address_)->sin6_addr) != 1)
      fail(address);
    address_octets_ = sizeof any;
  } else {
    set_option(socket_.get(), IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_PROBE);
    set_option(socket_.get(), IPPROTO_IP, IP_RECVERR, 1);
    set_option(socket_.get(), IPPROTO_IP, IP_RECVTTL, 1);
    auto* const own = std::bit_cast<sockaddr_in*>(&address_);
    own->sin_family = AF_INET;
    if (::inet_pton(AF_INET, address.c_str(), &own->sin_addr) != 1) fail(address);
    address_octets_ = sizeof(sockaddr_in);
  }
  auto* const own = std::bit_cast<sockaddr*>(&address_);
  if (::bind(socket_.get(), own, address_octets_) != 0) fail("bind " + address);
  if (::getsockname(socket_.get(), own, &address_octets_) != 0) fail("getsockname");
}

void UdpEndpoint::send(UdpEndpoint const& target, std::size_t octets) {
  std::vector<std::byte> const datagram(octets);
  if (::sendto(socket_.get(), datagram.data(), datagram.size(), 0,
               std::bit_cast<sockaddr const*>(&target.address_), target.address_octets_) < 0)
    fail("sendto");
}

std::optional<std::size_t> UdpEndpoint::receive(std::chrono::milliseconds within) {
  wait_for(socket_.get(), POLLIN, within);
  Received message;
  auto const octets = message.take(socket_.get(), 0);
  if (octets < 0) return std::nullopt;
  ttl_seen_ = family() == AF_INET6 ? message.find<int>(IPPROTO_IPV6, IPV6_HOPLIMIT).value_or(0)
                                   : message.find<int>(IPPROTO_IP, IP_TTL).value_or(0);
  return static_cast<std::size_t>(octets);
}

int UdpEndpoint::mtu_told_by_icmp(std::chrono::milliseconds within) {
  wait_for(socket_.get(), 0, within);  // POLLERR comes unasked
  Received message;
  if (message.take(socket_.get(), MSG_ERRQUEUE) < 0) return 0;
  auto const error = message.find<sock_extended_err>(IPPROTO_IP, IP_RECVERR);
  return error ? static_cast<int>(error->ee_info) : 0;
}
}  // namespace leadline::lab
