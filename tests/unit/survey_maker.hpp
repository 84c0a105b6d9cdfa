#pragma once
#include "coordinator/pairs.hpp"
#include "coordinator/survey.hpp"

#include <fmt/format.h>

#include <functional>
#include <map>
#include <string>
#include <utility>

namespace leadline {

/// A healthy survey, to be spoilt in one place: n nodes in "east" and "west", every pair measured.
class SurveyMaker {
 public:
  explicit SurveyMaker(int east = 3, int west = 3, Mesh mesh = Mesh::cross) {
    survey_.run_id = "run-1";
    survey_.command = "leadline check";
    survey_.started = std::chrono::system_clock::time_point{std::chrono::seconds{1800000000}};
    survey_.finished = survey_.started + std::chrono::seconds{20};
    survey_.plan.expect = {{"east", east}, {"west", west}};
    survey_.plan.mesh = mesh;
    auto const roster = imagined_roster(survey_.plan.expect);
    for (std::size_t i = 0; i < roster.size(); ++i) add_node(roster[i], i);
    for (auto const pair : choose_pairs(mesh, {}, roster, 0)) add_pair(pair);
  }

  [[nodiscard]] NodeIndex node(std::string const& name) const {
    for (std::size_t i = 0; i < survey_.nodes.size(); ++i)
      if (format(survey_.nodes[i].name) == name) return static_cast<NodeIndex>(i);
    throw std::out_of_range{name};
  }

  NodeRecord& record(std::string const& name) { return survey_.nodes.at(node(name)); }

  Facts& facts(std::string const& name) { return *record(name).facts; }

  Survey& survey() { return survey_; }

  using Where = std::function<bool(std::string const& source, std::string const& target)>;

  /// Changes every result of one probe on the pairs chosen.
  template <class P>
  SurveyMaker& spoil(Where const& where,
                     std::function<void(Observation&, typename P::Result&)> how) {
    for (auto& pair : survey_.pairs) {
      if (!where(format(survey_.nodes[pair.source].name), format(survey_.nodes[pair.target].name)))
        continue;
      rewrite(pair, [&](Observation& seen) {
        if (!seen.result) return;
        if (auto* result = std::get_if<typename P::Result>(&*seen.result)) how(seen, *result);
      });
    }
    return *this;
  }

  /// What a campaign does after a failed stage: the probes that follow are skipped.
  SurveyMaker& skip(std::string const& probe, Where const& where) {
    for (auto& pair : survey_.pairs)
      if (where(format(survey_.nodes[pair.source].name), format(survey_.nodes[pair.target].name)))
        rewrite(pair, [&](Observation& seen) {
          if (seen.probe != probe) return;
          seen.status = Status::skipped;
          seen.reason = "an earlier stage failed";
          seen.result.reset();
        });
    return *this;
  }

  SurveyMaker& skip_after_reach(Where const& where) {
    for (auto const* probe : {"tls", "path_mtu", "tcp_push", "latency", "bandwidth"})
      skip(probe, where);
    return *this;
  }

  /// The peer's count of requests from the source.
  SurveyMaker& arrived(Where const& where, std::uint32_t requests) {
    for (auto& count : survey_.arrivals)
      if (where(format(survey_.nodes[count.from].name), format(survey_.nodes[count.at].name)))
        count.udp_requests = requests;
    return *this;
  }

  /// UDP does not reach the target, and what takes it is skipped as a campaign does.
  SurveyMaker& close_udp(Where const& where) {
    spoil<Reach>(where, [](Observation& seen, Reach::Result& result) {
      seen.status = Status::fail;
      result.udp_sent = 6;
      result.udp_received = 0;
      result.udp.outcome = Outcome::silent;
      result.udp.source_seen.clear();
    });
    return skip("path_mtu", where).skip("latency", where);
  }

  /// Every node has an address of IPv6 as well, and all but bandwidth was measured over both.
  SurveyMaker& dual() {
    for (std::size_t i = 0; i < survey_.nodes.size(); ++i)
      survey_.nodes[i].addresses.push_back(fmt::format("fd00::{}", i + 1));
    for (auto& pair : survey_.pairs) {
      auto all = pair.observations;
      for (auto seen : pair.observations) {
        if (!seen.result) continue;
        if (auto const* latency = std::get_if<Latency::Result>(&*seen.result);
            seen.probe == Bandwidth::name || (latency != nullptr && latency->under_load))
          continue;
        seen.family = Family::ipv6;
        if (auto* reached = std::get_if<Reach::Result>(&*seen.result)) {
          reached->udp.source_seen = fmt::format("[fd00::{}]:40000", pair.source + 1);
          for (auto& attempt : reached->tcp) attempt.source_seen = reached->udp.source_seen;
        }
        all.push_back(seen);
      }
      pair.observations = std::move(all);
    }
    return *this;
  }

