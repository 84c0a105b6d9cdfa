#pragma once
#include "probes/bulk_slot.hpp"
#include "probes/wire/preamble.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <memory>

namespace leadline {

class TlsIdentity;

/// The receiving side of the Bandwidth probe: one test at a time, a thread per stream, and an end
/// to each test whatever the peer does. The responder owns it, has read the preamble and sent the
/// welcome. One thread only, that of the io_context.
class BulkTarget {
 public:
  BulkTarget(std::shared_ptr<BulkSlot> slot, std::shared_ptr<TlsIdentity const> identity);
  ~BulkTarget();  ///< stops
  BulkTarget(BulkTarget const&) = delete;
  BulkTarget& operator=(BulkTarget const&) = delete;
  BulkTarget(BulkTarget&&) = delete;
  BulkTarget& operator=(BulkTarget&&) = delete;

  /// False: the welcome is `busy`. A control connection needs the free slot, a stream a test of its
  /// source and session that still waits for streams.
  [[nodiscard]] bool admits(Preamble const& preamble) const;
  boost::asio::awaitable<void> serve_control(boost::asio::ip::tcp::socket socket,
                                             Preamble preamble);
  boost::asio::awaitable<void> serve_stream(boost::asio::ip::tcp::socket socket, Preamble preamble);
  /// Closes every connection and joins every thread before it returns; nothing is admitted after.
  void stop();

 private:
  struct State;
  std::shared_ptr<State> state_;
};
}  // namespace leadline
