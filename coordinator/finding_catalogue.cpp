#include "coordinator/finding_catalogue.hpp"

#include "coordinator/config_catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace leadline {
namespace {
using enum Severity;

constexpr std::array catalogue{
    FindingKind{"AGENT_MISSING", Layer::agent, warning, "an agent is missing",
                "Nothing is known about this node, so the verdict cannot be READY: virt-handler "
                "there may be unable to migrate.",
                "Look at the agent's own log: kubectl logs -l app=leadline-agent. It says why it "
                "could not connect or why it stopped. Or expect fewer nodes with --expect."},
    FindingKind{"LINK_DOWN", Layer::local_link, error,
                "the migration interface, or a link that it hangs on, is down",
                "virt-handler on this node can neither send nor receive a migration.",
                "On the node: ip -d link show dev migration0. No carrier: look at the cable, the "
                "switch port, or the bond or bridge below the interface."},
    FindingKind{"ADDR_NO_INTERFACE", Layer::local_link, error,
                "the migration interface does not exist",
                "virt-handler falls back to the pod network in silence: migrations run over the "
                "wrong network or not at all.",
                "Check that the HyperConverged object names the network "
                "(spec.liveMigrationConfig.network), that the NetworkAttachmentDefinition exists "
                "in the operator's namespace, and restart the virt-handler pod."},
    FindingKind{"ADDR_NO_GLOBAL", Layer::local_link, error,
                "the migration interface has no global unicast address",
                "virt-handler panics at start when migration0 has no such address.",
                "Check the IPAM of the NetworkAttachmentDefinition: an exhausted range, a missing "
                "ipam section, or IPv6 duplicate address detection that failed. ip addr show dev "
                "migration0 shows it."},
    FindingKind{"ADDR_FAMILY_MISSING", Layer::local_link, error,
                "the node has no address of a family that its peers have",
                "virt-handler publishes the first address of its migration interface. A node "
                "without an address of that family cannot dial it: migrations from here fail.",
                "Give all nodes of both clusters the same families: compare the ipam of the "
                "NetworkAttachmentDefinitions, and ip addr show dev migration0 on the node "
                "(IPv6 duplicate address detection may have failed)."},
    FindingKind{"ADDR_OUTSIDE_RANGE", Layer::local_link, error,
                "the migration address lies outside the network's range",
                "The node is attached to another network than the plan says: the dedicated "
                "network is not used.",
                "Compare the NetworkAttachmentDefinition's range with network.range in the plan; "
                "restart the pods that hold an old address."},
    FindingKind{"LINK_FLAPPING", Layer::local_link, warning,
                "the carrier of the link comes and goes",
                "Each loss of carrier stalls a migration; after about 30 s libvirt gives it up.",
                "Look at the cable, the transceiver and the switch port: ip -s link show, "
                "ethtool DEV, and dmesg for 'Link is Down'."},
    FindingKind{"LINK_SLOW", Layer::local_link, warning, "the link is slower than expected",
                "Migrations take longer than planned; it may be the management NIC.",
                "On the host: ethtool DEV shows the speed. Check auto-negotiation, and that the "
                "bridge's uplink is the NIC that was meant."},
    FindingKind{"VLAN_PORT_MISSING", Layer::vlan, error,
                "the pod's port on the bridge drops what the pod sends",
                "Nothing leaves the pod: every migration to and from the node times out.",
                "bridge vlan show lists what each port carries. Give the port the VLAN: vlan (for "
                "frames without a tag) or vlanTrunk (for tags) in the NetworkAttachmentDefinition, "
                "and restart the pod. Until then: bridge vlan add vid VLAN dev PORT, with pvid "
                "untagged for frames without a tag. A bridge made with vlan_default_pvid 0 gives "
                "new ports no VLAN."},
    FindingKind{"VLAN_UPLINK_MISSING", Layer::vlan, error,
                "the bridge's uplink does not carry the VLAN",
                "Migrations reach pods on the same node at most: nothing of this VLAN leaves it.",
                "bridge vlan show lists what each port carries. The bridge plugin sets up the "
                "pod's port only; the uplink is the administrator's: bridge vlan add vid VLAN dev "
                "UPLINK, and for good in the NodeNetworkConfigurationPolicy (bridge.port[].vlan) "
                "or wherever the bridge is made."},
    FindingKind{"VLAN_FILTERING_OFF", Layer::vlan, error,
                "the bridge ignores the VLAN that the pod's port asks for",
                "Migrations leave the node untagged: they run in whatever VLAN the switch port "
                "has natively, beside all else on this bridge, or nowhere.",
                "An existing bridge is never changed by the bridge plugin: switch filtering on "
                "(ip link set dev BRIDGE type bridge vlan_filtering 1) and let the uplink carry "
                "the VLAN (bridge vlan add vid VLAN dev UPLINK); or take vlan out of the "
                "NetworkAttachmentDefinition and tag below the bridge."},
    FindingKind{
        "VLAN_WRONG_PORT", Layer::vlan, error,
        "the node's port is in another VLAN than its cluster, or passes nothing",
        "The node reaches no other: migrations to and from it time out, and virt-handler "
        "shows nothing but a connection that does not open.",
        "At the switch port, bond or bridge port of the node allow the migration network's "
        "VLAN as the others have it (untagged: access or native). On a Linux bridge: bridge "
        "vlan show, then bridge vlan add vid N dev DEV."},
    FindingKind{"VLAN_NOT_TRUNKED", Layer::vlan, error, "the VLAN does not pass between them",
                "Inside each cluster the migration network works; between the clusters no frame "
                "passes, and every migration times out.",
                "Allow the migration network's VLAN on every trunk between the clusters, with the "
                "same native VLAN at both ends. Where the evidence shows two VLANs, compare master "
                "and vlan in the NetworkAttachmentDefinitions. If the clusters are to be routed "
                "instead, give them networks that do not overlap, and a gateway."},
    FindingKind{"ADDR_DUPLICATE", Layer::duplicate_address, error,
                "the migration address is used by two nodes",
                "The source may dial itself or a third node. KubeVirt then reports success while "
                "the target VM boots cold: two copies of one VM on one disk image.",
                "Give the clusters disjoint ranges under one mask (whereabouts: range_start and "
                "range_end, or exclude), then restart the virt-handler pods on one side."},
    FindingKind{"ADDR_SELF_DIAL", Layer::duplicate_address, error,
                "the node reaches itself at its peer's address",
                "A migration started here connects to its own source: split brain.",
                "Give the clusters disjoint ranges under one mask, then restart the virt-handler "
                "pods that hold the address twice. ip addr show dev migration0 on both nodes."},
    FindingKind{"REACH_NO_ROUTE", Layer::reach, error, "there is no route to the peer",
                "Migrations cannot connect.",
                "Add the route where the evidence says it is missing: on the node by the "
                "routes key of the IPAM (ip route get ADDRESS shows the choice), or on the router "
                "named."},
    FindingKind{"REACH_HOST_ABSENT", Layer::reach, error,
                "nobody answers ARP or neighbour discovery for the address",
                "Migrations cannot connect: the address is wrong, the node is down, or its port "
                "is in another VLAN.",
                "On the target: ip addr show dev migration0; on the switch: is its port in the "
                "migration VLAN (bridge vlan show)? Is the mask the same on both nodes? With "
                "macspoofchk in the NetworkAttachmentDefinition the bridge drops what comes from a "
                "MAC address that the plugin did not give: ip link show dev migration0."},
    FindingKind{"REACH_ONE_WAY", Layer::reach, error, "packets pass in one direction only",
                "TCP needs both directions: migrations cannot connect either way.",
                "Look for a filter, a missing return route or reverse-path filtering (sysctl "
                "net.ipv4.conf.all.rp_filter) on the broken direction."},
    FindingKind{"REACH_FILTERED", Layer::reach, error, "packets are filtered",
                "Migrations cannot connect, or hang until a timeout.",
                "Look at the offender named in the evidence; else at NetworkPolicy, "
                "MultiNetworkPolicy and the host's firewall (nft list ruleset). Open tcp "
                "32768-60999 and udp between all virt-handlers, both ways. Where connections are "
                "refused, see that the address is the node's own and no other machine's: ip addr "
                "show dev migration0."},
    FindingKind{"REACH_PORT_RANGE", Layer::reach, error,
                "only a part of the ephemeral port range is open",
                "Migration listeners take any port of ip_local_port_range: some migrations work, "
                "others hang.",
                "Open the whole range (sysctl net.ipv4.ip_local_port_range, 32768-60999 by "
                "default) for tcp between the nodes, both ways."},
    FindingKind{"SYNC_UNREACHABLE", Layer::reach, error,
                "the synchronization controller cannot be reached",
                "Cross-cluster migrations hang in WaitingForSync or Synchronizing, without a "
                "timeout and without an event.",
                "Compare the address with KubeVirt.status.synchronizationAddresses (only the "
                "lease holder listens on 9185), and open tcp 9185 both ways."},
    FindingKind{"MTU_CHAIN", Layer::path_mtu, error,
                "a link below the migration interface is smaller than it",
                "Connections open, then stall in the TLS handshake or at a few per cent: the host "
                "drops what is larger, without a word.",
                "Raise the MTU of the link that the evidence names (ip link set dev LINK mtu "
                "OCTETS, and for good in the NodeNetworkConfigurationPolicy), and of all below "
                "it; or lower mtu in the NetworkAttachmentDefinition of both clusters."},
    FindingKind{"MTU_L2_MISMATCH", Layer::path_mtu, error,
                "a switch or port on the way drops larger packets",
                "Connections open, then stall in the TLS handshake or at a few per cent.",
                "Set the same MTU on every switch, uplink, bond and bridge of the migration "
                "network, or lower mtu in the NetworkAttachmentDefinition of both clusters to "
                "what passes. Test: ping -M do -s $((MTU-28)) ADDRESS."},
    FindingKind{"MTU_BLACK_HOLE", Layer::path_mtu, error,
                "larger packets vanish without an ICMP message",
                "Connections open, then stall: TCP never learns the smaller MTU.",
                "Let ICMP 'fragmentation needed' and 'packet too big' pass on the routers, or "
                "lower mtu in the NetworkAttachmentDefinition, or clamp the MSS. As a stopgap: "
                "sysctl net.ipv4.tcp_mtu_probing=1."},
    FindingKind{"MTU_BELOW_CONFIGURED", Layer::path_mtu, warning,
                "the path carries less than the interfaces are configured for",
                "TCP adapts, by its own interface's MTU, because a router says so or because the "
                "MSS is clamped: migrations work, slower than planned.",
                "Raise the MTU of the interface or the hop named, or lower mtu in the "
                "NetworkAttachmentDefinition of both clusters to what passes."},
    FindingKind{
        "MTU_ASYMMETRIC", Layer::path_mtu, error, "larger packets pass one way only",
        "In the direction with the smaller MTU migrations stall where nobody tells TCP, and "
        "are slower where a router does.",
        "Compare the MTU of the ports and routers on both ways; the traces show which "
        "they are."},
    FindingKind{"MTU_MSS_CLAMPED", Layer::path_mtu, warning,
                "the TCP segment size is rewritten on the way",
                "A middlebox limits the segments: migrations work, with smaller packets.",
                "Find the router or tunnel that clamps (nft: tcp option maxseg size set). It is "
                "right where the path MTU is as small, else remove it."},
    FindingKind{"TLS_NOT_YET_VALID", Layer::tls, error, "the certificate is not valid yet",
                "The peers refuse it: migrations fail in the TLS handshake.",
                "Compare the clocks of the nodes (chronyc tracking); else the certificate was "
                "issued for later."},
    FindingKind{"TLS_EXPIRED", Layer::tls, error, "the certificate has expired",
                "The peers refuse it: migrations fail in the TLS handshake.",
                "virt-operator should have renewed it: check that it runs, then delete the secret "
                "(kubevirt-virt-handler-server-certs, or the client's) so that a new one is "
                "issued."},
    FindingKind{"TLS_UNTRUSTED", Layer::tls, error,
                "the certificate is signed by a CA that the peer does not know",
                "Migrations fail in the TLS handshake.",
                "Copy the CA of the other cluster (ConfigMap kubevirt-ca, key ca-bundle) into the "
                "ConfigMap kubevirt-external-ca, in both directions, and look whether "
                "kubevirt-ca holds it afterwards. CAs change every 24 h under HyperConverged."},
    FindingKind{"TLS_WRONG_CN", Layer::tls, error,
                "the certificate's common name is not what KubeVirt demands",
                "KubeVirt compares the CN exactly: migrations fail in the TLS handshake.",
                "Give the agent virt-handler's own secrets; if it has them, the two clusters run "
                "versions with different names (v1.6 and v1.7 differ): upgrade one."},
    FindingKind{"TLS_WRONG_EKU", Layer::tls, error,
                "the certificate's extended key usage does not fit its role",
                "A server must show serverAuth and a client clientAuth: the handshake fails.",
                "Check which secret is mounted as which: server certs and client certs are not "
                "interchangeable."},
    FindingKind{"TLS_VERSION", Layer::tls, error,
                "the two ends have no TLS version or cipher in common",
                "Migrations fail in the TLS handshake.",
                "Compare spec.configuration.tlsConfiguration (HyperConverged: "
                "tlsSecurityProfile) of both clusters."},
    FindingKind{"TLS_FAILED", Layer::tls, error, "the TLS handshake fails",
                "Migrations fail in the TLS handshake.",
                "See what OpenSSL said in the evidence. A connection that is cut without an alert "
                "points at a middlebox or at packets too large for the path."},
    FindingKind{"TLS_UNREADABLE", Layer::tls, error,
                "the migration identity cannot be read on the node",
                "What virt-handler would show could not be tested.",
                "Check that the secrets are mounted where --migration-tls points, and that key "
                "and certificate belong together."},
    FindingKind{"TLS_EXPIRES_SOON", Layer::tls, warning, "a certificate or its CA expires soon",
                "Migrations stop working when it does.",
                "virt-operator should have renewed it: see its log, and for CAs of the other "
                "cluster copy kubevirt-ca again."},
    FindingKind{"CLOCK_SKEW", Layer::tls, warning, "the clock is off",
                "Fresh certificates are refused as not yet valid, expired ones accepted.",
                "On the node: chronyc tracking (or timedatectl): give both clusters the same "
                "time source."},
    FindingKind{"LOSS", Layer::loss, warning, "packets are lost",
                "TCP slows down: above 0.1 % one stream no longer fills a 10 Gbit/s link.",
                "Look at the error and drop counters of the interfaces and switch ports: ip -s "
                "-s link show, ethtool -S DEV. Check duplex, optics and policers."},
    FindingKind{"REORDERING", Layer::loss, warning, "packets overtake each other",
                "TCP retransmits what was not lost.",
                "Look for per-packet load balancing on bonds (balance-rr) or routers: hash by "
                "flow (layer3+4) instead."},
    FindingKind{"LATENCY_HIGH", Layer::latency, warning, "the round trip takes long",
                "Each pass of a pre-copy waits for round trips, and storage mirroring suffers "
                "most: migrations take longer.",
                "Trace the path (the report shows the hops). Over a distance plan larger TCP "
                "windows: sysctl net.ipv4.tcp_rmem and tcp_wmem."},
    FindingKind{"BANDWIDTH_LOW", Layer::bandwidth, error, "the path is too slow",
                "A VM with much memory does not finish before completionTimeoutPerGiB and is "
                "cancelled.",
                "Look at the link speed (ethtool), at policers, and whether the traffic takes the "
                "network that was meant. Where only TLS is too slow: at the CPU limits of agent "
                "and virt-handler, and whether the processor has AES instructions (lscpu). Or "
                "raise completionTimeoutPerGiB and lower min_bandwidth in the plan accordingly."},
    FindingKind{
        "BANDWIDTH_SHARED", Layer::bandwidth, warning,
        "pairs that migrate at the same time share a link that is too slow for all",
        "One migration at a time is fast enough. Several at once share the link: each takes "
        "longer, and may be cancelled.",
        "Lower parallelMigrationsPerCluster, or give the link between the clusters more "
        "capacity; 'leadline bench --saturate' shows what it carries at once."},
    FindingKind{"BANDWIDTH_ASYMMETRIC", Layer::bandwidth, warning,
                "one direction is much slower than the other",
                "Migrations in that direction take longer.",
                "Compare the two directions: duplex, a policer, one member of a bond, or a "
                "different way back."},
    FindingKind{"BANDWIDTH_RETRANSMITS", Layer::bandwidth, warning,
                "TCP retransmits much of what it sends",
                "The path drops packets under load: throughput is unsteady.",
                "Look at the drop counters of the switch ports (ethtool -S DEV): small buffers, a "
                "policer, or a speed step-down."},
    FindingKind{"BANDWIDTH_CPU_BOUND", Layer::bandwidth, info,
                "one stream is bound by the processor",
                "virt-handler copies through TLS in user space: a migration with one stream is no "
                "faster, whatever the network.",
                "Nothing in the network. More streams (multifd) need VMs without CPU limits."},
    FindingKind{"BUFFERBLOAT", Layer::bandwidth, warning,
                "latency grows much while a migration runs",
                "A migration delays everything else on this path, its own control traffic "
                "included.",
                "Limit bandwidthPerMigration, or enable fair queueing or ECN at the bottleneck "
                "(tc qdisc show)."},
    FindingKind{"AGENT_STARVED", Layer::coverage, warning,
                "the agent did not get the processor it needed",
                "What it measured says nothing about the network.",
                "Raise the agent's CPU request and limit, then run again."},
    FindingKind{"NOT_MEASURED", Layer::coverage, warning, "not everything was measured",
                "What was not measured may be what is at fault: the verdict is unknown.",
                "See the reason in the evidence, then run again."},
    FindingKind{"VLAN_TAGGED_AT_ACCESS", Layer::note, info,
                "the access port of the node takes frames that carry its VLAN's tag",
                "Harmless for migrations. It shows which VLAN the port is in.",
                "Nothing to do. Where ports must be untagged only, set the switch to drop tagged "
                "frames on access ports."},
    FindingKind{"PATH_NAT", Layer::note, warning, "the source address is rewritten on the way",
                "KubeVirt's target dials the source's own address back: through a NAT it may not "
                "arrive.",
                "Take NAT off the path between the migration networks (masquerade rules, "
                "Submariner Globalnet)."},
    FindingKind{"PATH_ASYMMETRIC", Layer::note, info,
                "the way there and the way back differ in length",
                "Harmless by itself; stateful firewalls on only one of the ways break it.",
                "Compare the traces of both directions if there is trouble."},
    FindingKind{"PATH_ROUTED", Layer::note, info, "the path leads over routers",
                "Works, if the routers carry the MTU and the rate.", "Nothing to do."},
    FindingKind{
        "PATH_FOREIGN_MAC", Layer::note, info,
        "a node on the same link is reached by a MAC address that is not its own",
        "The right node answers, but something carries its traffic: proxy ARP, or a network "
        "that rewrites MAC addresses. It may limit what live migration gets.",
        "Nothing to do if it is meant so. Else see who holds the MAC address: ip neighbour "
        "show ADDRESS."},
    // info: a migration sets no DSCP itself, so nothing of it is lost
    FindingKind{"PATH_DSCP_BLEACHED", Layer::note, info, "DSCP marks are erased on the way",
                "Migrations set none; only quality of service by DSCP would not work.",
                "Nothing to do, unless the network should prioritise by DSCP."},
    FindingKind{"TLS_NOT_KUBEVIRT", Layer::note, info,
                "TLS was tested with leadline's own certificates",
                "Says that TLS passes, but nothing about KubeVirt's certificates.",
                "Give the agents virt-handler's secrets with --migration-tls to test those."},
};
}  // namespace

