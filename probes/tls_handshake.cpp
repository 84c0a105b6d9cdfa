#include "probes/tls_handshake.hpp"

#include "probes/core/within.hpp"
#include "probes/data_connection.hpp"
#include "probes/wire/close_gently.hpp"
#include "probes/wire/tls_identity.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>
#include <openssl/ssl.h>

#include <array>
#include <utility>

namespace leadline {
namespace {
namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Stream = asio::ssl::stream<tcp::socket>;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds serving_limit{8};

boost::asio::awaitable<error_code> read_octet(Stream* stream) {
  std::array<char, 1> octet{};
  auto const [error, n] = co_await asio::async_read(*stream, asio::buffer(octet), no_throw);
  co_return error;
}

boost::asio::awaitable<error_code> write_octet(Stream* stream) {
  std::array<char, 1> const octet{'L'};
  auto const [error, n] = co_await asio::async_write(*stream, asio::buffer(octet), no_throw);
  co_return error;
}

/// Under TLS 1.3 the client is done before the server has looked at its certificate; the server's
/// octet says that it accepted, the second one that ours arrived.
boost::asio::awaitable<error_code> exchange_octets(Stream* stream) {
  if (auto const error = co_await read_octet(stream)) co_return error;
  if (auto const error = co_await write_octet(stream)) co_return error;
  co_return co_await read_octet(stream);
}

/// The CA by which our side trusts the peer. The certificate's own word for its issuer, a name, may
/// fit a CA that has expired and the one that took its place.
std::optional<CertificateFacts> trusted_by(SSL* ssl) {
  auto const* chain = SSL_get0_verified_chain(ssl);
  if (chain == nullptr || sk_X509_num(chain) < 2) return std::nullopt;
  return facts_of(sk_X509_value(chain, 1));
}

void describe_session(TlsHandshake::Result& result, SSL* ssl) {
  result.version = SSL_get_version(ssl);
  result.cipher = SSL_get_cipher_name(ssl);
  if (auto const group = SSL_get_negotiated_group(ssl); group != 0)
    if (auto const* name = SSL_group_to_name(ssl, static_cast<int>(group))) result.group = name;
  unsigned char const* alpn = nullptr;
  unsigned length = 0;
  SSL_get0_alpn_selected(ssl, &alpn, &length);
  result.alpn.assign(alpn, alpn + length);
}

/// Puts a failed handshake into words: whose fault it is and what was said about it.
void describe_failure(TlsHandshake::Result& result, HandshakeRecord const& record,
                      error_code error) {
  result.peer_fault = record.peer_fault;
  if (!record.alert_received.empty())
    result.own_fault = fault_of_alert(record.alert_received);
  else if (!record.alert_sent.empty() && record.peer_fault == TlsFault::none)
    result.peer_fault = fault_of_alert(record.alert_sent);
  else if (record.peer_fault == TlsFault::none)
    result.own_fault =
        error.category() == asio::error::get_ssl_category() ? TlsFault::other : TlsFault::closed;
  result.detail = record.detail.empty() ? error.message() : record.detail;
}

Async<TlsHandshake::Result> shake_hands(TlsHandshake probe) {
  auto socket = co_await open_data_connection(probe.path, {.purpose = Preamble::Purpose::tls});
  if (!socket) co_return tl::unexpected(std::move(socket.error()));
  HandshakeRecord record;
  Stream stream{std::move(*socket), probe.identity->client()};
  keep_record(stream.native_handle(), record);

  TlsHandshake::Result result;
  result.migration_identity = probe.identity->migration();
  result.own_leaf = probe.identity->client_leaf();
  auto const start = Clock::now();
  auto [error] = co_await stream.async_handshake(asio::ssl::stream_base::client, no_throw);
  result.handshake_ms = std::chrono::duration<double, std::milli>(Clock::now() - start).count();
  if (!error) {
    describe_session(result, stream.native_handle());
    error = co_await exchange_octets(&stream);
  }
  result.completed = !error;
  result.peer_leaf = record.peer_leaf;
  if (!error) result.peer_issuer = trusted_by(stream.native_handle());
  if (record.peer_leaf && !result.peer_issuer)
    result.peer_issuer = probe.identity->issuer_of(*record.peer_leaf);
  result.alert_sent = record.alert_sent;
  result.alert_received = record.alert_received;
  if (error) {
    describe_failure(result, record, error);
  } else {
    // Everything is said: a reset leaves no TIME_WAIT, of which many would use up the ports.
    error_code ignored;
    stream.next_layer().set_option(tcp::socket::linger{true, 0}, ignored);
    stream.next_layer().close(ignored);  // the destructor would take the option back
  }
  co_return result;
}

Async<bool> answer_handshake(tcp::socket socket, std::shared_ptr<TlsIdentity const> identity) {
  Stream stream{std::move(socket), identity->server()};
  auto [error] = co_await stream.async_handshake(asio::ssl::stream_base::server, no_throw);
  if (!error) error = co_await write_octet(&stream);
  if (!error) error = co_await read_octet(&stream);
  if (!error) error = co_await write_octet(&stream);
  co_await close_gently(&stream.next_layer());
  co_return !error;
}

std::string sentence(TlsFault fault, std::string_view whose) {
  switch (fault) {
    case TlsFault::version:
      return "the two sides share no TLS version or cipher";
    case TlsFault::closed:
      return "the connection was lost during the handshake, without an alert";
    default:
      return fmt::format("{} certificate {}", whose, meaning(fault));
  }
}
}  // namespace

Async<TlsHandshake::Result> run(TlsHandshake probe) {
  if (!probe.identity)
    co_return tl::unexpected(Error{.stage = Error::Stage::configuration,
                                   .code = make_error_code(boost::system::errc::invalid_argument),
                                   .detail = "no TLS identity"});
  auto outcome = co_await within(probe.timeout_ms, shake_hands(probe));
  if (!outcome && outcome.error().stage == Error::Stage::timeout && outcome.error().detail.empty())
    outcome.error().detail = fmt::format(
        "no end of the handshake within {} ms; do large packets "
        "arrive?",
        probe.timeout_ms.count());
  co_return outcome;
}

boost::asio::awaitable<void> serve_tls(tcp::socket socket,
                                       std::shared_ptr<TlsIdentity const> identity) {
  if (identity) co_await within(serving_limit, answer_handshake(std::move(socket), identity));
}

Assessment assess(TlsHandshake::Result const& result) {
  if (result.completed)
    return {.status = Status::ok,
            .reason = result.migration_identity
                          ? "both sides accept each other"
                          : "both sides accept each other's leadline certificates; KubeVirt's "
                            "were not given"};
  std::string reason;
  if (result.peer_fault != TlsFault::none)
    reason = sentence(result.peer_fault, "the peer's");
  else if (result.own_fault != TlsFault::none)
    reason = sentence(result.own_fault, "this node's");
  else
    return {.status = Status::inconclusive, .reason = "the handshake did not complete"};
  if (!result.detail.empty()) reason += ": " + result.detail;
  return {.status = Status::fail, .reason = std::move(reason)};
}
}  // namespace leadline
