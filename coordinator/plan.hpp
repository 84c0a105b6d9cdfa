#pragma once
#include "probes/bandwidth.hpp"
#include "probes/core/units.hpp"
#include "probes/wire/ethernet_frame.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace leadline {

/// The parts of a run, cheap first; each only makes sense on a pair where the ones before it did.
enum class Stage { facts, layer2, reach, tls, path_mtu, latency, bandwidth };
std::string_view format(Stage stage);

enum class Mesh { cross, within, full };
std::string_view format(Mesh mesh);

/// Which pairs of the mesh are measured; every choice keeps every node, in both directions.
struct PairChoice {
  enum class Kind { all, ring, sample };
  Kind kind{Kind::all};
  std::size_t sample_size{};  ///< pairs, for Kind::sample
};

std::string format(PairChoice const& choice);

/// When a measurement becomes a finding. Each default says why it is that number.
struct Thresholds {
  /// 0: what the interfaces are configured for must arrive; else the least path MTU accepted.
  Mtu min_mtu{0};
  /// completionTimeoutPerGiB 20 s (HyperConverged 1.19) asks 1 GiB in 20 s: about 400 Mbit/s.
  BitRate min_bandwidth{400e6};
  /// 0: unknown. A slower link than this is LINK_SLOW.
  BitRate expected_link_speed{0};
  /// Pre-copy waits a round trip a pass; 10 ms is far above any one site, and metro links stay
  /// below.
  std::chrono::microseconds max_latency{10000};
  /// p90 under load above p50 idle, where the median grew by half as much too. etcd's heartbeat
  /// interval is 100 ms: a migration that delays others on the link by more makes clusters elect
  /// leaders anew.
  std::chrono::microseconds max_bufferbloat{100000};
  /// Above 0.1 % loss a cubic or reno stream no longer fills 10 Gbit/s (Mathis et al.).
  double max_loss{0.001};
  /// Loss that stops migrations, unless it was measured that enough gets through.
  double severe_loss{0.01};
  /// Packets that overtake each other make TCP retransmit what was not lost.
  double max_reordering{0.01};
  /// The slower direction, as a share of the faster: below half the two directions differ by design
  /// or by fault.
  double min_bandwidth_symmetry{0.5};
  /// Retransmitted segments of those sent. Some are normal where cubic looks for the limit; one in
  /// a hundred is what it takes to keep a stream well below it.
  double max_retransmits{0.01};
  /// Of CAs, and of leadline's own certificates. A HyperConverged CA lives 48 h and is renewed
  /// after 24 h: with less than 24 h left renewal has failed.
  std::chrono::seconds expiry_warning{24 * 3600};
  /// Of the certificates that virt-handler shows. They live 24 h and are renewed with 4.8 h left
  /// (KubeVirt) or 12 h left (HyperConverged).
  std::chrono::seconds leaf_expiry_warning{4 * 3600};
  /// Certificates are valid from the moment of issue: a clock that is 5 s behind rejects a fresh
  /// one.
  std::chrono::milliseconds max_clock_skew{5000};
  /// Carrier changes of the interface since it was made: each start of it or of a switch takes two.
  std::uint32_t max_carrier_changes{10};
};

/// What a run does and what it demands: the defaults, then the plan file, then the command line.
struct Plan {
  std::map<std::string, int> expect;  ///< cluster -> nodes
  std::vector<Stage> stages{Stage::facts,    Stage::layer2,  Stage::reach,    Stage::tls,
                            Stage::path_mtu, Stage::latency, Stage::bandwidth};
  Mesh mesh{Mesh::cross};
  PairChoice pairs;
  Thresholds thresholds;

  std::chrono::milliseconds latency_duration{3000};
  std::chrono::milliseconds latency_interval{5};
  std::vector<int> streams{1, 8};  ///< 8: multifd; 1: VMs with CPU limits
  std::vector<std::string> transports{"tcp", "tls"};
  std::vector<BulkMode> bulk_modes{BulkMode::ceiling};  ///< of TCP; TLS has but one
  bool bidirectional{};
  std::string congestion;  ///< of the senders: "cubic"; empty: the system's
  std::string cipher;      ///< of TLS: "aes128gcm", "aes256gcm", "chacha20"; empty: as peers agree
  int record_octets{};     ///< most plaintext of a TLS record, 512 to 16384; 0: 16384
  int dscp{};              ///< of bulk streams, 0 to 63 (RFC 2474)
  int mss{};               ///< of bulk streams, 88 to 32767 octets; 0: the system's
  int repeat{1};           ///< how often each bulk test is run
  int most_concurrent{0};  ///< bulk tests at a time; 0: as many as have nodes of their own
  bool latency_under_load{true};
  bool look_again{true};  ///< by itself, at a pair that is too slow beside others
  bool saturate{};        ///< all pairs of a matching at once, against each alone
  std::chrono::milliseconds bandwidth_duration{1500};
  BitRate max_rate{0};                                 ///< per test; 0: the agent's own cap
  Bytes max_bytes{0};                                  ///< per test; 0: duration alone limits
  std::vector<std::string> synchronization_addresses;  ///< "10.0.0.1:9185", from KubeVirt.status
  std::vector<std::string> network_ranges;  ///< "10.100.0.0/24": where migration addresses must lie
  std::optional<VlanId> vlan;               ///< that the migration network has in the switches
  std::string uplink;  ///< name of the bridge's port towards the wire; empty: found by itself
  std::vector<VlanId> candidate_vlans;  ///< tried as well: where a wrong port may be
  std::chrono::milliseconds wait{60000};
  std::chrono::milliseconds timeout{600000};
};

/// What does not fit together once the command line is laid over the plan: a sentence each, and
/// what to do. Empty: the plan can run.
std::vector<std::string> contradictions(Plan const& plan);

/// One mistake in a plan file, with its place (1-based).
struct PlanMistake {
  int line{};
  int column{};
  std::string message;  ///< what stands there, and what is allowed
};

/// Reads YAML over `base`. All mistakes at once: unknown keys, bad values, duplicates.
tl::expected<Plan, std::vector<PlanMistake>> read_plan(std::string const& yaml, Plan base);
}  // namespace leadline