  /// The answers of the source to the target met this on the way.
  SurveyMaker& lost_answers(Where const& where, IcmpEvidence const& said) {
    for (auto const& count : survey_.arrivals)
      if (where(format(survey_.nodes[count.at].name), format(survey_.nodes[count.from].name)))
        survey_.lost_answers.push_back(
            {.from = count.at, .to = count.from, .family = count.family, .said = said});
    return *this;
  }

  static CertificateFacts certificate(std::chrono::system_clock::time_point now) {
    auto const seconds = std::chrono::system_clock::to_time_t(now);
    CertificateFacts facts;
    facts.common_name = "kubevirt.io:system:node:virt-handler";
    facts.issuer = "CN=kubevirt.io";
    facts.serial = "01";
    facts.not_before_unix_seconds = seconds - 3600;
    facts.not_after_unix_seconds = seconds + 7 * 86400;
    return facts;
  }

 private:
  static void rewrite(PairRecord& pair, std::function<void(Observation&)> const& how) {
    Observations changed;
    for (auto seen : pair.observations) {
      how(seen);
      changed.push_back(seen);
    }
    pair.observations = std::move(changed);
  }

  void add_node(NodeName const& name, std::size_t index) {
    auto const address = fmt::format("10.100.{}.{}", name.cluster == "east" ? 0 : 1, index + 1);
    Facts facts;
    facts.interface.name = "migration0";
    facts.interface.present = facts.interface.up = facts.interface.carrier = true;
    facts.interface.mtu_octets = 1500;
    facts.interface.speed_bits_per_second = 10'000'000'000;
    facts.interface.addresses.push_back(
        {.address = address, .prefix_length = 16, .global_unicast = true});
    survey_.nodes.push_back({.name = name,
                             .version = "0.1.0",
                             .addresses = {address},
                             .facts = facts,
                             .clock = ClockOffset{.offset_ms = 0.2, .uncertainty_ms = 0.3},
                             .lost = {}});
  }

  void add_pair(NodePair pair) {
    PairRecord record{.source = pair.source, .target = pair.target, .observations = {}};
    auto const add = [&](std::string_view probe, AnyResult result) {
      record.observations.push_back({.source = pair.source,
                                     .target = pair.target,
                                     .family = Family::ipv4,
                                     .probe = std::string{probe},
                                     .status = Status::ok,
                                     .reason = {},
                                     .result = std::move(result)});
    };
    add(Reach::name, reach(pair));
    TlsHandshake::Result tls{.completed = true, .migration_identity = true};
    tls.own_leaf = tls.peer_leaf = tls.peer_issuer = certificate(survey_.started);
    add(TlsHandshake::name, tls);
    add(PathMtu::name, PathMtu::Result{.path_mtu_octets = 1500,
                                       .interface_mtu_octets = 1500,
                                       .limit = MtuLimit::local,
                                       .ttl_seen = 64});
    add(TcpPush::name, TcpPush::Result{.connected = true,
                                       .pushed_bytes = 262144,
                                       .arrived_bytes = 262144,
                                       .peer_reported = true});
    Latency::Result latency{.sent = 600, .received = 600, .rtt_p50_us = 200, .rtt_p99_us = 400};
    add(Latency::name, latency);
    latency.under_load = true;
    add(Latency::name, latency);
    for (auto const transport : {Transport::tcp, Transport::tls})
      for (auto const streams : {1, 8}) {
        Bandwidth::Result bandwidth;
        bandwidth.transport = transport;
        if (transport == Transport::tls) bandwidth.mode = BulkMode::migration;
        bandwidth.streams = streams;
        bandwidth.measured_seconds = 1;
        bandwidth.transferred_bytes = 1'000'000'000;
        bandwidth.rate_bits_per_second = 9.4e9;
        add(Bandwidth::name, std::move(bandwidth));
      }
    survey_.pairs.push_back(std::move(record));
    survey_.arrivals.push_back({.at = pair.target,
                                .from = pair.source,
                                .family = Family::ipv4,
                                .udp_requests = 3,
                                .tcp_connections = 8});
    survey_.counted.insert(pair.target);
  }

  [[nodiscard]] Reach::Result reach(NodePair pair) const {
    Reach::Result result;
    result.udp_sent = result.udp_received = 1;
    result.udp.outcome = Outcome::answered;
    result.udp.source_seen = survey_.nodes[pair.source].addresses.front() + ":40000";
    for (std::uint16_t i = 0; i < 8; ++i) {
      result.tcp.push_back(result.udp);
      result.tcp.back().port = static_cast<std::uint16_t>(33000 + i * 3500);
    }
    result.ttl_seen = result.ttl_received = 64;
    result.tos_sent = result.tos_seen = 0xba;
    return result;
  }

  Survey survey_;
};
}  // namespace leadline
