#pragma once
#include "coordinator/kubernetes/api_access.hpp"

#include <tl/expected.hpp>

#include <filesystem>
#include <string>
#include <string_view>

namespace leadline {

/// What a kubeconfig holds itself, or has in a file.
struct KubeconfigText {
  std::string text;
  std::filesystem::path file;  ///< from the kubeconfig's own folder on; asked where `text` is empty
};

/// A context of a kubeconfig: a cluster's API, and a user of it.
struct KubeconfigContext {
  std::string name;
  ApiServer server;
  std::string server_name;  ///< `tls-server-name`, else the server's host
  KubeconfigText authorities;
  KubeconfigText certificate;
  KubeconfigText key;
  KubeconfigText token;
};

/// What makes it unusable, and where.
struct KubeconfigMistake {
  int line{};  ///< 1-based; 0: not known
  std::string message;
};

/// Reads one context of a kubeconfig, YAML or JSON
/// (https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/); an empty name is the
/// current-context. What leadline does not do is a mistake with what to do instead: programs that
/// log in (exec, auth-provider), passwords, proxies, impersonation, and going without verification.
tl::expected<KubeconfigContext, KubeconfigMistake> read_kubeconfig(std::string_view text,
                                                                   std::string const& context);
}  // namespace leadline
