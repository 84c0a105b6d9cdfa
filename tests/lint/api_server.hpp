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
};

struct ApiResponse {
  int status{200};
  std::string body;
  bool truncated{};  ///< the connection ends in the midst of the body
  bool silent{};     ///< nothing comes at all
};

/// Speaks HTTPS on loopback as an API server does, and answers as it is told: a Kubernetes API
/// server cannot be had from Debian. Its certificate is for the name "api.east".
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
