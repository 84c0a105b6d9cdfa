#include "probes/linux/connection_option.hpp"

#include "probes/linux/socket_option.hpp"
#include "probes/linux/sysctl.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace leadline {
namespace {
using boost::system::error_code;

Error refused(error_code code, std::string detail) {
  return {.stage = Error::Stage::configuration, .code = code, .detail = std::move(detail)};
}

Expected<bool> set_congestion(std::string_view name, int descriptor) {
  if (name.empty() || name == "system") return true;
  if (::setsockopt(descriptor, IPPROTO_TCP, TCP_CONGESTION, name.data(),
                   static_cast<socklen_t>(name.size())) == 0)
    return true;
  error_code const why{errno, boost::system::system_category()};
  bool const forbidden = why == boost::system::errc::operation_not_permitted;
  return tl::unexpected(refused(
      why, forbidden ? fmt::format("congestion control '{}' needs privileges, or the route has "
                                   "another one locked; allowed are: {}",
                                   name, sysctl("net.ipv4.tcp_allowed_congestion_control"))
                     : fmt::format("this kernel has no congestion control '{}'; it offers: {}",
                                   name, sysctl("net.ipv4.tcp_available_congestion_control"))));
}
}  // namespace

Expected<bool> keep_congestion(ConnectionOptions const& options,
                               boost::asio::ip::tcp::socket& socket) {
  return set_congestion(options.congestion, socket.native_handle());
}

Expected<bool> apply(ConnectionOptions const& options, boost::asio::ip::tcp::socket& socket) {
  int const descriptor = socket.native_handle();
  if (auto const set = set_congestion(options.congestion, descriptor); !set) return set;
  if (options.dscp != 0) {
    int family = AF_INET;
    socklen_t length = sizeof family;
    ::getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &family, &length);
    int const value = options.dscp << 2;  // the two low bits are ECN's
    auto const failed = family == AF_INET6
                            ? set_option(descriptor, IPPROTO_IPV6, IPV6_TCLASS, value)
                            : set_option(descriptor, IPPROTO_IP, IP_TOS, value);
    if (failed) return tl::unexpected(refused(failed, fmt::format("DSCP {}", options.dscp)));
  }
  if (options.mss != 0)
    if (auto const failed = set_option(descriptor, IPPROTO_TCP, TCP_MAXSEG, options.mss))
      return tl::unexpected(refused(failed, fmt::format("an MSS of {}", options.mss)));
  return true;
}
}  // namespace leadline
