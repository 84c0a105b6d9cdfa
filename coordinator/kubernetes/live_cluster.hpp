#pragma once
#include "coordinator/kubernetes/api_client.hpp"
#include "coordinator/manifests/cluster_manifests.hpp"

#include <functional>
#include <stdexcept>
#include <string_view>

namespace leadline {

/// An API server that cannot be reached, does not let us in, or does not answer as one. Becomes
/// exit code 30: nothing is known then.
struct ApiUnavailable : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// What a cluster's API told.
struct LiveObjects {
  ManifestSet objects;
  std::vector<Unread> unread;  ///< what it did not let us see
  bool asked{};                ///< for all kinds; a kind that it does not know has no objects
};

/// Is told, before each request, what is asked for.
using LiveProgress = std::function<void(std::string_view resource)>;

/// Reads all of api_resources(). Busy servers are asked again, three times at most. Throws
/// ApiUnavailable.
LiveObjects read_live_cluster(ApiClient& client, LiveProgress const& progress);
}  // namespace leadline
