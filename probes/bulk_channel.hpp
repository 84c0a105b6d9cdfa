#pragma once
#include "probes/bandwidth.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace leadline {

class TlsIdentity;

/// A blocking stream of the bulk pattern over a connected descriptor, one way. Used by one thread;
/// shutdown(2) from another ends every call. Does not own the descriptor.
class BulkChannel {
 public:
  struct Settings {
    BulkMode mode{BulkMode::ceiling};
    bool alone{true};  ///< no other stream of the test: what drops octets lets them gather
    std::shared_ptr<TlsIdentity const> identity;  ///< none: plain TCP
    std::string cipher;                           ///< as Bandwidth::cipher
    int record_octets{0};
    std::uint64_t records_per_key{1U << 23U};  ///< then a new one
  };

  virtual ~BulkChannel() = default;
  BulkChannel() = default;
  BulkChannel(BulkChannel const&) = delete;
  BulkChannel& operator=(BulkChannel const&) = delete;
  BulkChannel(BulkChannel&&) = delete;
  BulkChannel& operator=(BulkChannel&&) = delete;

  /// What must happen before the first octet: for TLS the handshake, 5 s a system call. False: see
  /// failure().
  virtual bool open(bool as_client) = 0;
  /// The next octets of the pattern, at most this many. How many went; negative: see failure().
  virtual std::ptrdiff_t send(std::size_t octets) = 0;
  /// How many octets came; 0: the peer has ended; negative: see failure().
  virtual std::ptrdiff_t receive() = 0;
  /// Says that nothing more will be sent.
  virtual void finish() = 0;
  /// As BulkFlow::sending; known once something was sent.
  [[nodiscard]] virtual std::string sending() const = 0;

  /// As negotiated; empty: no TLS.
  [[nodiscard]] virtual std::string cipher() const { return {}; }

  [[nodiscard]] std::string const& failure() const { return failure_; }

 protected:
  std::ptrdiff_t fail(std::string why) {
    failure_ = std::move(why);
    return -1;
  }

 private:
  std::string failure_;
};

/// Plain or TLS, as the settings say.
std::unique_ptr<BulkChannel> make_bulk_channel(int descriptor, BulkChannel::Settings settings);
}  // namespace leadline
