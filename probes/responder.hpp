#pragma once
#include "probes/core/error.hpp"
#include "probes/core/observation.hpp"
#include "probes/core/path.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <memory>
#include <vector>

namespace leadline {

class TlsIdentity;

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
    int max_open_connections{256};  ///< half-open ones included; further ones are closed at once
    std::shared_ptr<TlsIdentity const> identity;
  };

  /// Where the peers find it, per family.
  struct Ports {
    Family family{};
    std::uint16_t udp{};
    std::vector<std::uint16_t> tcp;
  };

  /// What arrived from one peer since the start.
  struct Count {
    NodeIndex from{};
    Family family{};
    std::uint32_t udp_requests{};
    std::uint32_t tcp_connections{};
  };

  static Expected<std::unique_ptr<Responder>> open(boost::asio::any_io_executor executor,
                                                   Options options);
  ~Responder();  ///< stops
  Responder(Responder const&) = delete;
  Responder& operator=(Responder const&) = delete;

  [[nodiscard]] std::vector<Ports> ports() const;
  [[nodiscard]] std::vector<Count> counts() const;
  /// Closes every socket and joins every bulk thread, at once.
  void stop();

 private:
  class Impl;
  explicit Responder(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};
}  // namespace leadline
