#include "bench/coordinator/stub_results.hpp"

#include <fmt/format.h>

#include <chrono>

namespace leadline::bench {
namespace {
constexpr std::uint32_t full_mtu = 9000;

struct Aim {
  NodeIndex self{};
  NodeIndex target{};
  ImaginedFaults faults;

  /// Spreads the values: the same pair, the same value.
  [[nodiscard]] double vary(double base) const {
    constexpr std::uint32_t factor = 2654435761U;  // Knuth's multiplicative hash
    auto const hash = ((std::uint32_t{self} << 16U) + target) * factor;
    return base * (1 + static_cast<double>(hash >> 8U) / (1U << 25U));
  }

  [[nodiscard]] bool thin() const { return self == faults.thin || target == faults.thin; }
};

CertificateFacts certificate(std::string common_name, std::string issuer) {
  auto const now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  return {.subject = "O=kubevirt.io, CN=" + common_name,
          .common_name = std::move(common_name),
          .issuer = std::move(issuer),
          .serial = "5D1F0A33E2",
          .not_before_unix_seconds = now - 3600,
          .not_after_unix_seconds = now + 86400 * 30,
          .extended_key_usage = {"serverAuth"},
          .uri_names = {},
          .is_ca = false};
}

std::string mac_of(NodeIndex node) {
  return fmt::format("02:00:00:00:{:02x}:{:02x}", node / 256, node % 256);
}

TcpSnapshot snapshot(Aim const& aim) {
  return {.state = "ESTABLISHED",
          .congestion_control = "cubic",
          .timestamps = true,
          .send_mss = full_mtu - 52,
          .advertised_mss = full_mtu - 52,
          .path_mtu = full_mtu,
          .rtt_us = static_cast<std::uint32_t>(aim.vary(90)),
          .min_rtt_us = 60,
          .congestion_window_segments = 10,
          .acknowledged_bytes = 262145,
          .received_bytes = 262144,
          .delivery_rate_bits_per_second = static_cast<std::uint64_t>(aim.vary(5e9))};
}

Reach::Result look(Reach const&, Aim const& aim) {
  Reach::Result result{.source = address_of(aim.self), .target = address_of(aim.target)};
  result.route = {.found = true, .interface = "migration0"};
  bool const deaf = aim.target == aim.faults.deaf;
  constexpr int ports = 8;
  for (int i = 0; i <= ports; ++i) {
    auto const port = static_cast<std::uint16_t>(32768 + static_cast<int>(aim.vary(3000)) + i);
    Attempt attempt{.port = port, .outcome = Outcome::silent, .elapsed_ms = aim.vary(4000)};
    if (!deaf)
      attempt = {.port = port,
                 .outcome = Outcome::answered,
                 .elapsed_ms = aim.vary(0.1),
                 .answered_by = aim.target,
                 .source_seen = fmt::format("{}:{}", result.source, port)};
    if (i == 0)
      result.udp = attempt;
    else
      result.tcp.push_back(attempt);
  }
  result.udp_sent = deaf ? 3 : 1;
  result.udp_received = deaf ? 0 : 1;
  result.udp_rtt_us = deaf ? 0 : aim.vary(80);
  result.ttl_seen = result.ttl_received = deaf ? 0 : 64;
  result.tos_sent = 0xba;
  result.tos_seen = deaf ? -1 : 0xba;
  return result;
}

TlsHandshake::Result look(TlsHandshake const&, Aim const& aim) {
  return {.completed = true,
          .migration_identity = true,
          .version = "TLSv1.3",
          .cipher = "TLS_AES_128_GCM_SHA256",
          .group = "x25519",
          .handshake_ms = aim.vary(1),
          .own_leaf = certificate("kubevirt.io:system:client:migration", "CN=kubevirt.io"),
          .peer_leaf = certificate("kubevirt.io:system:node:virt-handler", "CN=kubevirt.io"),
          .peer_issuer = certificate("kubevirt.io", "CN=kubevirt.io")};
}

PathMtu::Result look(PathMtu const&, Aim const& aim) {
  PathMtu::Result result{.path_mtu_octets = aim.thin() ? 1500 : full_mtu,
                         .smallest_lost_octets = aim.thin() ? 1501U : 0U,
                         .exact = true,
                         .interface_mtu_octets = full_mtu,
                         .kernel_path_mtu_octets = full_mtu,
                         .ttl_seen = 64,
                         .rounds = 2,
                         .packets_sent = 55,
                         .elapsed_ms = aim.vary(3)};
  explain_limit(result);
  return result;
}

TcpPush::Result look(TcpPush const&, Aim const& aim) {
  return {.connected = true,
          .pushed_bytes = 262144,
          .arrived_bytes = aim.thin() ? 0U : 262144U,
          .peer_reported = true,
          .elapsed_ms = aim.vary(2),
          .sender = snapshot(aim),
          .receiver = snapshot(aim)};
}

Latency::Result look(Latency const& probe, Aim const& aim) {
  return {.under_load = probe.under_load,
          .sent = 600,
          .received = 600,
          .rtt_min_us = aim.vary(50),
          .rtt_p50_us = aim.vary(80),
          .rtt_p90_us = aim.vary(120),
          .rtt_p99_us = aim.vary(200),
          .rtt_p999_us = aim.vary(400),
          .rtt_max_us = aim.vary(500),
          .jitter_us = aim.vary(5),
          .kernel_stamps = true,
          .latest_send_us = aim.vary(100)};
}

Bandwidth::Result look(Bandwidth const& probe, Aim const& aim) {
  Bandwidth::Result result;
  result.transport = probe.transport;
  result.streams = probe.streams;
  result.measured_seconds = 1;
  result.transferred_bytes = 1'200'000'000;
  result.rate_bits_per_second = aim.vary(8e9);
  return result;
}

/// Everybody hears everybody else.
BroadcastDomain::Result look(BroadcastDomain const& probe, Aim const& aim) {
  BroadcastDomain::Result result{
      .interface = "migration0", .mac = mac_of(aim.self), .sent = probe.beacons};
  for (NodeIndex sender = 0; sender < aim.faults.nodes; ++sender)
    if (sender != aim.self) result.heard.push_back({.sender = sender, .count = probe.beacons});
  return result;
}

AddressClaims::Result look(AddressClaims const& probe, Aim const& aim) {
  AddressClaims::Result result{.interface = "migration0",
                               .mac = mac_of(aim.self),
                               .asked = static_cast<int>(probe.addresses.size())};
  for (NodeIndex node = 0; node < aim.faults.nodes; ++node)
    result.claims.push_back({.address = address_of(node), .mac = mac_of(node), .count = 3});
  return result;
}

SyncPort::Result look(SyncPort const& probe, Aim const& aim) {
  return {.endpoint = probe.endpoint, .outcome = Outcome::answered, .elapsed_ms = aim.vary(0.2)};
}

HostView::Result look(HostView const&, Aim const&) {
  return {.skipped = "an imagined node has no host", .chain = {}};
}
}  // namespace

Observation imagine(AnyProbe const& probe, NodeIndex self, NodeIndex target,
                    ImaginedFaults const& faults) {
  Aim const aim{.self = self, .target = target, .faults = faults};
  return std::visit(
      [&]<class P>(P const& p) {
        auto result = look(p, aim);
        auto const [status, reason] = assess(result);
        return Observation{.source = self,
                           .target = target,
                           .family = Family::ipv4,
                           .probe = std::string{P::name},
                           .status = status,
                           .reason = reason,
                           .result = std::move(result)};
      },
      probe);
}

std::string address_of(NodeIndex node) {
  return fmt::format("10.0.{}.{}", node / 250, (node % 250) + 1);
}

Facts imagined_facts(NodeIndex node) {
  Facts facts;
  facts.interface.name = "migration0";
  facts.interface.present = facts.interface.up = facts.interface.carrier = true;
  facts.interface.mac = mac_of(node);
  facts.interface.mtu_octets = full_mtu;
  facts.interface.speed_bits_per_second = 25'000'000'000;
  facts.interface.addresses = {
      {.address = address_of(node), .prefix_length = 8, .global_unicast = true}};
  facts.kernel = "6.1.0";
  facts.congestion_control = "cubic";
  facts.cpu_count = 64;
  return facts;
}
}  // namespace leadline::bench
