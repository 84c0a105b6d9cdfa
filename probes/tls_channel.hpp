#pragma once
#include "probes/bulk_channel.hpp"
#include "probes/bulk_pattern.hpp"
#include "probes/wire/batching_bio.hpp"
#include "probes/wire/tls_fault.hpp"

#include <memory>
#include <string>
#include <vector>

namespace leadline {

/// The bulk pattern over TLS 1.3 (1.2 with a migration identity whose peer has no more): OpenSSL's
/// record layer, 16 records or more a system call.
class TlsChannel : public BulkChannel {
 public:
  TlsChannel(int descriptor, Settings settings);

  bool open(bool as_client) override;
  std::ptrdiff_t send(std::size_t octets) override;
  std::ptrdiff_t receive() override;
  void finish() override;

  [[nodiscard]] std::string sending() const override { return "TLS"; }

  [[nodiscard]] std::string cipher() const override;

 private:
  bool prepare(bool as_client);
  bool shake_hands(bool as_client);
  bool renew_key(std::size_t octets);
  std::string reason_for(int result);

  int descriptor_;
  Settings settings_;
  HandshakeRecord record_;
  BatchingBio socket_;
  std::unique_ptr<SSL, OpensslDelete<SSL_free>> ssl_;
  std::uint64_t records_{};  ///< under the present key
  std::size_t position_{};   ///< in the pattern
  PatternCheck check_;
  std::vector<std::byte> buffer_;
};
}  // namespace leadline
