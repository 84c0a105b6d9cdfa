#include "probes/bulk_channel.hpp"

#include "probes/bandwidth.hpp"
#include "probes/wire/tls_identity.hpp"

#include <openssl/err.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <sys/socket.h>
#include <sys/time.h>
#include <system_error>

namespace leadline {
namespace {
/// AES-GCM keys are good for 2^24.5 full records of 16 KiB (RFC 8446, 5.5); OpenSSL does not watch
/// that. 2^23 records, and the last chunk may go beyond.
constexpr std::uint64_t octets_under_one_key = std::uint64_t{1} << 37U;

void limit_waiting(int descriptor, std::int64_t seconds) {
  timeval const limit{.tv_sec = seconds, .tv_usec = 0};
  ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

int as_length(std::size_t size) {
  return static_cast<int>(std::min<std::size_t>(size, std::numeric_limits<int>::max()));
}
}  // namespace

BulkChannel::BulkChannel(int descriptor, std::shared_ptr<TlsIdentity const> identity, BulkMode mode)
    : descriptor_{descriptor},
      identity_{std::move(identity)},
      receive_flags_{mode == BulkMode::ceiling ? MSG_TRUNC : 0} {}

bool BulkChannel::open(bool as_client) {
  if (!identity_) return true;
  auto& context = as_client ? identity_->client() : identity_->server();
  ssl_.reset(SSL_new(context.native_handle()));
  if (!ssl_ || SSL_set_fd(ssl_.get(), descriptor_) != 1) {
    failure_ = take_openssl_errors();
    return false;
  }
  keep_record(ssl_.get(), record_);
  limit_waiting(descriptor_, 5);
  ERR_clear_error();
  errno = 0;
  bool const done = (as_client ? SSL_connect(ssl_.get()) : SSL_accept(ssl_.get())) == 1;
  limit_waiting(descriptor_, 0);
  if (done) return true;
  if (!record_.detail.empty())
    failure_ = "TLS handshake: " + record_.detail;
  else if (!record_.alert_received.empty())
    failure_ = "TLS handshake: the peer sent " + record_.alert_received;
  else
    failure_ = "TLS handshake: " + take_openssl_errors();
  return false;
}

std::ptrdiff_t BulkChannel::outcome(std::ptrdiff_t result) {
  if (result > 0) return result;
  if (!ssl_) {
    if (result < 0) failure_ = std::generic_category().message(errno);
    return result;
  }
  int const error = SSL_get_error(ssl_.get(), static_cast<int>(result));
  if (error == SSL_ERROR_ZERO_RETURN) return 0;
  if (!record_.alert_received.empty())
    failure_ = "the peer sent " + record_.alert_received;
  else if (error == SSL_ERROR_SYSCALL && errno != 0)
    failure_ = std::generic_category().message(errno);
  else
    failure_ = take_openssl_errors();
  return -1;
}

std::ptrdiff_t BulkChannel::send(std::span<std::byte const> octets) {
  if (!ssl_) return outcome(::send(descriptor_, octets.data(), octets.size(), MSG_NOSIGNAL));
  if (sent_under_key_ >= octets_under_one_key && SSL_version(ssl_.get()) == TLS1_3_VERSION) {
    SSL_key_update(ssl_.get(), SSL_KEY_UPDATE_NOT_REQUESTED);
    sent_under_key_ = 0;
  }
  ERR_clear_error();
  errno = 0;
  auto const sent = outcome(SSL_write(ssl_.get(), octets.data(), as_length(octets.size())));
  if (sent > 0) sent_under_key_ += static_cast<std::uint64_t>(sent);
  return sent;
}

std::ptrdiff_t BulkChannel::receive(std::span<std::byte> into) {
  if (!ssl_) return outcome(::recv(descriptor_, into.data(), into.size(), receive_flags_));
  ERR_clear_error();
  errno = 0;
  return outcome(SSL_read(ssl_.get(), into.data(), as_length(into.size())));
}

void BulkChannel::finish() {
  if (ssl_) SSL_shutdown(ssl_.get());
  ::shutdown(descriptor_, SHUT_WR);
}
}  // namespace leadline
