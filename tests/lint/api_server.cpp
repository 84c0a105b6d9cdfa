#include "tests/lint/api_server.hpp"

#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <fmt/format.h>
#include <openssl/x509v3.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <sys/socket.h>

namespace leadline {
namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using namespace std::chrono_literals;
using tcp = asio::ip::tcp;

namespace {
Credentials certified(std::string const& name, std::vector<std::string> const& usage,
                      Credentials const* issuer) {
  auto const now = std::chrono::system_clock::now();
  return mint({.common_name = name,
               .uri_names = {},
               .extended_key_usage = usage,
               .is_ca = issuer == nullptr,
               .not_before = now - 1h,
               .not_after = now + 1h},
              issuer);
}

/// Pods ask the server by its address, and so do most kubeconfigs (RFC 5280, 4.2.1.6).
void add_names(Credentials const& server, Credentials const& issuer) {
  auto* const certificate = server.chain.front().get();
  std::unique_ptr<X509_EXTENSION, OpensslDelete<X509_EXTENSION_free>> const names{
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "DNS:api.east,IP:127.0.0.1")};
  if (!names || X509_add_ext(certificate, names.get(), -1) != 1 ||
      X509_sign(certificate, issuer.key.get(), EVP_sha256()) <= 0)
    throw std::runtime_error{"subject alternative names: " + take_openssl_errors()};
}

std::string name_of_client(SSL* connection) {
  CertificateHandle const shown{SSL_get1_peer_certificate(connection)};
  return shown ? facts_of(shown.get()).common_name : std::string{};
}
}  // namespace

ApiServerOnLoopback::ApiServerOnLoopback(Answer answer)
    : answer_{std::move(answer)},
      authority_{certified("kube-apiserver-signer", {}, nullptr)},
      context_{ssl::context::tls_server},
      acceptor_{loop_, {asio::ip::address_v4::loopback(), 0}},
      port_{acceptor_.local_endpoint().port()} {
  auto const own = certified("api.east", {"serverAuth"}, &authority_);
  add_names(own, authority_);
  auto const chain = pem_of(own.chain.front().get());
  auto const key = pem_of(own.key.get());
  context_.use_certificate_chain(asio::buffer(chain));
  context_.use_private_key(asio::buffer(key), ssl::context::pem);
  auto const clients = authority();
  context_.add_certificate_authority(asio::buffer(clients));
  context_.set_verify_mode(ssl::verify_peer);
  thread_ = std::thread{[this] { serve(); }};
}

ApiServerOnLoopback::~ApiServerOnLoopback() {
  ends_ = true;
  boost::system::error_code ignored;
  tcp::socket knock{loop_};
  knock.connect({asio::ip::address_v4::loopback(), port_}, ignored);
  thread_.join();
}

Credentials ApiServerOnLoopback::client(std::string const& name) const {
  return certified(name, {"clientAuth"}, &authority_);
}

std::string ApiServerOnLoopback::authority() const {
  return pem_of(authority_.chain.front().get());
}

std::string ApiServerOnLoopback::kubeconfig() const {
  auto const pem = authority();
  std::string encoded(pem.size() * 2, '\0');
  auto const length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                                      reinterpret_cast<unsigned char const*>(pem.data()),
                                      static_cast<int>(pem.size()));
  encoded.resize(static_cast<std::size_t>(length));
  return fmt::format(
      "apiVersion: v1\nkind: Config\ncurrent-context: admin\n"
      "clusters:\n- name: east\n  cluster:\n    server: https://127.0.0.1:{}\n"
      "    tls-server-name: api.east\n    certificate-authority-data: {}\n"
      "contexts:\n- name: admin\n  context: {{cluster: east, user: admin}}\n"
      "users:\n- name: admin\n  user: {{token: secret-token}}\n",
      port_, encoded);
}

void ApiServerOnLoopback::serve() {
  while (!ends_) {
    boost::system::error_code error;
    auto socket = acceptor_.accept(error);
    if (!error && !ends_) converse(std::move(socket));
  }
}

void ApiServerOnLoopback::converse(tcp::socket socket) {
  timeval const patience{.tv_sec = 5, .tv_usec = 0};
  ::setsockopt(socket.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ssl::stream<tcp::socket> stream{std::move(socket), context_};
  boost::system::error_code error;
  stream.handshake(ssl::stream_base::server, error);
  beast::flat_buffer buffer;
  while (!error && !ends_) {
    http::request<http::empty_body> request;
    http::read(stream, buffer, request, error);
    if (error) return;
    auto const answer = answer_({.method = std::string{request.method_string()},
                                 .target = std::string{request.target()},
                                 .authorization = std::string{request[http::field::authorization]},
                                 .client = name_of_client(stream.native_handle())});
    while (answer.silent && !ends_) std::this_thread::sleep_for(5ms);
    http::response<http::string_body> response{static_cast<http::status>(answer.status), 11};
    response.body() = answer.body;
    response.keep_alive(true);
    response.prepare_payload();
    if (answer.truncated) {
      auto const text = fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}",
                                    answer.body.size() + 1, answer.body);
      asio::write(stream, asio::buffer(text), error);
      return;
    }
    http::write(stream, response, error);
  }
}
}  // namespace leadline
