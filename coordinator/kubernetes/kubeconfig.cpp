#include "coordinator/kubernetes/kubeconfig.hpp"

#include "coordinator/manifests/base64.hpp"
#include "coordinator/manifests/document.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <utility>
#include <vector>

namespace leadline {
namespace {
using nlohmann::json;

constexpr std::string_view save_instead =
    "save what is to be read instead, and name it with --cluster: "
    "oc get network-attachment-definitions,hyperconverged,kubevirt,vmi -A -o yaml "
    "(leadline lint --help has all lines)";

/// A place in the document, with what stands there.
struct Spot {
  json const* value{};
  std::string pointer;

  [[nodiscard]] Spot at(std::string_view key) const {
    Spot found{.pointer = pointer_to(pointer, key)};
    if (value == nullptr || !value->is_object()) return found;
    auto const entry = value->find(key);
    if (entry != value->end() && !entry->is_null()) found.value = &*entry;
    return found;
  }

  explicit operator bool() const { return value != nullptr; }
};

/// Reads parts of it; the first mistake ends it.
class KubeconfigReader {
 public:
  explicit KubeconfigReader(Document const& document) : document_{document} {}

  [[nodiscard]] KubeconfigContext read(std::string const& wanted) const {
    Spot const all{.value = &document_.value, .pointer = {}};
    if (!all.value->is_object()) fail(all, "this is not a kubeconfig");
    if (auto const kind = text(all.at("kind")); !kind.empty() && kind != "Config")
      fail(all.at("kind"), fmt::format("this is a {}, not a kubeconfig (kind: Config)", kind));
    auto const name = wanted.empty() ? text(all.at("current-context")) : wanted;
    if (name.empty())
      fail(all, fmt::format("there is no current-context: name one (FILE:CONTEXT) of {}",
                            names(all.at("contexts"))));
    auto const context = named(all.at("contexts"), "context", name);
    KubeconfigContext found{.name = name};
    read_cluster(named(all.at("clusters"), "cluster", text(context.at("cluster"))), found);
    read_user(named(all.at("users"), "user", text(context.at("user"))), found);
    return found;
  }

 private:
  [[noreturn]] void fail(Spot const& spot, std::string message) const {
    throw KubeconfigMistake{.line = line_of(document_.lines, spot.pointer),
                            .message = std::move(message)};
  }

  [[nodiscard]] std::string text(Spot const& spot) const {
    if (!spot) return {};
    if (!spot.value->is_string())
      fail(spot, fmt::format("{} is not a text", last_key(spot.pointer)));
    return spot.value->get<std::string>();
  }

  static std::string last_key(std::string const& pointer) {
    return pointer.substr(pointer.rfind('/') + 1);
  }

  static std::string names(Spot const& list) {
    std::vector<std::string> found;
    if (list && list.value->is_array())
      for (auto const& entry : *list.value)
        if (entry.is_object() && entry.contains("name") && entry["name"].is_string())
          found.push_back(shown(entry["name"]));
    return found.empty() ? "none, for it has none" : fmt::format("{}", fmt::join(found, ", "));
  }

  [[nodiscard]] Spot named(Spot const& list, std::string_view what, std::string const& name) const {
    if (name.empty()) fail(list, fmt::format("the context names no {}", what));
    if (list && list.value->is_array())
      for (std::size_t i = 0; i < list.value->size(); ++i) {
        Spot const entry{.value = &(*list.value)[i],
                         .pointer = pointer_to(list.pointer, std::to_string(i))};
        auto const spot = entry.at("name");
        if (!spot || *spot.value != name) continue;
        auto const found = entry.at(what);
        if (!found || !found.value->is_object())
          fail(entry, fmt::format("the {} {} says nothing", what, shown(name)));
        return found;
      }
    fail(list, fmt::format("there is no {} {}, only {}", what, shown(name), names(list)));
  }

  /// KEY-data holds base64, KEY the name of a file.
  [[nodiscard]] KubeconfigText part(Spot const& spot, std::string const& key) const {
    auto const data = spot.at(key + "-data");
    KubeconfigText found{.file = text(spot.at(key))};
    if (!data) return found;
    auto decoded = decode_base64(text(data));
    if (!decoded) fail(data, fmt::format("{}-data is not base64", key));
    found.text = *std::move(decoded);
    return found;
  }

  void read_cluster(Spot const& spot, KubeconfigContext& found) const {
    auto const url = text(spot.at("server"));
    if (url.empty()) fail(spot, "the cluster has no server");
    auto const server = parse_api_server(url);
    if (!server) fail(spot.at("server"), server.error());
    found.server = *server;
    if (auto const unverified = spot.at("insecure-skip-tls-verify");
        unverified && *unverified.value != false)
      fail(unverified,
           "leadline does not go without verification: give the cluster's "
           "certificate-authority in place of insecure-skip-tls-verify");
    if (auto const proxy = spot.at("proxy-url"))
      fail(proxy, fmt::format("leadline uses no proxy: {}", save_instead));
    found.server_name = text(spot.at("tls-server-name"));
    if (found.server_name.empty()) found.server_name = found.server.host;
    found.authorities = part(spot, "certificate-authority");
  }

  void read_user(Spot const& spot, KubeconfigContext& found) const {
    constexpr std::array refused{
        std::pair{"exec", "leadline runs no program to log in"},
        std::pair{"auth-provider", "leadline knows no auth-provider"},
        std::pair{"username", "leadline sends no password"},
        std::pair{"password", "leadline sends no password"},
        std::pair{"as", "leadline does not impersonate"},
        std::pair{"as-groups", "leadline does not impersonate"},
    };
    for (auto const& [key, why] : refused)
      if (auto const part = spot.at(key))
        fail(part, fmt::format("the user has '{}', and {}: give a token or a client certificate, "
                               "or {}",
                               key, why, save_instead));
    found.certificate = part(spot, "client-certificate");
    found.key = part(spot, "client-key");
    found.token = {.text = text(spot.at("token")), .file = text(spot.at("tokenFile"))};
    auto const given = [](KubeconfigText const& part) {
      return !part.text.empty() || !part.file.empty();
    };
    if (given(found.certificate) != given(found.key))
      fail(spot, "client-certificate and client-key go together, and only one is there");
    if (!given(found.certificate) && !given(found.token))
      fail(spot, "the user has neither a token nor a client certificate: log in first (oc login)");
  }

  Document const& document_;
};
}  // namespace

tl::expected<KubeconfigContext, KubeconfigMistake> read_kubeconfig(std::string_view text,
                                                                   std::string const& context) {
  auto const list = read_documents(text);
  if (!list.mistakes.empty())
    return tl::unexpected(KubeconfigMistake{.line = list.mistakes.front().line,
                                            .message = list.mistakes.front().message});
  if (list.documents.size() != 1)
    return tl::unexpected(KubeconfigMistake{
        .message = list.documents.empty() ? "it is empty" : "there are several documents in it"});
  try {
    return KubeconfigReader{list.documents.front()}.read(context);
  } catch (KubeconfigMistake const& mistake) {
    return tl::unexpected(mistake);
  }
}
}  // namespace leadline
