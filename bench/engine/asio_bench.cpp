#include "bench/engine/asio_bench.hpp"

#include "probes/wire/tls_identity.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <openssl/ssl.h>

#include <cstddef>
#include <cstdint>
#include <random>
#include <stdexcept>
#include <vector>

namespace leadline::bench {
namespace {
namespace asio = boost::asio;
using asio::ip::tcp;
using Clock = std::chrono::steady_clock;
using Stream = asio::ssl::stream<tcp::socket>;

constexpr std::size_t buffer_octets = 256 << 10U;

std::shared_ptr<TlsIdentity const> identity_of(Options const& options) {
  auto identity = TlsIdentity::from_leadline(options.identity);
  if (!identity) throw std::runtime_error{describe(identity.error())};
  return *std::move(identity);
}

std::vector<std::byte> noise() {
  std::vector<std::byte> octets(buffer_octets);
  std::independent_bits_engine<std::mt19937_64, 8, std::uint16_t> random;
  for (auto& octet : octets) octet = static_cast<std::byte>(random());
  return octets;
}

nlohmann::json figures(std::uint64_t octets, Clock::duration took, Stream& stream) {
  return {{"bytes", octets},
          {"seconds", std::chrono::duration<double>{took}.count()},
          {"cipher", SSL_get_cipher_name(stream.native_handle())}};
}
}  // namespace

nlohmann::json asio_send(Options const& options) {
  asio::io_context context;
  Stream stream{tcp::socket{context}, identity_of(options)->client()};
  if (options.cipher == "aes128gcm")  // that of the row it stands in; else what OpenSSL prefers
    SSL_set_ciphersuites(stream.native_handle(), TLS1_3_RFC_AES_128_GCM_SHA256);
  stream.lowest_layer().connect(options.at);
  stream.handshake(asio::ssl::stream_base::client);
  auto const octets = noise();
  auto const began = Clock::now();
  std::uint64_t sent = 0;
  while (Clock::now() - began < options.duration) sent += asio::write(stream, asio::buffer(octets));
  return figures(sent, Clock::now() - began, stream);
}

nlohmann::json asio_receive(Options const& options) {
  asio::io_context context;
  tcp::acceptor acceptor{context, options.at};
  Stream stream{acceptor.accept(), identity_of(options)->server()};
  stream.handshake(asio::ssl::stream_base::server);
  std::vector<std::byte> octets(buffer_octets);
  auto const began = Clock::now();
  auto last = began;
  std::uint64_t received = 0;
  boost::system::error_code over;
  while (auto const size = stream.read_some(asio::buffer(octets), over)) {
    received += size;
    last = Clock::now();
  }
  return figures(received, last - began, stream);
}
}  // namespace leadline::bench
