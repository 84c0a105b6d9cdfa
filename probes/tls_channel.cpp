#include "probes/tls_channel.hpp"

#include "probes/wire/tls_identity.hpp"

#include <fmt/format.h>
#include <openssl/err.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/socket.h>
#include <sys/time.h>
#include <system_error>
#include <utility>

namespace leadline {
namespace {
constexpr std::size_t largest_record = 16384;
constexpr std::size_t batch_octets = 16 * largest_record;
constexpr std::size_t receive_octets = 1U << 20U;

void limit_waiting(int descriptor, std::int64_t seconds) {
  timeval const limit{.tv_sec = seconds, .tv_usec = 0};
  ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

/// The cipher suite's name of TLS 1.3 (RFC 8446, B.4) for one of Bandwidth::cipher.
char const* suite_of(std::string const& cipher) {
  using Row = std::pair<std::string_view, char const*>;
  constexpr std::array<Row, 3> suites{Row{"aes128gcm", "TLS_AES_128_GCM_SHA256"},
                                      Row{"aes256gcm", "TLS_AES_256_GCM_SHA384"},
                                      Row{"chacha20", "TLS_CHACHA20_POLY1305_SHA256"}};
  auto const* const found = std::ranges::find(suites, cipher, &Row::first);
  return found == suites.end() ? "" : found->second;
}
}  // namespace

TlsChannel::TlsChannel(int descriptor, Settings settings)
    : descriptor_{descriptor}, settings_{std::move(settings)}, socket_{descriptor} {
  if (settings_.record_octets == 0) settings_.record_octets = static_cast<int>(largest_record);
}

bool TlsChannel::prepare(bool as_client) {
  auto& context = as_client ? settings_.identity->client() : settings_.identity->server();
  ssl_.reset(SSL_new(context.native_handle()));
  if (!ssl_ || SSL_set_max_send_fragment(ssl_.get(), settings_.record_octets) != 1) return false;
  if (!settings_.cipher.empty() &&
      (SSL_set_ciphersuites(ssl_.get(), suite_of(settings_.cipher)) != 1 ||
       SSL_set_min_proto_version(ssl_.get(), TLS1_3_VERSION) != 1))
    return false;
  keep_record(ssl_.get(), record_);
  auto* const bio = socket_.bio().release();
  SSL_set_bio(ssl_.get(), bio, bio);
  return true;
}

bool TlsChannel::shake_hands(bool as_client) {
  limit_waiting(descriptor_, 5);
  ERR_clear_error();
  errno = 0;
  bool const done = (as_client ? SSL_connect(ssl_.get()) : SSL_accept(ssl_.get())) == 1;
  int const error = errno;
  bool const told = socket_.flush();  // an alert, or what OpenSSL left to go with the data
  limit_waiting(descriptor_, 0);
  if (!done) errno = error;
  return done && told;
}

bool TlsChannel::open(bool as_client) {
  if (!prepare(as_client)) {
    fail("TLS: " + take_openssl_errors());
    return false;
  }
  if (shake_hands(as_client)) return true;
  if (!record_.detail.empty())
    fail("TLS handshake: " + record_.detail);
  else if (!record_.alert_received.empty())
    fail("TLS handshake: the peer sent " + record_.alert_received);
  else if (ERR_peek_error() != 0)
    fail("TLS handshake: " + take_openssl_errors());
  else if (errno == EAGAIN)
    fail("TLS handshake: no end within 5 s");
  else
    fail("TLS handshake: " +
         (errno == 0 ? std::string{"the peer hung up"} : std::generic_category().message(errno)));
  return false;
}

std::string TlsChannel::cipher() const {
  auto const* const name = ssl_ ? SSL_get_cipher_name(ssl_.get()) : nullptr;
  return name == nullptr ? "" : name;
}

std::string TlsChannel::reason_for(int result) {
  int const error = SSL_get_error(ssl_.get(), result);
  if (!record_.alert_received.empty()) return "the peer sent " + record_.alert_received;
  if (error == SSL_ERROR_SYSCALL && errno != 0) return std::generic_category().message(errno);
  return take_openssl_errors();
}

/// AES-GCM keys are good for 2^24.5 full records (RFC 8446, 5.5); OpenSSL does not watch that.
bool TlsChannel::renew_key(std::size_t octets) {
  auto const size = static_cast<std::size_t>(settings_.record_octets);
  auto const coming = (octets + size - 1) / size;
  bool const renew =
      records_ + coming > settings_.records_per_key && SSL_version(ssl_.get()) == TLS1_3_VERSION;
  if (renew) records_ = 0;
  records_ += coming;
  return !renew || SSL_key_update(ssl_.get(), SSL_KEY_UPDATE_NOT_REQUESTED) == 1;
}

std::ptrdiff_t TlsChannel::send(std::size_t octets) {
  auto const rest = bulk_pattern().subspan(position_);
  auto const length = std::min({octets, rest.size(), batch_octets});
  ERR_clear_error();
  errno = 0;
  if (!renew_key(length)) return fail("key update: " + take_openssl_errors());
  int const sent = SSL_write(ssl_.get(), rest.data(), static_cast<int>(length));
  if (sent <= 0) return fail(reason_for(sent));
  if (!socket_.flush()) return fail(std::generic_category().message(errno));
  position_ = (position_ + static_cast<std::size_t>(sent)) % bulk_pattern().size();
  return sent;
}

/// All whole records that one system call has brought.
std::ptrdiff_t TlsChannel::receive() {
  buffer_.resize(receive_octets);
  std::size_t received = 0;
  do {
    ERR_clear_error();
    errno = 0;
    int const got = SSL_read(ssl_.get(), buffer_.data() + received,
                             static_cast<int>(receive_octets - received));
    if (got <= 0) {
      if (SSL_get_error(ssl_.get(), got) == SSL_ERROR_ZERO_RETURN) break;
      return fail(reason_for(got));
    }
    received += static_cast<std::size_t>(got);
  } while (socket_.pending() >= largest_record + 256 &&
           received + largest_record <= receive_octets);
  if (settings_.mode == BulkMode::verify && !check_.accept({buffer_.data(), received}))
    return fail(check_.mismatch());
  return static_cast<std::ptrdiff_t>(received);
}

void TlsChannel::finish() {
  SSL_shutdown(ssl_.get());
  socket_.flush();
  ::shutdown(descriptor_, SHUT_WR);
}
}  // namespace leadline
