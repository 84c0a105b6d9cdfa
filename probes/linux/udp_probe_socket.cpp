#include "probes/linux/udp_probe_socket.hpp"

#include "probes/linux/shortage.hpp"
#include "probes/linux/socket_option.hpp"

#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <linux/net_tstamp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <utility>

namespace leadline {
namespace asio = boost::asio;
using boost::system::error_code;

namespace {
constexpr std::size_t largest_packet = 65536;
constexpr int kernel_buffer = 4 << 20;  // a burst must fit; the kernel caps it (rmem_max)
constexpr int first_hops = 64;  // not the system's: a peer counts the routers by what is left of it
constexpr std::uint64_t ns_per_s = 1'000'000'000;

using Option = std::array<int, 3>;  ///< level, name, value

error_code set_all(int descriptor, std::initializer_list<Option> options) {
  for (auto const& [level, name, value] : options)
    if (auto const error = set_option(descriptor, level, name, value)) return error;
  return {};
}

error_code prepare(int descriptor, bool v4, UdpProbeSocket::Options const& options) {
  bool const probe = options.fragmentation == UdpProbeSocket::Fragmentation::probe;
  int stamping = SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE;
  if (options.send_stamps)
    stamping |=
        SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_OPT_ID | SOF_TIMESTAMPING_OPT_TSONLY;
  auto error = set_all(descriptor, {{SOL_SOCKET, SO_TIMESTAMPING, stamping},
                                    {SOL_SOCKET, SO_RXQ_OVFL, 1},
                                    {SOL_SOCKET, SO_RCVBUF, kernel_buffer},
                                    {SOL_SOCKET, SO_SNDBUF, kernel_buffer}});
  if (error) return error;
  if (v4)
    return set_all(descriptor,
                   {{IPPROTO_IP, IP_MTU_DISCOVER, probe ? IP_PMTUDISC_PROBE : IP_PMTUDISC_DO},
                    {IPPROTO_IP, IP_TTL, first_hops},
                    {IPPROTO_IP, IP_RECVERR, 1},
                    {IPPROTO_IP, IP_RECVTTL, 1},
                    {IPPROTO_IP, IP_RECVTOS, 1},
                    {IPPROTO_IP, IP_TOS, options.tos}});
  // Without DONTFRAG the kernel fragments what it itself sends, whatever MTU_DISCOVER says.
  return set_all(descriptor,
                 {{IPPROTO_IPV6, IPV6_MTU_DISCOVER, probe ? IPV6_PMTUDISC_PROBE : IPV6_PMTUDISC_DO},
                  {IPPROTO_IPV6, IPV6_DONTFRAG, 1},
                  {IPPROTO_IPV6, IPV6_UNICAST_HOPS, first_hops},
                  {IPPROTO_IPV6, IPV6_RECVERR, 1},
                  {IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1},
                  {IPPROTO_IPV6, IPV6_RECVTCLASS, 1},
                  {IPPROTO_IPV6, IPV6_TCLASS, options.tos}});
}

template <class T>
T read_as(cmsghdr const* c) {
  T value{};
  std::memcpy(&value, CMSG_DATA(c), sizeof value);
  return value;
}

void read_control(msghdr& message, Arrival& arrival) {
  for (auto* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
    std::pair const what{c->cmsg_level, c->cmsg_type};
    if (what == std::pair{SOL_SOCKET, SCM_TIMESTAMPING}) {
      auto const stamp = read_as<timespec>(c);
      arrival.received_ns = (static_cast<std::uint64_t>(stamp.tv_sec) * ns_per_s) +
                            static_cast<std::uint64_t>(stamp.tv_nsec);
      arrival.kernel_stamp = arrival.received_ns != 0;
    } else if (what == std::pair{SOL_SOCKET, SO_RXQ_OVFL}) {
      arrival.dropped = read_as<std::uint32_t>(c);
    } else if (what == std::pair<int, int>{IPPROTO_IP, IP_TTL} ||
               what == std::pair<int, int>{IPPROTO_IPV6, IPV6_HOPLIMIT}) {
      arrival.ttl = static_cast<std::uint8_t>(read_as<int>(c));
    } else if (what == std::pair<int, int>{IPPROTO_IP, IP_TOS}) {
      arrival.tos = read_as<std::uint8_t>(c);
    } else if (what == std::pair<int, int>{IPPROTO_IPV6, IPV6_TCLASS}) {
      arrival.tos = static_cast<std::uint8_t>(read_as<int>(c));
    }
  }
}
}  // namespace

std::uint64_t realtime_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return (static_cast<std::uint64_t>(now.tv_sec) * ns_per_s) +
         static_cast<std::uint64_t>(now.tv_nsec);
}

Expected<UdpProbeSocket> UdpProbeSocket::open(asio::any_io_executor executor,
                                              asio::ip::udp::endpoint local, Options options) {
  UdpProbeSocket opened{executor};
  auto& socket = opened.socket_;
  error_code error;
  socket.open(local.protocol(), error);
  if (!error) socket.non_blocking(true, error);
  // A dual-stack socket obeys the v4 options only: it would fragment and report nonsense.
  if (!error && local.address().is_v6())
    error = set_option(socket.native_handle(), IPPROTO_IPV6, IPV6_V6ONLY, 1);
  if (!error) error = prepare(socket.native_handle(), local.address().is_v4(), options);
  if (!error) socket.bind(local, error);
  if (error)
    return tl::unexpected(Error{.stage = Error::Stage::configuration,
                                .code = error,
                                .detail = "UDP socket on " + local.address().to_string()});
  opened.buffer_.resize(largest_packet);
  opened.errors_.by_peer = options.errors_by_peer;
  return opened;
}

