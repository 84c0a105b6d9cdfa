#pragma once
#include <openssl/ssl.h>

#include <string>
#include <string_view>
#include <vector>

namespace leadline {

/// Which certificates are accepted from a peer, beside a chain to the bundle and the EKU.
struct PeerRules {
  enum class Role { client, server };
  std::vector<std::string> server_common_names;  ///< empty: any
  std::vector<std::string> client_common_names;
};

/// virt-handler's exact CNs. One that has a migration client certificate itself (KubeVirt 1.7 and
/// later) accepts that and the older client CN, an older one accepts only the latter.
PeerRules kubevirt_rules(std::string_view own_client_common_name);

/// Demands a certificate of a `peer` in this role and verifies it by these rules; what is wrong
/// with it goes to the record of the connection, and as an alert of its own to the peer.
void require(SSL_CTX* context, PeerRules::Role peer, PeerRules const& rules);
}  // namespace leadline
