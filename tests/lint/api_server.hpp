#pragma once
#include "coordinator/mint.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

#include <atomic>
#include <functional>
#include <string>
#include <thread>

namespace leadline {

/// What is asked, and how it is answered.
struct AskedOfApi {
  std::string method;
  std::string target;
  std::string authorization;
  std::string client{};  ///< the common name in the client's certificate; empty: it showed none
};

struct ApiResponse {
  int status{200};
  std::string body;
  bool truncated{};  ///< the connection ends in the midst of the body
  bool silent{};     ///< nothing comes at all
};

/// Speaks HTTPS on loopback as an API server does, and answers as it is told: a Kubernetes API
/// server cannot be had from Debian. Its certificate is for the name "api.east" and the address
/// 127.0.0.1. It asks for a client's certificate, takes one of its own authority only, and does
/// without.
class ApiServerOnLoopback {
 public:
  using Answer = std::function<ApiResponse(AskedOfApi const&)>;

  explicit ApiServerOnLoopback(Answer answer);
  ~ApiServerOnLoopback();
  ApiServerOnLoopback(ApiServerOnLoopback const&) = delete;
  ApiServerOnLoopback& operator=(ApiServerOnLoopback const&) = delete;
  ApiServerOnLoopback(ApiServerOnLoopback&&) = delete;
  ApiServerOnLoopback& operator=(ApiServerOnLoopback&&) = delete;

  /// A kubeconfig for it, as a text.
  [[nodiscard]] std::string kubeconfig() const;

  /// As the users of a cluster have them.
  [[nodiscard]] Credentials client(std::string const& name) const;
  /// PEM, of the one that has signed for it.
  [[nodiscard]] std::string authority() const;

  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  void serve();
  void converse(boost::asio::ip::tcp::socket socket);

  Answer answer_;
  Credentials authority_;
  boost::asio::io_context loop_;
  boost::asio::ssl::context context_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::uint16_t port_{};
  std::atomic<bool> ends_{};
  std::thread thread_;
};
}  // namespace leadline
