#pragma once
#include "probes/core/path.hpp"
#include "probes/linux/udp_probe_socket.hpp"
#include "probes/port_draw.hpp"
#include "probes/responder_counts.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <memory>
#include <optional>

namespace leadline {

/// The answer to a signed request of this run; nothing if it is something else. T3 is left open.
std::optional<Datagram> answer_to(Datagram const& request, Arrival const& arrival,
                                  Passport const& passport);

/// Answers signed UDP requests on one address; silent to everything else.
class UdpAnswerer : public std::enable_shared_from_this<UdpAnswerer> {
 public:
  /// On a random port of the range. Error: no free port, or the address is not ours.
  static Expected<std::shared_ptr<UdpAnswerer>> open(boost::asio::any_io_executor executor,
                                                     boost::asio::ip::address address,
                                                     PortRange range, Passport passport,
                                                     std::shared_ptr<ResponderCounts> counts);
  /// Answers until stop().
  void start();
  void stop();

  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  UdpAnswerer(boost::asio::any_io_executor executor, UdpProbeSocket socket, Passport passport,
              std::shared_ptr<ResponderCounts> counts);
  static boost::asio::awaitable<void> serve(std::shared_ptr<UdpAnswerer> self);
  /// Counts the request; nothing: it is none of ours.
  std::optional<Datagram> answer(Arrival const& arrival);
  /// Now, with the time at which it leaves. False: this node has no room for it at this moment.
  bool send(Datagram answer, boost::asio::ip::udp::endpoint const& to);
  boost::asio::awaitable<void> send_when_there_is_room(Datagram answer,
                                                       boost::asio::ip::udp::endpoint to);
  void note_lost_answers();

  boost::asio::any_io_executor executor_;
  UdpProbeSocket socket_;
  Passport passport_;
  std::shared_ptr<ResponderCounts> counts_;
  SessionCounts sessions_;
  Askers askers_;
  std::uint16_t port_;
  std::uint32_t given_up_{};  ///< answers
  bool open_{true};
};
}  // namespace leadline
