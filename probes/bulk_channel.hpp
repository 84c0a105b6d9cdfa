#pragma once
#include "probes/wire/openssl.hpp"
#include "probes/wire/tls_fault.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace leadline {

class TlsIdentity;
enum class BulkMode;

/// A blocking stream over a connected descriptor, plain or TLS. Used by one thread; shutdown(2)
/// from another ends every call. Does not own the descriptor.
class BulkChannel {
 public:
  BulkChannel(int descriptor, std::shared_ptr<TlsIdentity const> identity, BulkMode mode);

  /// TLS only: shakes hands within 5 s. False: see failure().
  bool open(bool as_client);
  /// Octets sent or received; 0: the peer has ended; negative: see failure().
  std::ptrdiff_t send(std::span<std::byte const> octets);
  /// `into` stays as it is where a ceiling is measured in the plain: octets are counted and dropped
  /// in the kernel.
  std::ptrdiff_t receive(std::span<std::byte> into);
  /// Says that nothing more will be sent.
  void finish();

  [[nodiscard]] std::string const& failure() const { return failure_; }

 private:
  std::ptrdiff_t outcome(std::ptrdiff_t result);

  int descriptor_;
  std::shared_ptr<TlsIdentity const> identity_;
  int receive_flags_;
  HandshakeRecord record_;
  std::unique_ptr<SSL, OpensslDelete<SSL_free>> ssl_;
  std::uint64_t sent_under_key_{};
  std::string failure_;
};
}  // namespace leadline
