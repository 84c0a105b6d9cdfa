#include "coordinator/config_catalogue.hpp"

#include <array>

namespace leadline {
namespace {
using enum Severity;
using enum Layer;

constexpr std::array catalogue{
    FindingKind{"CONFIG_UNREADABLE", note, error, "a text holds no objects of the Kubernetes API",
                "What it was to say is not known, so nothing of it was checked.",
                "Write it anew: oc get KIND -n NAMESPACE -o yaml. Each object needs apiVersion, "
                "kind and metadata.name."},
    FindingKind{"CONFIG_OBJECT_TWICE", note, warning,
                "an object is there twice, and its copies differ",
                "Only one of them is what the cluster has: the other misleads.",
                "Leave the older file out."},
    FindingKind{"CONFIG_NAD_BROKEN", note, error,
                "the configuration of a NetworkAttachmentDefinition cannot be read",
                "Multus refuses it: virt-handler pods that ask for this network do not start.",
                "Mend the JSON of spec.config at the place named."},
    FindingKind{"CONFIG_KEY_UNKNOWN", note, warning,
                "a CNI configuration has a key that its plugin does not know",
                "Plugins ignore what they do not know: the setting has no effect.",
                "Correct the spelling, or take the key out."},
    FindingKind{"CONFIG_VALUE", note, error, "a setting has a value that is not allowed",
                "The plugin or the operator refuses it, or takes it for something else.",
                "Write one of the values that the evidence names."},
    FindingKind{"CONFIG_CONTRADICTION", note, error,
                "settings of a CNI configuration exclude each other",
                "The plugin refuses them: virt-handler pods that ask for this network do not "
                "start.",
                "Take one of the two out."},
    FindingKind{"CONFIG_CNI_VERSION", note, warning,
                "the cniVersion is missing, too old, or not known",
                "OpenShift asks for 0.3.1 or later; plugins answer others with less, or refuse.",
                R"(Write "cniVersion": "0.3.1".)"},
    FindingKind{"CONFIG_NO_NETWORK", note, warning, "no migration network is named",
                "Migrations run over the pod network, which pods of another cluster do not reach "
                "as a rule, and share it with everything else.",
                "Name the NetworkAttachmentDefinition in HyperConverged: "
                "spec.liveMigrationConfig.network."},
    FindingKind{"CONFIG_NETWORK_MISSING", note, error,
                "the migration network that is named is not where KubeVirt looks for it",
                "virt-handler pods do not start, or fall back to the pod network in silence.",
                "A name without a namespace is looked for in the operator's namespace: make the "
                "NetworkAttachmentDefinition there, or write namespace/name."},
    FindingKind{"CONFIG_NO_ADDRESS", note, error, "the migration network gives no address",
                "virt-handler panics when its migration interface has no address.",
                "Add an ipam section with a range of this cluster's own; for OVN-Kubernetes' "
                "localnet: subnets."},
    FindingKind{"CONFIG_MASTER_UNNAMED", note, warning,
                "the network does not say which NIC it uses",
                "The plugin takes the interface of the default route: migrations share the main "
                "network's NIC.",
                R"(Name the migration NIC: "master": "eth1", or "eth1.100" for a VLAN of it.)"},
    FindingKind{"CONFIG_DEFAULT_VLAN", note, info,
                "the pod's port also stays in the bridge's default VLAN",
                "Harmless where the default VLAN leads nowhere; else its broadcasts reach the "
                "pod. The two OpenShift documents name different defaults: the plugin's is true.",
                R"(Write "preserveDefaultVlan": false.)"},
    FindingKind{"CONFIG_GATEWAY_REPEATED", note, warning,
                "every node's bridge takes the same gateway address",
                "On a network that joins the nodes the address then exists many times, and who "
                "answers for it changes. With dhcp it is the address of a router that is there.",
                "Take isGateway and isDefaultGateway out: a migration network that joins the "
                "nodes needs no gateway on each of them."},
    FindingKind{"CONFIG_MASQUERADE", note, warning,
                "the source address of what leaves the network is rewritten",
                "KubeVirt's target dials the source's own address back: it may not arrive.",
                "Take ipMasq out of the configuration."},
    FindingKind{"CONFIG_POOL_EMPTY", note, error, "the range has no address left to give",
                "virt-handler pods do not start.", "Make the range larger, or exclude less of it."},
    FindingKind{"CONFIG_POOL_SMALL", note, error,
                "the range has fewer addresses than the cluster needs",
                "Each virt-handler and two synchronization controllers need one: the last pods "
                "do not start, and their nodes cannot migrate.",
                "Give the range as many addresses as there are nodes, and two more; some more "
                "still for pods that overlap while they are replaced."},
    FindingKind{"CONFIG_IPAM_PER_NODE", note, error,
                "each node hands out addresses without knowing of the others",
                "host-local and static give the same address on several nodes: migrations reach "
                "the wrong one, or the source itself.",
                "Use whereabouts, which keeps its leases in the cluster's API, or DHCP."},
    FindingKind{"CONFIG_RANGE_CLASH", note, error,
                "the migration range overlaps another network of the cluster",
                "Packets for migration addresses take the other network's way, or the other way "
                "round.",
                "Choose a range that neither the pods, the services nor the nodes use."},
    FindingKind{"CONFIG_HANDLER_ABSENT", note, warning,
                "a node that may run VMs has no virt-handler",
                "VMs can neither leave nor enter this node.",
                "oc get pods -n NAMESPACE -o wide -l kubevirt.io=virt-handler, and describe the "
                "daemon set: which taint or selector keeps it away?"},
    FindingKind{"CONFIG_HANDLER_DETACHED", note, error, "virt-handler has no migration interface",
                "It falls back to the pod network in silence: migrations run over the wrong "
                "network or not at all.",
                "Restart the pod. If that does not help: does the network that HyperConverged "
                "names exist in the operator's namespace, and is Multus running on the node?"},
    FindingKind{"CONFIG_HANDLER_STALE", note, error,
                "virt-handler is attached to another network than the one that is named",
                "Its migrations run over a network that the other nodes may not have.",
                "The pod was started before the change: restart it."},
    FindingKind{"CONFIG_ADDRESS_NONE", note, error,
                "virt-handler's migration interface has no global unicast address",
                "virt-handler panics at start when migration0 has no such address.",
                "Look at the IPAM of the network: a range that is used up, or IPv6 with only the "
                "link-local address."},
    FindingKind{"CONFIG_ADDRESS_OUTSIDE", note, error,
                "virt-handler's migration address lies outside the network's range",
                "The pod still has an address of an older configuration: others do not reach it.",
                "Restart the pod."},
    FindingKind{"CONFIG_ADDRESS_TWICE", note, error, "an address is in use twice",
                "The source may dial itself or a third node: KubeVirt then reports success while "
                "the target VM boots cold, two copies of one VM on one disk image.",
                "Give the clusters disjoint ranges under one mask (whereabouts: range_start and "
                "range_end, or exclude), then restart the virt-handler pods on one side."},
    FindingKind{"CONFIG_RANGE_OVERLAP", note, error, "both clusters hand out the same addresses",
                "Sooner or later two pods have one address. The source then dials itself, the "
                "migration counts as done, and a second copy of the VM boots cold: split brain.",
                "Keep one mask in both clusters, and give each a part of its own: range_start and "
                "range_end, or exclude the other's part."},
    FindingKind{"CONFIG_MASK_DIFFERS", note, error,
                "the clusters' ranges lie in one network, but their masks differ",
                "One side takes the other for a neighbour, while the other looks for a router: "
                "packets pass one way at most.",
                "Use the same prefix length in both clusters, with disjoint parts of it."},
    FindingKind{"CONFIG_RANGES_APART", note, warning,
                "the clusters' ranges lie in different networks",
                "Migrations pass only where routers join the two: each side needs a route to the "
                "other, and firewalls must let tcp 32768-60999 and 9185 through.",
                "If both are on one VLAN, use one mask with disjoint parts. If they are routed, "
                "give each IPAM a route to the other range (routes), and run 'leadline check'."},
    FindingKind{"CONFIG_VLAN_DIFFERS", note, error, "the clusters' VLANs differ",
                "Frames of the one do not reach the other, unless the switches join the VLANs.",
                "Use one VLAN, or say that they are routed by giving them ranges of different "
                "networks."},
    FindingKind{"CONFIG_MTU_DIFFERS", note, warning, "the clusters' MTUs differ",
                "TCP agrees on the smaller one, so that the larger brings nothing; large packets "
                "of anything else are lost.",
                "Write the same mtu in both, as large as every link on the way carries."},
    FindingKind{"CONFIG_PLUGIN_DIFFERS", note, warning,
                "the clusters' migration networks are made by different plugins",
                "It works where both end in the same VLAN; they then need not be set up alike, and "
                "differ in what they let through.",
                "Use the same plugin in both clusters, unless their hosts differ."},
    FindingKind{
        "CONFIG_PARENT_DIFFERS", note, info,
        "the clusters' networks are on host interfaces of different names",
        "Harmless where both lead to one layer-2 network, as eth1 here and ens2f0 there may: "
        "the names are the hosts' own. Nothing in the manifests shows that they do.",
        "See that both are cabled to ports of the same VLAN: 'leadline check' tells which "
        "nodes hear each other on layer 2."},
    FindingKind{
        "CONFIG_PHYSICAL_NETWORK_DIFFERS", note, warning,
        "the clusters' localnets are on physical networks of different names",
        "Each cluster's bridge mappings lead such a name to a bridge, and that to a NIC: two "
        "names are two networks as a rule.",
        "oc get nncp -o yaml: do the bridge-mappings of both clusters lead the two names into "
        "one layer-2 network? Best give it one name: physicalNetworkName."},
    FindingKind{"CONFIG_TRUNK_DIFFERS", note, warning,
                "the clusters' networks let pods tag different VLANs",
                "Frames that one side may tag with a VLAN do not arrive on the other.",
                "Write the same vlanTrunk (ovs: trunk) in both, or none: KubeVirt itself tags "
                "nothing."},
    FindingKind{"CONFIG_GATE_OFF", note, error, "migration between clusters is not enabled",
                "The cluster runs no synchronization controller: no migration between clusters "
                "starts.",
                "HyperConverged: spec.featureGates.decentralizedLiveMigration: true. Plain "
                "KubeVirt: the feature gate DecentralizedLiveMigration."},
    FindingKind{"CONFIG_SYNC_MISSING", note, error,
                "the cluster publishes no synchronization address",
                "The other cluster does not know where to connect: migrations wait for ever.",
                "oc get pods -l kubevirt.io=virt-synchronization-controller: are they running, "
                "and do they have an address on the migration network?"},
    FindingKind{"CONFIG_SYNC_OUTSIDE", note, error,
                "the synchronization address lies outside the migration network",
                "It is an address of the pod network, which the other cluster does not reach as a "
                "rule: migrations wait for ever.",
                "Restart the virt-synchronization-controller pods, so that they get migration0; "
                "then look again at status.synchronizationAddresses."},
    FindingKind{"CONFIG_SYNC_PORT", note, warning,
                "the synchronization address names another port than 9185",
                "Firewalls that were opened for 9185 keep it out.",
                "Let the port that is announced pass both ways, and use it in connectURL."},
    FindingKind{"CONFIG_VERSION_SKEW", note, error,
                "the clusters' versions of KubeVirt do not speak to each other",
                "Up to 1.6 the synchronization controller offers no ALPN, and from 1.7 on it is "
                "asked for: the handshake fails.",
                "Bring both clusters to 1.7 or later."},
    FindingKind{"CONFIG_TLS_DIFFERS", note, error,
                "one cluster migrates with TLS, the other without",
                "The two are not negotiated: each migration breaks off at once.",
                "Set migrations.disableTLS alike in both, best to false."},
    FindingKind{"CONFIG_TLS_OFF", note, warning, "migrations are not encrypted",
                "The memory of VMs, with all keys and passwords in it, crosses the network in the "
                "clear.",
                "Set migrations.disableTLS to false."},
    FindingKind{"CONFIG_SETTINGS_DIFFER", note, warning, "the clusters' migration settings differ",
                "Which one applies depends on the direction: what works one way may time out the "
                "other way.",
                "Set them alike in both HyperConverged objects."},
    FindingKind{"CONFIG_TIMEOUT_IMPOSSIBLE", note, error,
                "a limit on the rate makes the timeout impossible to meet",
                "KubeVirt cancels each migration that takes longer than completionTimeoutPerGiB "
                "for each gigabyte of memory and disks: all of them, at this rate.",
                "Raise the limit, or the timeout."},
    FindingKind{
        "CONFIG_TIMEOUT_SHORT", note, warning,
        "the timeout asks for more than a NIC of 10 Gbit/s gives",
        "KubeVirt cancels each migration that takes longer than completionTimeoutPerGiB for "
        "each gigabyte of memory and disks, and migrations that leave a node together share "
        "its NIC.",
        "Raise completionTimeoutPerGiB, or lower parallelOutboundMigrationsPerNode; 'leadline "
        "estimate' says what a path allows."},
    FindingKind{
        "CONFIG_TIMEOUT_OFF", note, warning, "a timeout of 0 is none",
        "KubeVirt never gives up: a migration that does not converge, or whose path is dead, "
        "keeps its place among those that may run at a time.",
        "Write the seconds that it may take, or leave the setting out: its default then "
        "holds."},
    FindingKind{
        "CONFIG_PARALLEL_UNREACHED", note, info,
        "a node may start more migrations than the whole cluster",
        "parallelMigrationsPerCluster comes first: parallelOutboundMigrationsPerNode is never "
        "reached.",
        "Raise the one, or lower the other."},
    FindingKind{"CONFIG_CERTIFICATE_UNREADABLE", note, error,
                "a certificate or a bundle cannot be read",
                "virt-handler takes it for empty, and trusts nobody.",
                "Write the PEM text anew, whole lines from BEGIN to END CERTIFICATE."},
    FindingKind{"CONFIG_CA_MISSING", note, error, "the other cluster's authority is not trusted",
                "virt-handlers refuse each other: migrations hang or fail at once.",
                "Copy the bundle of the other cluster's ConfigMap kubevirt-ca into this one's "
                "kubevirt-external-ca; virt-operator merges it into kubevirt-ca."},
    FindingKind{"CONFIG_CA_EXPIRED", note, warning, "an authority in the bundle has expired",
                "KubeVirt drops it. If it is the other cluster's, migrations fail from then on.",
                "Copy the other cluster's present bundle again: its authorities are renewed every "
                "day under HyperConverged."},
    FindingKind{"CONFIG_CA_NOT_YET_VALID", note, warning,
                "an authority in the bundle is not valid yet",
                "KubeVirt drops it, and with it what it has signed.",
                "Compare the clocks of the two clusters: chronyc tracking."},
    FindingKind{"CONFIG_CA_EXPIRES_SOON", note, warning,
                "what is trusted expires within 24 hours, and nothing newer is trusted beside it",
                "KubeVirt renews an authority more than a day before it ends: this one was not "
                "renewed, or its successor not copied. Migrations fail from its end on.",
                "Copy the other cluster's present bundle into kubevirt-external-ca shortly before "
                "the migration. Where it has no newer authority, look at its virt-operator's log."},
    FindingKind{"CONFIG_CA_MANY", note, warning, "the bundle holds more than 50 authorities",
                "Each handshake walks through all of them; most are leftovers.",
                "Empty kubevirt-external-ca, and copy only the other cluster's present bundle."},
    FindingKind{"CONFIG_EXTERNAL_CA_WAITING", note, warning, "the copied bundle was not merged",
                "virt-operator empties kubevirt-external-ca once it has merged it: what still "
                "stands there is not trusted yet.",
                "Look at virt-operator's log: it says why it took the bundle or did not."},
    FindingKind{"CONFIG_CERTIFICATE_NAME", note, error,
                "a certificate has another name than the peer asks for",
                "virt-handlers compare the common name letter by letter, and refuse others.",
                "Delete the secret: virt-operator makes it anew. Where certificates are your own, "
                "give them the name in the evidence."},
    FindingKind{"CONFIG_CERTIFICATE_USAGE", note, error,
                "a certificate may not be used for what it is used for", "The peer refuses it.",
                "Issue it with the extended key usage in the evidence."},
    FindingKind{"CONFIG_CERTIFICATE_EXPIRED", note, error,
                "a certificate has expired or is not valid yet",
                "The peer refuses it: no migration starts.",
                "virt-operator renews certificates by itself: look at its log, and compare the "
                "clocks."},
    FindingKind{
        "CONFIG_POLICY_BLOCKS", note, error, "a network policy keeps migration traffic out",
        "Connections to virt-handler or to the synchronization controller time out.",
        "Let tcp 32768-60999 to virt-handler and tcp 9185 to the synchronization "
        "controller pass from the other cluster's range, and the same outwards. Policies add "
        "up: one that allows it is enough."},
    FindingKind{"CONFIG_PORT_CLASH", note, warning,
                "VMs use ports that KubeVirt needs for their migration",
                "22222, 49152 and 49153 of a pod are virt-launcher's: where a VM forwards them "
                "through masquerade, its migration fails.",
                "Take the port out of the interface's ports, or move the service to another."},
};
}  // namespace

std::span<FindingKind const> config_catalogue() {
  return catalogue;
}
}  // namespace leadline
