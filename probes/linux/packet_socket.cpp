#include "probes/linux/packet_socket.hpp"

#include "probes/linux/socket_option.hpp"

#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <utility>

namespace leadline {
namespace asio = boost::asio;
using boost::system::error_code;

namespace {
constexpr std::size_t largest_frame = 65536 + 64;

error_code last_error() {
  return {errno, boost::system::system_category()};
}

/// What ioctl(2) says of the interface: its flags, or its address.
std::optional<ifreq> ask(int descriptor, std::string const& interface, unsigned long question) {
  ifreq request{};
  interface.copy(static_cast<char*>(request.ifr_name), IFNAMSIZ - 1);
  if (::ioctl(descriptor, question, &request) != 0) return std::nullopt;
  return request;
}

error_code filter_frames(int descriptor, std::span<sock_filter const> filter) {
  std::vector<sock_filter> program(filter.begin(), filter.end());
  sock_fprog const given{.len = static_cast<unsigned short>(program.size()),
                         .filter = program.data()};
  if (::setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &given, sizeof given) != 0)
    return last_error();
  return {};
}

/// Before it is bound a packet socket of protocol 0 receives nothing: the filter is in time.
error_code prepare(int descriptor, int index, std::span<sock_filter const> filter) {
  if (auto const error = filter_frames(descriptor, filter)) return error;
  if (auto const error = set_option(descriptor, SOL_PACKET, PACKET_AUXDATA, 1)) return error;
  if (auto const error = set_option(descriptor, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1))
    return error;
  sockaddr_ll here{};
  here.sll_family = AF_PACKET;
  here.sll_protocol = htons(ETH_P_ALL);
  here.sll_ifindex = index;
  // The way of bind(2). NOLINTNEXTLINE(*-reinterpret-cast)
  if (::bind(descriptor, reinterpret_cast<sockaddr*>(&here), sizeof here) != 0) return last_error();
  return {};
}

std::optional<std::uint16_t> stripped_tag(msghdr& message) {
  for (auto* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
    if (c->cmsg_level != SOL_PACKET || c->cmsg_type != PACKET_AUXDATA) continue;
    tpacket_auxdata beside{};
    std::memcpy(&beside, CMSG_DATA(c), sizeof beside);
    if ((beside.tp_status & TP_STATUS_VLAN_VALID) != 0) return beside.tp_vlan_tci;
  }
  return std::nullopt;
}

tl::unexpected<Error> refusal(error_code code, std::string detail) {
  return tl::unexpected(
      Error{.stage = Error::Stage::configuration, .code = code, .detail = std::move(detail)});
}
}  // namespace

Expected<PacketSocket> PacketSocket::open(asio::any_io_executor executor,
                                          std::string const& interface,
                                          std::span<sock_filter const> filter) {
  PacketSocket opened{executor};
  int const descriptor = ::socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) {
    auto const error = last_error();
    return refusal(
        error, error.value() == EPERM ? "a packet socket takes CAP_NET_RAW" : "a packet socket");
  }
  opened.descriptor_.assign(descriptor);
  auto const index = ::if_nametoindex(interface.c_str());
  if (index == 0) return refusal(last_error(), fmt::format("interface '{}'", interface));
  auto const flags = ask(descriptor, interface, SIOCGIFFLAGS);
  auto const address = ask(descriptor, interface, SIOCGIFHWADDR);
  if (!flags || !address) return refusal(last_error(), interface);
  if ((flags->ifr_flags & IFF_BROADCAST) == 0)
    return refusal(asio::error::operation_not_supported, interface + " cannot broadcast");
  if ((flags->ifr_flags & IFF_UP) == 0) return refusal(asio::error::network_down, interface);
  std::memcpy(opened.mac_.data(), static_cast<char const*>(address->ifr_hwaddr.sa_data),
              opened.mac_.size());
  if (auto const error = prepare(descriptor, static_cast<int>(index), filter))
    return refusal(error, "a packet socket on " + interface);
  opened.buffer_.resize(largest_frame);
  return opened;
}

std::string reason_without(Error const& refusal) {
  return refusal.detail + ": " + refusal.code.message();
}

error_code PacketSocket::send(std::span<std::byte const> frame) {
  if (::send(descriptor_.native_handle(), frame.data(), frame.size(), MSG_DONTWAIT) >= 0) return {};
  return last_error();
}

bool PacketSocket::receive(FrameArrival& arrival) {
  iovec part{.iov_base = buffer_.data(), .iov_len = buffer_.size()};
  alignas(cmsghdr) std::array<std::byte, 256> control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  auto const octets = ::recvmsg(descriptor_.native_handle(), &message, MSG_DONTWAIT);
  if (octets < 0) {
    auto const error = last_error();
    if (error != asio::error::would_block && error != asio::error::interrupted) broken_ = error;
    return false;
  }
  arrival = {.octets = std::span{buffer_}.first(static_cast<std::size_t>(octets)),
             .stripped_tag = stripped_tag(message)};
  return true;
}

asio::awaitable<void> PacketSocket::readable(std::chrono::steady_clock::duration limit) {
  asio::steady_timer timer{descriptor_.get_executor(), limit};
  co_await asio::experimental::make_parallel_group(
      descriptor_.async_wait(asio::posix::stream_descriptor::wait_read, asio::deferred),
      timer.async_wait(asio::deferred))
      .async_wait(asio::experimental::wait_for_one{}, asio::use_awaitable);
}
}  // namespace leadline
