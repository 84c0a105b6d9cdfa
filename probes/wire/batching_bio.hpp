#pragma once
#include "probes/receive_room.hpp"
#include "probes/wire/openssl.hpp"

#include <cstddef>
#include <span>
#include <sys/types.h>
#include <vector>

namespace leadline {

/// A socket BIO that keeps TLS records back until many can go in one system call, and fetches as
/// many at once: OpenSSL's own takes one or two calls a record. Records leave at BIO_flush().
class BatchingBio {
 public:
  /// `descriptor` is blocking and outlives this.
  explicit BatchingBio(int descriptor);

  /// A BIO that reads from and writes to this, which must outlive it.
  BioHandle bio();

  /// False: errno says why.
  bool flush();

  /// Octets that were fetched and not read yet.
  [[nodiscard]] std::size_t pending() const { return incoming_.size(); }

 private:
  struct Methods;

  int write(std::byte const* octets, std::size_t size);
  int read(std::byte* into, std::size_t size);

  int descriptor_;
  std::size_t kept_{};
  std::vector<std::byte> outgoing_;
  ReceiveRoom room_;
  std::span<std::byte> incoming_;  ///< in it: what was fetched and not read yet
};
}  // namespace leadline
