#pragma once
#include <tl/expected.hpp>

#include <cstdint>
#include <string>

namespace leadline {

/// Where a Kubernetes API answers.
struct ApiServer {
  std::string host;  ///< a name or an address, without brackets
  std::uint16_t port{443};
  std::string base;  ///< what stands before /api and /apis: empty or "/k8s/clusters/c-1"
};

/// "api.east.example.com:6443", "[2001:db8::1]:6443": as the header Host has it.
std::string host_and_port(ApiServer const& server);
/// "https://api.east.example.com:6443".
std::string format(ApiServer const& server);

/// Of "https://HOST[:PORT][/BASE]". The error says what is wrong with it; plain http is refused.
tl::expected<ApiServer, std::string> parse_api_server(std::string const& url);

/// A Kubernetes API, and as whom it is asked. Nothing of it but the server may be shown.
struct ApiAccess {
  ApiServer server;
  std::string server_name;  ///< that its certificate must have: a name or an address
  std::string authorities;  ///< PEM; empty: those that the system trusts
  std::string certificate;  ///< PEM, the client's and what it takes along; or empty
  std::string key;          ///< PEM, of the certificate
  std::string token;        ///< a bearer token (RFC 6750), or empty
};
}  // namespace leadline
