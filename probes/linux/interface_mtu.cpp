#include "probes/linux/interface_mtu.hpp"

#include <boost/asio/error.hpp>

#include <cerrno>
#include <cstring>
#include <ifaddrs.h>
#include <memory>
#include <net/if.h>
#include <netinet/in.h>
#include <string>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace leadline {
namespace ip = boost::asio::ip;

namespace {
ip::address address_of(sockaddr const* raw) {
  if (raw != nullptr && raw->sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, raw, sizeof v4);
    return ip::address_v4{ntohl(v4.sin_addr.s_addr)};
  }
  if (raw != nullptr && raw->sa_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, raw, sizeof v6);
    ip::address_v6::bytes_type octets{};
    std::memcpy(octets.data(), &v6.sin6_addr, octets.size());
    return ip::address_v6{octets};
  }
  return {};
}

std::string interface_holding(ip::address const& address) {
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return {};
  std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> const owner{list, &::freeifaddrs};
  for (auto const* i = list; i != nullptr; i = i->ifa_next)
    if (i->ifa_addr != nullptr && address_of(i->ifa_addr) == address) return i->ifa_name;
  return {};
}
}  // namespace

Expected<std::uint32_t> interface_mtu(ip::address const& address) {
  auto const failed = [&](boost::system::error_code error) {
    return tl::unexpected(Error{.stage = Error::Stage::configuration,
                                .code = error,
                                .detail = "interface that holds " + address.to_string()});
  };
  auto const name = interface_holding(address);
  if (name.empty()) return failed(boost::asio::error::not_found);
  ifreq request{};
  std::memcpy(request.ifr_name, name.data(), std::min<std::size_t>(name.size(), IFNAMSIZ - 1));
  int const descriptor = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return failed({errno, boost::system::system_category()});
  boost::system::error_code error;
  if (::ioctl(descriptor, SIOCGIFMTU, &request) != 0)
    error.assign(errno, boost::system::system_category());
  ::close(descriptor);
  if (error) return failed(error);
  return static_cast<std::uint32_t>(request.ifr_mtu);
}
}  // namespace leadline
