#include "coordinator/lint/rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

namespace leadline {
namespace {
/// Who has an address, and where that is written.
struct Holder {
  std::string pod;  ///< "namespace/name"
  std::string evidence;
};

using Holders = std::map<boost::asio::ip::address, std::vector<Holder>>;

/// A pod that stands there twice, or has its lease as it should, is one holder.
void add_holder(std::vector<Holder>& holders, Holder holder) {
  if (std::ranges::count(holders, holder.pod, &Holder::pod) == 0)
    holders.push_back(std::move(holder));
}

/// whereabouts names a pool after its range, and puts the network_name of the configuration in
/// front: networks with names of their own may have the same range.
bool is_lease_of(Lease const& lease, Attachment const& attachment) {
  if (attachment.addresses.type != "whereabouts") return false;
  auto const name = nlohmann::json::json_pointer{"/ipam/network_name"};
  std::string pool;
  if (attachment.config.contains(name) && attachment.config[name].is_string())
    pool = attachment.config[name].get<std::string>();
  if (!pool.empty()) pool += "-";
  // read_leases() took none from a pool without this.
  if (auto const* const range = lease.pool->find("/spec/range")) pool += range->get<std::string>();
  std::ranges::replace_if(pool, [](char c) { return c == '/' || c == ':'; }, '-');
  return lease.pool->name.starts_with(pool) &&
         std::ranges::any_of(attachment.addresses.pools, [&](AddressPool const& own) {
           return own.block.contains(lease.address);
         });
}

Holders holders_in(ClusterManifests const& cluster) {
  Holders holders;
  for (auto const& pod : cluster.pods)
    // IPv6 link-local addresses need to be unique on the link as well, and are by their MAC.
    for (auto const& address : pod.addresses)
      add_holder(holders[address],
                 {.pod = pod.manifest->space + "/" + pod.manifest->name,
                  .evidence = fmt::format("{}: pod {} on node {}", format(pod.manifest->place()),
                                          pod.manifest->name, pod.node)});
  auto const attachments = attachments_to_check(cluster);
  for (auto const& lease : cluster.leases)
    if (!lease.holder.empty() &&
        std::ranges::any_of(attachments, [&](Attachment const* attachment) {
          return is_lease_of(lease, *attachment);
        }))
      add_holder(
          holders[lease.address],
          {.pod = lease.holder,
           .evidence = fmt::format("{}: lease of {}",
                                   format(lease.pool->place("/spec/allocations")), lease.holder)});
  return holders;
}
}  // namespace

void check_holders(ClusterManifests const& cluster, ConfigFindings& found) {
  for (auto const& [address, holders] : holders_in(cluster)) {
    if (holders.size() < 2) continue;
    std::vector<std::string> evidence;
    evidence.reserve(holders.size());
    for (auto const& holder : holders) evidence.push_back(holder.evidence);
    found.add("CONFIG_ADDRESS_TWICE", scope_of(cluster),
              fmt::format("cluster {}: the migration address {} is in use by {} pods", cluster.name,
                          address.to_string(), holders.size()),
              std::move(evidence));
  }
  auto const attachments = attachments_to_check(cluster);
  bool const leased = std::ranges::any_of(attachments, [](Attachment const* attachment) {
    return attachment->addresses.type == "whereabouts";
  });
  if (leased && !cluster.tells_of("IPPool"))
    found.not_checked(cluster.name, "addresses that are handed out twice",
                      "the IPPools, if there are any: oc get ippools.whereabouts.cni.cncf.io -A "
                      "-o yaml");
}
}  // namespace leadline
