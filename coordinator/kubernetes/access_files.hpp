#pragma once
#include "coordinator/kubernetes/api_access.hpp"

#include <filesystem>
#include <stdexcept>
#include <string>

namespace leadline {

/// A file that says how to reach an API is missing, or says it wrongly: with file, line and what is
/// wanted.
struct AccessMistake : std::invalid_argument {
  using std::invalid_argument::invalid_argument;
};

/// A context of a kubeconfig and the files that it names. Throws AccessMistake.
ApiAccess read_kubeconfig_access(std::filesystem::path const& file, std::string const& context);

/// The account of the pod in which this runs: `token` and `ca.crt` in `directory`, and the server
/// by KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT. Throws AccessMistake.
ApiAccess read_service_account(
    std::filesystem::path const& directory = "/var/run/secrets/kubernetes.io/serviceaccount");
}  // namespace leadline
