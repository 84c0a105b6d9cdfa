#include "coordinator/kubernetes/api_access.hpp"

#include "probes/wire/openssl.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/http.h>

#include <memory>
#include <utility>

namespace leadline {
namespace {
struct Free {
  void operator()(char* text) const { OPENSSL_free(text); }
};

/// Takes over a text that OpenSSL has made.
std::string taken(char* text) {
  std::unique_ptr<char, Free> const owned{text};
  return owned ? std::string{owned.get()} : std::string{};
}
}  // namespace

std::string host_and_port(ApiServer const& server) {
  bool const v6 = server.host.find(':') != std::string::npos;
  return fmt::format("{}{}{}:{}", v6 ? "[" : "", server.host, v6 ? "]" : "", server.port);
}

std::string format(ApiServer const& server) {
  return "https://" + host_and_port(server) + server.base;
}

tl::expected<ApiServer, std::string> parse_api_server(std::string const& url) {
  auto const refuse = [&](std::string_view why) {
    return tl::unexpected(
        fmt::format("'{}' is not the address of an API such as "
                    "https://api.east.example.com:6443: {}",
                    url, why));
  };
  if (url.find_first_of("\r\n\t ") != std::string::npos) return refuse("it has spaces in it");
  int encrypted = 0;
  int port = 0;
  char* user = nullptr;
  char* host = nullptr;
  char* port_text = nullptr;
  char* path = nullptr;
  char* query = nullptr;
  char* fragment = nullptr;
  ERR_clear_error();
  bool const parsed = OSSL_HTTP_parse_url(url.c_str(), &encrypted, &user, &host, &port_text, &port,
                                          &path, &query, &fragment) == 1;
  auto const reason = parsed ? std::string{} : take_openssl_errors();
  auto const login = taken(user);
  ApiServer server{.host = taken(host), .base = taken(path)};
  auto const rest = taken(query) + taken(fragment);
  auto const port_word = taken(port_text);
  if (!parsed) return refuse(reason);
  if (encrypted == 0) return refuse("only https is spoken, never plain http");
  if (!login.empty()) return refuse("a name or password does not belong into it");
  if (!rest.empty()) return refuse("there is more behind the path");
  if (port < 1 || port > 65535 || port_word != std::to_string(port))
    return refuse("ports are 1 to 65535");
  server.port = static_cast<std::uint16_t>(port);
  if (server.host.starts_with('[') && server.host.ends_with(']'))
    server.host = server.host.substr(1, server.host.size() - 2);
  if (server.host.empty()) return refuse("there is no host in it");
  while (server.base.ends_with('/')) server.base.pop_back();
  return server;
}
}  // namespace leadline