std::span<FindingKind const> finding_catalogue() {
  return catalogue;
}

FindingKind const* find_kind(std::string_view code) {
  auto const* const found = std::ranges::find(catalogue, code, &FindingKind::code);
  if (found != catalogue.end()) return found;
  auto const in_manifests = std::ranges::find(config_catalogue(), code, &FindingKind::code);
  return in_manifests == config_catalogue().end() ? nullptr : &*in_manifests;
}

FindingKind const& kind_of(std::string_view code) {
  if (auto const* kind = find_kind(code)) return *kind;
  throw std::out_of_range{fmt::format("'{}' is not in the catalogue of findings", code)};
}

std::string explain(std::string_view code) {
  std::string text;
  if (code.empty()) {
    for (auto const kinds : {finding_catalogue(), config_catalogue()})
      for (auto const& kind : kinds)
        text += fmt::format("{:<29} {:<8} {}\n", kind.code, format(kind.severity), kind.title);
    return text;
  }
  auto const* kind = find_kind(code);
  if (kind == nullptr) return text;
  return fmt::format("{} ({})\n  {}.\n\nFor a migration: {}\n\nWhat to do: {}\n", kind->code,
                     format(kind->severity), kind->title, kind->meaning, kind->remedy);
}
}  // namespace leadline
