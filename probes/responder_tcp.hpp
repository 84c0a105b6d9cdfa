#pragma once
#include "probes/bulk_target.hpp"
#include "probes/core/error.hpp"
#include "probes/core/path.hpp"
#include "probes/nonces_seen.hpp"
#include "probes/port_draw.hpp"
#include "probes/responder_counts.hpp"
#include "probes/wire/preamble.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <utility>
#include <vector>

namespace leadline {

class TlsIdentity;

/// Takes TCP connections on its listeners, asks each for its signed preamble, says who it is, and
/// serves what the preamble is for. Who shows no preamble, or a copy, gets no octet.
class TcpAnswerer : public std::enable_shared_from_this<TcpAnswerer> {
 public:
  struct Options {
    Passport passport;
    int max_open_connections{256};
    std::shared_ptr<TlsIdentity const> identity;  ///< empty: no TLS is served
    std::shared_ptr<BulkSlot> bulk_slot;          ///< empty: no bulk test is served
    std::shared_ptr<ResponderCounts> counts;
  };

  TcpAnswerer(boost::asio::any_io_executor executor, Options options);

  /// One more listener, on a random port of the range. Call before start().
  Expected<std::uint16_t> listen(boost::asio::ip::address address, PortRange range);
  void start();
  /// Closes listeners and connections at once.
  void stop();

 private:
  using Acceptor = boost::asio::ip::tcp::acceptor;

  struct Connection {
    explicit Connection(boost::asio::ip::tcp::socket accepted) : socket{std::move(accepted)} {}

    boost::asio::ip::tcp::socket socket;
    boost::asio::cancellation_signal cancel;
    bool proven{};  ///< its preamble is signed
  };

  static boost::asio::awaitable<void> accept(std::shared_ptr<TcpAnswerer> self,
                                             std::shared_ptr<Acceptor> acceptor);
  static boost::asio::awaitable<void> serve(std::shared_ptr<TcpAnswerer> self,
                                            std::shared_ptr<Connection> connection);
  boost::asio::awaitable<void> dispatch(boost::asio::ip::tcp::socket socket, Preamble preamble);
  void admit(boost::asio::ip::tcp::socket socket);
  bool make_room();
  [[nodiscard]] Welcome::Status status_for(Preamble const& preamble) const;

  boost::asio::any_io_executor executor_;
  Options options_;
  BulkTarget bulk_;
  std::vector<std::shared_ptr<Acceptor>> acceptors_;
  std::list<std::shared_ptr<Connection>> connections_;  ///< oldest first
  NoncesSeen nonces_;
  bool open_{true};
};
}  // namespace leadline