error_code UdpProbeSocket::connect(asio::ip::udp::endpoint const& peer) {
  error_code error;
  socket_.connect(peer, error);
  return error;
}

UdpProbeSocket::Sent UdpProbeSocket::send(std::span<std::byte const> packet) {
  return send_message(packet, nullptr);
}

UdpProbeSocket::Sent UdpProbeSocket::send_to(std::span<std::byte const> packet,
                                             asio::ip::udp::endpoint const& peer) {
  return send_message(packet, &peer);
}

UdpProbeSocket::Sent UdpProbeSocket::send_message(std::span<std::byte const> packet,
                                                  asio::ip::udp::endpoint const* peer) {
  constexpr int tries = 3;  // an error of an earlier packet may be pending, and one more come
  for (int i = 0; i < tries; ++i) {
    auto const sent =
        peer == nullptr
            ? ::send(socket_.native_handle(), packet.data(), packet.size(), MSG_DONTWAIT)
            : ::sendto(socket_.native_handle(), packet.data(), packet.size(), MSG_DONTWAIT,
                       peer->data(), static_cast<socklen_t>(peer->size()));
    if (sent >= 0) {
      send_error_.clear();
      return Sent::yes;
    }
    send_error_ = {errno, boost::system::system_category()};
    auto const local_before = errors_.local_too_big;
    drain_errors();
    if (send_error_ == asio::error::message_size && errors_.local_too_big > local_before)
      return Sent::too_big_here;
    if (send_error_ == asio::error::would_block) return Sent::no_room_here;
    if (is_shortage(send_error_.value())) {
      errors_.keep({.origin = "local", .error_number = send_error_.value()});
      return Sent::no_room_here;
    }
  }
  return Sent::failed;
}

bool UdpProbeSocket::receive(Arrival& arrival) {
  arrival = {};
  iovec part{.iov_base = buffer_.data(), .iov_len = buffer_.size()};
  alignas(cmsghdr) std::array<std::byte, 512> control{};
  ssize_t octets = -1;
  constexpr int tries = 3;
  for (int i = 0; i < tries && octets < 0; ++i) {
    msghdr message{};
    message.msg_name = arrival.from.data();
    message.msg_namelen = static_cast<socklen_t>(arrival.from.capacity());
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    octets = ::recvmsg(socket_.native_handle(), &message, MSG_DONTWAIT);
    if (octets >= 0) {
      arrival.from.resize(message.msg_namelen);
      read_control(message, arrival);
    } else if (errno == EAGAIN) {
      return false;
    } else {
      drain_errors();  // recvmsg hands out the pending error of an earlier send once
    }
  }
  if (octets < 0) return false;
  if (!arrival.kernel_stamp) arrival.received_ns = realtime_ns();
  arrival.packet = std::span{buffer_}.first(static_cast<std::size_t>(octets));
  arrival.ip_octets =
      static_cast<std::uint32_t>(octets) + ip_and_udp_octets(arrival.from.address());
  return true;
}

asio::awaitable<void> UdpProbeSocket::readable(std::chrono::steady_clock::duration limit) {
  asio::steady_timer timer{socket_.get_executor(), limit};
  co_await asio::experimental::make_parallel_group(
      socket_.async_wait(asio::ip::udp::socket::wait_read, asio::deferred),
      timer.async_wait(asio::deferred))
      .async_wait(asio::experimental::wait_for_one{}, asio::use_awaitable);
  drain_errors();
}

void UdpProbeSocket::drain_errors() {
  errors_.drain(socket_.native_handle());
}

std::vector<SendStamp> UdpProbeSocket::take_send_stamps() {
  return std::exchange(errors_.stamps, {});
}

std::vector<Undelivered> UdpProbeSocket::take_undelivered() {
  return std::exchange(errors_.undelivered, {});
}

std::uint32_t UdpProbeSocket::believed_path_mtu() {
  bool const v4 = local().address().is_v4();
  int mtu = 0;
  socklen_t length = sizeof mtu;
  auto const descriptor = socket_.native_handle();
  int const failed = v4 ? ::getsockopt(descriptor, IPPROTO_IP, IP_MTU, &mtu, &length)
                        : ::getsockopt(descriptor, IPPROTO_IPV6, IPV6_MTU, &mtu, &length);
  return failed != 0 || mtu < 0 ? 0 : static_cast<std::uint32_t>(mtu);
}

error_code UdpProbeSocket::set_ttl(int hops) {
  return local().address().is_v4()
             ? set_option(socket_.native_handle(), IPPROTO_IP, IP_TTL, hops)
             : set_option(socket_.native_handle(), IPPROTO_IPV6, IPV6_UNICAST_HOPS, hops);
}

asio::ip::udp::endpoint UdpProbeSocket::local() const {
  error_code ignored;
  return socket_.local_endpoint(ignored);
}

void UdpProbeSocket::close() {
  error_code ignored;
  socket_.close(ignored);
}
}  // namespace leadline
