#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace leadline {

/// A kind of objects that leadline asks a Kubernetes API for.
struct ApiResource {
  enum class Extent {
    everywhere,  ///< all of the cluster, in every namespace
    operators,   ///< those in the namespace of KubeVirt
    named        ///< one object: `name`; in the namespace of KubeVirt where the group is ""
  };
  std::string_view group;                  ///< "" is the core's
  std::vector<std::string_view> versions;  ///< the first that the server knows is taken
  std::string_view plural;
  Extent extent{Extent::everywhere};
  std::string_view name;
  std::string_view selector;  ///< a label selector
  std::string_view use;       ///< what cannot be checked without it
  bool indispensable{};       ///< a cluster that does not know it is worth a word
};

/// All of them, KubeVirt first: it tells in which namespace the others lie. Secrets are not among
/// them: an API gives a private key along with the certificate, and no key is ever read.
std::span<ApiResource const> api_resources();

/// Is it asked for in the namespace of KubeVirt only?
bool in_operators_space(ApiResource const& resource);

/// "/apis/kubevirt.io/v1/kubevirts?limit=500". `space` is KubeVirt's namespace; `page` the token
/// with which the page before ended, or empty.
std::string target_of(ApiResource const& resource, std::string_view version,
                      std::string const& space, std::string const& page);

/// What a role must allow: "list nodes", "get configmaps/kubevirt-ca in the namespace kubevirt".
std::string permission_for(ApiResource const& resource, std::string const& space);
}  // namespace leadline
