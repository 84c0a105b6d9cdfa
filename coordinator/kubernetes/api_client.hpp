#pragma once
#include "coordinator/kubernetes/api_access.hpp"
#include "probes/core/error.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace leadline {

/// What an API server said.
struct ApiAnswer {
  int status{};      ///< of HTTP (RFC 9110)
  std::string body;  ///< whole
};

/// How long it is waited for, and how much is taken.
struct ApiPatience {
  std::chrono::milliseconds connect{10'000};  ///< the TLS handshake included
  std::chrono::milliseconds answer{60'000};   ///< to its last octet
  std::size_t body_octets{std::size_t{256} << 20U};
};

/// Asks one API server, over HTTPS with TLS 1.2 or later: chain and name are always verified. It
/// sends nothing but GET. One connection is kept and made anew when the server has closed it.
class ApiClient {
 public:
  /// Throws std::invalid_argument for certificates or a key that cannot be used.
  explicit ApiClient(ApiAccess access, ApiPatience patience = {});
  ~ApiClient();
  ApiClient(ApiClient const&) = delete;
  ApiClient& operator=(ApiClient const&) = delete;
  ApiClient(ApiClient&&) noexcept;
  ApiClient& operator=(ApiClient&&) noexcept;

  /// `target` begins with "/api": the server's own base is put before it. Blocks.
  Expected<ApiAnswer> get(std::string const& target);

  [[nodiscard]] ApiServer const& server() const;

 private:
  class Connection;
  std::unique_ptr<Connection> connection_;
};
}  // namespace leadline
