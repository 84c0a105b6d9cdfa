#pragma once
#include "probes/core/error.hpp"
#include "probes/core/observation.hpp"
#include "probes/core/path.hpp"
#include "probes/responder_counts.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <memory>
#include <vector>

namespace leadline {

class BulkSlot;     // probes/bulk_slot.hpp
class TcpAnswerer;  // probes/responder_tcp.hpp
class TlsIdentity;  // probes/wire/tls_identity.hpp
class UdpAnswerer;  // probes/responder_udp.hpp

/// The answering side of every probe: a UDP socket and TCP listeners on random ports of the
/// ephemeral range, open for one run only. Without the run key nothing is answered and nothing is
/// kept.
class Responder {
 public:
  struct Options {
    Passport passport;
    std::vector<boost::asio::ip::address> addresses;  ///< one of a family at most
    std::uint16_t first_port{32768};
    std::uint16_t last_port{60999};
    int tcp_listeners{8};           ///< a port from each eighth of the range
    int max_open_connections{256};  ///< half-open ones included; those give way first
    std::shared_ptr<TlsIdentity const> identity;
    std::shared_ptr<BulkSlot> bulk_slot;  ///< this node's; empty: no bulk test is served
  };

  /// Where the peers find it, per family.
  struct Ports {
    Family family{};
    std::uint16_t udp{};
    std::vector<std::uint16_t> tcp;
  };

  using Count = PeerCount;

  /// Error: an address is not ours, or no port of the range is free.
  static Expected<std::unique_ptr<Responder>> open(boost::asio::any_io_executor executor,
                                                   Options options);
  ~Responder();  ///< stops
  Responder(Responder const&) = delete;
  Responder& operator=(Responder const&) = delete;
  Responder(Responder&&) = delete;
  Responder& operator=(Responder&&) = delete;

  [[nodiscard]] std::vector<Ports> ports() const;
  /// What arrived from each peer since the start.
  [[nodiscard]] std::vector<Count> counts() const;
  /// Whom the answers did not reach, and who said so.
  [[nodiscard]] std::vector<LostAnswer> lost_answers() const;
  /// What arrived and got no answer.
  [[nodiscard]] UnsignedCount without_signature() const;
  /// Closes every socket and joins every bulk thread, at once.
  void stop();

 private:
  Responder() = default;

  std::shared_ptr<ResponderCounts> counts_;
  std::vector<std::shared_ptr<UdpAnswerer>> udp_;
  std::shared_ptr<TcpAnswerer> tcp_;
  std::vector<Ports> ports_;
};
}  // namespace leadline
