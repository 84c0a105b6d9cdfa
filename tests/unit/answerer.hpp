#pragma once
#include "probes/core/path.hpp"
#include "probes/linux/udp_probe_socket.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <exception>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>

namespace leadline::test {

/// What goes wrong on the way to the answerer and back.
struct Faults {
  std::function<bool(Datagram const&, Arrival const&)> hears{};  ///< empty: everything
  std::function<int(Datagram const&)> answers{};                 ///< how many; empty: one
  std::function<std::uint32_t(Datagram const&)> drops{};         ///< of its own so far; empty: none
};

/// A peer on loopback whose path has faults.
class Answerer {
 public:
  static constexpr NodeIndex self = 7;

  Answerer(boost::asio::io_context& loop, std::string const& address, Faults faults = {})
      : loop_{loop}, faults_{std::move(faults)}, socket_{opened(loop, address)} {
    boost::asio::co_spawn(
        loop_, answer(),
        boost::asio::bind_cancellation_slot(stop_.slot(), [this](std::exception_ptr const& error) {
          failure_ = error;
          ended_ = true;
        }));
  }

  /// The loop goes on, and would resume what is no more.
  ~Answerer() {
    stop_.emit(boost::asio::cancellation_type::terminal);
    while (!ended_ && loop_.run_one() > 0) {
    }
    loop_.restart();  // out of work it counts as stopped
  }

  Answerer(Answerer const&) = delete;
  Answerer(Answerer&&) = delete;
  Answerer& operator=(Answerer const&) = delete;
  Answerer& operator=(Answerer&&) = delete;

  [[nodiscard]] Path path() const {
    Path path;
    path.passport = {.run = 42, .key = key_, .self = 3};
    path.peer = self;
    path.source = socket_.local().address();
    path.target = socket_.local().address();
    path.udp_port = socket_.local().port();
    return path;
  }

  /// Runs the loop until `work` is done, then stops answering.
  template <class T>
  T result_of(boost::asio::awaitable<T> work) {
    auto result = boost::asio::co_spawn(loop_, std::move(work), boost::asio::use_future);
    while (result.wait_for(std::chrono::seconds{0}) != std::future_status::ready)
      if (loop_.run_one() == 0) throw std::logic_error{"the loop is idle, the probe not done"};
    if (failure_) std::rethrow_exception(failure_);
    return result.get();
  }

 private:
  static UdpProbeSocket opened(boost::asio::io_context& loop, std::string const& address) {
    auto socket =
        UdpProbeSocket::open(loop.get_executor(), {boost::asio::ip::make_address(address), 0},
                             UdpProbeSocket::Options{});
    if (!socket) throw std::runtime_error{describe(socket.error())};
    return std::move(*socket);
  }

  boost::asio::awaitable<void> answer() {
    Arrival arrival;
    while (true) {
      while (socket_.receive(arrival)) answer(arrival);
      co_await socket_.readable(std::chrono::seconds{60});
    }
  }

  void answer(Arrival const& arrival) {
    auto datagram = decode_datagram(arrival.packet, key_);
    if (!datagram || (faults_.hears && !faults_.hears(*datagram, arrival))) return;
    datagram->kind = Datagram::Kind::answer;
    datagram->answered_by = self;
    datagram->received_ns = arrival.received_ns;
    datagram->received_count = ++counts_[datagram->session];
    datagram->seen_octets = static_cast<std::uint16_t>(arrival.ip_octets);
    datagram->seen_ttl = arrival.ttl;
    datagram->seen_tos = arrival.tos;
    datagram->seen_address = arrival.from.address();
    datagram->seen_port = arrival.from.port();
    datagram->answerer_drops = faults_.drops ? faults_.drops(*datagram) : 0;
    auto const copies = faults_.answers ? faults_.answers(*datagram) : 1;
    for (int i = 0; i < copies; ++i) {
      datagram->answered_ns = realtime_ns();
      socket_.send_to(encode(*datagram, key_), arrival.from);
    }
  }

  boost::asio::io_context& loop_;
  RunKey key_ = RunKey::random();
  Faults faults_;
  UdpProbeSocket socket_;
  std::map<std::uint32_t, std::uint32_t> counts_;
  boost::asio::cancellation_signal stop_;
  std::exception_ptr failure_;
  bool ended_{};
};
}  // namespace leadline::test
