#include "coordinator/kubernetes/access_files.hpp"

#include "coordinator/kubernetes/kubeconfig.hpp"
#include "coordinator/manifests/number.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <system_error>

namespace leadline {
namespace {
namespace fs = std::filesystem;
/// Far more than any kubeconfig or bundle has.
constexpr std::size_t most_octets = std::size_t{4} << 20U;

std::string contents_of(fs::path const& file, std::string_view what) {
  auto const refuse = [&](std::string const& why) {
    throw AccessMistake{
        fmt::format("{}{}{}: {}", what, what.empty() ? "" : " ", file.string(), why)};
  };
  std::error_code error;
  if (fs::is_directory(file, error)) refuse("this is a folder");
  errno = 0;
  std::ifstream in{file, std::ios::binary};
  if (!in) refuse(std::generic_category().message(errno == 0 ? ENOENT : errno));
  std::string text(most_octets + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad()) refuse(std::generic_category().message(EIO));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > most_octets) refuse("it is larger than 4 MiB");
  return text;
}

/// Tokens are words on a line of their own.
std::string trimmed(std::string text) {
  constexpr auto* blank = " \t\r\n";
  text.erase(text.find_last_not_of(blank) + 1);
  text.erase(0, text.find_first_not_of(blank));
  return text;
}

std::string word_from(std::string text, std::string_view where) {
  auto token = trimmed(std::move(text));
  // In a header of HTTP it would end the line, and begin another.
  if (token.find_first_of("\r\n\t ") != std::string::npos)
    throw AccessMistake{fmt::format("{}: a token is one word, and this has spaces in it", where)};
  return token;
}

std::string environment(char const* name) {
  auto const* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): set by nobody
  return value == nullptr ? std::string{} : value;
}
}  // namespace

ApiAccess read_kubeconfig_access(fs::path const& file, std::string const& context) {
  auto const found = read_kubeconfig(contents_of(file, ""), context);
  if (!found) {
    auto const& [line, message] = found.error();
    throw AccessMistake{line > 0 ? fmt::format("{}:{}: {}", file.string(), line, message)
                                 : fmt::format("{}: {}", file.string(), message)};
  }
  auto const text = [&](KubeconfigText const& part, std::string_view what) {
    if (!part.text.empty() || part.file.empty()) return part.text;
    return contents_of(file.parent_path() / part.file, what);
  };
  auto const origin = fmt::format("{}: context {}", file.string(), found->name);
  return {.server = found->server,
          .server_name = found->server_name,
          .authorities = text(found->authorities, "certificate-authority"),
          .certificate = text(found->certificate, "client-certificate"),
          .key = text(found->key, "client-key"),
          .token = word_from(text(found->token, "tokenFile"), origin)};
}

ApiAccess read_service_account(fs::path const& directory) {
  auto const host = environment("KUBERNETES_SERVICE_HOST");
  auto const port = environment("KUBERNETES_SERVICE_PORT");
  if (host.empty() || port.empty())
    throw AccessMistake{
        "in-cluster: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set: this does "
        "not run in a pod"};
  auto const number = parse_number<std::uint16_t>(port);
  if (!number || *number == 0)
    throw AccessMistake{
        fmt::format("in-cluster: KUBERNETES_SERVICE_PORT '{}' is no port of 1 to 65535", port)};
  return {.server = {.host = host, .port = *number, .base = {}},
          .server_name = host,
          .authorities = contents_of(directory / "ca.crt", "in-cluster:"),
          .certificate = {},
          .key = {},
          .token = word_from(contents_of(directory / "token", "in-cluster:"), "in-cluster")};
}
}  // namespace leadline
