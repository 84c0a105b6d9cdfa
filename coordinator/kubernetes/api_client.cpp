#include "coordinator/kubernetes/api_client.hpp"

#include "probes/core/within.hpp"
#include "probes/wire/pem.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <fmt/format.h>

#include <optional>
#include <stdexcept>
#include <utility>

namespace leadline {
namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;

namespace {
[[noreturn]] void refuse(std::string_view what, std::string const& why) {
  throw std::invalid_argument{fmt::format("{}: {}", what, why)};
}

ssl::context context_for(ApiAccess const& access) {
  ssl::context context{ssl::context::tls_client};
  SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  context.set_verify_mode(ssl::verify_peer);
  context.set_verify_callback(ssl::host_name_verification{access.server_name});
  boost::system::error_code error;
  if (access.authorities.empty()) {
    context.set_default_verify_paths(error);
  } else {
    auto const authorities = parse_certificates(access.authorities);
    if (!authorities) refuse("certificate-authority", authorities.error());
    auto* const store = SSL_CTX_get_cert_store(context.native_handle());
    for (auto const& authority : *authorities) X509_STORE_add_cert(store, authority.get());
  }
  if (access.certificate.empty()) return context;
  if (auto const own = parse_certificates(access.certificate); !own)
    refuse("client-certificate", own.error());
  if (auto const key = parse_private_key(access.key); !key) refuse("client-key", key.error());
  context.use_certificate_chain(asio::buffer(access.certificate), error);
  if (error) refuse("client-certificate", error.message());
  context.use_private_key(asio::buffer(access.key), ssl::context::pem, error);
  if (error) refuse("client-key", error.message());
  return context;
}

bool is_address(std::string const& host) {
  boost::system::error_code error;
  asio::ip::make_address(host, error);
  return !error;
}
}  // namespace

class ApiClient::Connection {
 public:
  Connection(ApiAccess access, ApiPatience patience)
      : access_{std::move(access)}, patience_{patience}, context_{context_for(access_)} {}

  Expected<ApiAnswer> get(std::string const& target) {
    std::optional<Expected<ApiAnswer>> answer;
    asio::co_spawn(loop_, keep_outcome(ask(target), &answer),
                   [](std::exception_ptr const& failure) {
                     if (failure) std::rethrow_exception(failure);
                   });
    loop_.restart();
    loop_.run();
    if (!answer) throw std::logic_error{"a request to an API ended without an outcome"};
    return *std::move(answer);
  }

  [[nodiscard]] ApiServer const& server() const { return access_.server; }

 private:
  using Stream = ssl::stream<tcp::socket>;

  Async<ApiAnswer> ask(std::string target) {
    bool const kept = stream_ != nullptr;
    auto answer = co_await ask_once(target);
    // A server may close a connection that it has kept: that says nothing about this request.
    if (!answer && kept && answer.error().stage == Error::Stage::transfer)
      answer = co_await ask_once(target);
    co_return answer;
  }

  Async<ApiAnswer> ask_once(std::string target) {
    if (!stream_) {
      auto const opened = co_await within(patience_.connect, open());
      if (!opened) {
        stream_.reset();
        co_return tl::unexpected(opened.error());
      }
    }
    auto answer = co_await within(patience_.answer, exchange(target));
    if (!answer) stream_.reset();
    co_return answer;
  }

  Async<bool> open() {
    auto const& [host, port, base] = access_.server;
    tcp::resolver resolver{loop_};
    auto const [unknown, found] =
        co_await resolver.async_resolve(host, std::to_string(port), no_throw);
    if (unknown) co_return failed(Error::Stage::resolve, unknown, host);
    stream_ = std::make_unique<Stream>(loop_, context_);
    auto const [unreachable, endpoint] =
        co_await asio::async_connect(stream_->next_layer(), found, no_throw);
    if (unreachable) co_return failed(Error::Stage::connect, unreachable, format(access_.server));
    auto* const native = stream_->native_handle();
    if (!is_address(access_.server_name))  // SSL_set_tlsext_host_name has an old cast in it
      SSL_ctrl(native, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
               access_.server_name.data());
    auto const [refused] = co_await stream_->async_handshake(ssl::stream_base::client, no_throw);
    if (!refused) co_return true;
    auto const verified = SSL_get_verify_result(native);
    auto why = verified == X509_V_OK
                   ? format(access_.server)
                   : fmt::format("its certificate is not accepted: {}; its name must be {}",
                                 X509_verify_cert_error_string(verified), access_.server_name);
    co_return failed(Error::Stage::handshake, refused, std::move(why));
  }

  Async<ApiAnswer> exchange(std::string target) {
    http::request<http::empty_body> request{http::verb::get, access_.server.base + target, 11};
    request.set(http::field::host, host_and_port(access_.server));
    request.set(http::field::user_agent, "leadline/" LEADLINE_VERSION);
    request.set(http::field::accept, "application/json");
    if (!access_.token.empty()) request.set(http::field::authorization, "Bearer " + access_.token);
    auto const [unsent, sent] = co_await http::async_write(*stream_, request, no_throw);
    if (unsent) co_return failed(Error::Stage::transfer, unsent, "GET " + target);

    beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.body_limit(patience_.body_octets);
    auto const [broken, received] = co_await http::async_read(*stream_, buffer, parser, no_throw);
    if (broken) co_return failed(Error::Stage::transfer, broken, "GET " + target);
    bool const keep = parser.keep_alive();
    auto response = parser.release();
    if (!keep) stream_.reset();
    co_return ApiAnswer{.status = static_cast<int>(response.result_int()),
                        .body = std::move(response.body())};
  }

  static tl::unexpected<Error> failed(Error::Stage stage, boost::system::error_code code,
                                      std::string detail) {
    return tl::unexpected(Error{.stage = stage, .code = code, .detail = std::move(detail)});
  }

  ApiAccess access_;
  ApiPatience patience_;
  asio::io_context loop_{1};
  ssl::context context_;
  std::unique_ptr<Stream> stream_;
};

ApiClient::ApiClient(ApiAccess access, ApiPatience patience)
    : connection_{std::make_unique<Connection>(std::move(access), patience)} {}

ApiClient::~ApiClient() = default;
ApiClient::ApiClient(ApiClient&&) noexcept = default;
ApiClient& ApiClient::operator=(ApiClient&&) noexcept = default;

Expected<ApiAnswer> ApiClient::get(std::string const& target) {
  return connection_->get(target);
}

ApiServer const& ApiClient::server() const {
  return connection_->server();
}
}  // namespace leadline
