#pragma once
#include "coordinator/lint/passages.hpp"
#include "coordinator/manifests/migration_pod.hpp"

#include <array>
#include <string>
#include <string_view>
#include <vector>

// What a NetworkPolicy (networking/v1) or a MultiNetworkPolicy, which reads alike, says.

namespace leadline {

/// The two ways, and how a policy writes them.
struct PolicyDirection {
  std::string_view type;  ///< in policyTypes
  char const* rules;      ///< in the spec
  char const* peers;      ///< in a rule
};

inline constexpr std::array policy_directions{PolicyDirection{"Ingress", "ingress", "from"},
                                              PolicyDirection{"Egress", "egress", "to"}};

/// NetworkPolicy acts on the pod network only, MultiNetworkPolicy on the networks that it names.
/// `network` is "namespace/name"; empty: the pod network.
bool acts_on(Manifest const& policy, std::string const& network);

/// Is this pod, in this direction, closed to all that no policy allows?
bool isolates(Manifest const& policy, MigrationPod const& pod, PolicyDirection const& direction);

/// One for each rule. Pod and namespace selectors let no address pass: they are for pods of the
/// same cluster.
std::vector<Passage> passages_of(Manifest const& policy, MigrationPod const& pod,
                                 PolicyDirection const& direction);

/// Of both families.
AddressSet every_address();
}  // namespace leadline
