#pragma once
#include "coordinator/lint/config_findings.hpp"

#include <chrono>

// The rules of `leadline lint`: pure, and each looks at one thing. What a rule lacks it says by
// not_checked().

namespace leadline {

/// KubeVirt allows so many seconds for each 10^9 octets of memory and disks that are begun: what is
/// slower than this on average is cancelled.
BitRate needed_rate(std::chrono::seconds per_gib);

using UnixTime = std::chrono::sys_seconds;

// Within a cluster.
void check_objects(ClusterManifests const& cluster, ConfigFindings& found);
void check_attachments(ClusterManifests const& cluster, ConfigFindings& found);
void check_network(ClusterManifests const& cluster, ConfigFindings& found);
void check_pools(ClusterManifests const& cluster, ConfigFindings& found);
void check_holders(ClusterManifests const& cluster, ConfigFindings& found);
void check_handlers(ClusterManifests const& cluster, ConfigFindings& found);
void check_timeouts(ClusterManifests const& cluster, ConfigFindings& found);
void check_trust(ClusterManifests const& cluster, UnixTime now, ConfigFindings& found);
void check_ports(ClusterManifests const& cluster, ConfigFindings& found);

// Between two clusters; each pair is looked at once.
void check_same_network(ClusterManifests const& one, ClusterManifests const& other,
                        ConfigFindings& found);
void check_address_use(ClusterManifests const& one, ClusterManifests const& other,
                       ConfigFindings& found);
void check_same_settings(ClusterManifests const& one, ClusterManifests const& other,
                         ConfigFindings& found);

// What `of` needs so that migrations from or to `peer` work; each pair is looked at both ways.
void check_synchronization(ClusterManifests const& of, ConfigFindings& found);
void check_mutual_trust(ClusterManifests const& of, ClusterManifests const& peer, UnixTime now,
                        ConfigFindings& found);
void check_policies(ClusterManifests const& of, ClusterManifests const& peer,
                    ConfigFindings& found);
}  // namespace leadline
