#include "coordinator/explanation.hpp"
#include "coordinator/finding_catalogue.hpp"
#include "coordinator/report/report.hpp"
#include "tests/unit/layer2_maker.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace leadline {
namespace {
using Spoil = void (*)(SurveyMaker&);

bool everywhere(std::string const&, std::string const&) {
  return true;
}

bool into_n1(std::string const&, std::string const& target) {
  return target == "west/n1";
}

bool touching_n1(std::string const& source, std::string const& target) {
  return source == "west/n1" || target == "west/n1";
}

bool within_clusters(std::string const& source, std::string const& target) {
  return source.substr(0, 4) == target.substr(0, 4);
}

bool from_east(std::string const& source, std::string const&) {
  return source.starts_with("east/");
}

template <Outcome outcome>
void end_as(Observation& seen, Reach::Result& result) {
  seen.status = Status::fail;
  result.udp_received = 0;
  result.udp.outcome = outcome;
  result.udp.source_seen.clear();
  for (auto& attempt : result.tcp) attempt.outcome = outcome;
}

template <Outcome outcome>
void unreachable(SurveyMaker& m) {
  m.spoil<Reach>(touching_n1, end_as<outcome>);
  m.skip_after_reach(touching_n1).arrived(touching_n1, 0);
}

template <TlsFault fault>
void refused(SurveyMaker& m) {
  m.spoil<TlsHandshake>(into_n1, [](Observation& seen, TlsHandshake::Result& result) {
    seen.status = Status::fail;
    result.completed = false;
    result.peer_fault = fault;
  });
}

template <MtuLimit limit, int ttl>
void narrow(SurveyMaker& m) {
  m.spoil<PathMtu>(into_n1, [](Observation&, PathMtu::Result& result) {
    result.path_mtu_octets = 1400;
    result.smallest_lost_octets = 1401;
    result.limit = limit;
    result.ttl_seen = ttl;
  });
}

/// The host of west/n1: a veth in VLAN 2 of a filtering bridge, whose uplink has it tagged.
void look(SurveyMaker& m, void (*spoil)(std::vector<HostLink>&)) {
  auto const link = [](LinkRole role, std::string name, std::string kind, std::string master) {
    HostLink made{.role = role,
                  .name = std::move(name),
                  .kind = std::move(kind),
                  .master = std::move(master)};
    made.mtu_octets = 1500;
    made.up = made.carrier = true;
    return made;
  };
  std::vector<HostLink> chain{link(LinkRole::pod_end, "migration0", "veth", ""),
                              link(LinkRole::host_end, "veth1", "veth", "br1"),
                              link(LinkRole::bridge, "br1", "bridge", ""),
                              link(LinkRole::uplink, "eth1", "", "br1")};
  chain[1].pvid = 2;
  chain[1].untagged = {{2, 2}};
  chain[2].vlan_filtering = true;
  chain[2].default_pvid = 1;
  chain[3].tagged = {{2, 2}};
  spoil(chain);
  auto const node = m.node("west/n1");
  m.survey().node_observations.push_back(
      {.source = node,
       .target = node,
       .probe = std::string{HostView::name},
       .status = Status::ok,
       .result = HostView::Result{.skipped = {}, .chain = std::move(chain)}});
}

template <class How>
void on_latency(SurveyMaker& m, How how) {
  m.spoil<Latency>(everywhere, [how](Observation&, Latency::Result& result) { how(result); });
}

template <class How>
void on_bandwidth(SurveyMaker& m, SurveyMaker::Where const& where, How how) {
  m.spoil<Bandwidth>(where, [how](Observation&, Bandwidth::Result& result) { how(result); });
}

template <class How>
void on_reach(SurveyMaker& m, How how) {
  m.spoil<Reach>(everywhere, [how](Observation&, Reach::Result& result) { how(result); });
}

/// What shows each code: one fault in a healthy survey. Whether it is the only finding then, and in
/// the right place, is for the tables of its family.
std::map<std::string_view, Spoil> const& signs() {
  static std::map<std::string_view, Spoil> const all{
      {"AGENT_MISSING", [](SurveyMaker& m) { m.record("west/n1").lost = "connection reset"; }},
      {"LINK_DOWN", [](SurveyMaker& m) { m.facts("west/n1").interface.carrier = false; }},
      {"LINK_FLAPPING", [](SurveyMaker& m) { m.facts("west/n1").interface.carrier_changes = 40; }},
      {"LINK_SLOW",
       [](SurveyMaker& m) { m.survey().plan.thresholds.expected_link_speed = BitRate{25e9}; }},
      {"ADDR_NO_INTERFACE", [](SurveyMaker& m) { m.facts("west/n1").interface.present = false; }},
      {"ADDR_FAMILY_MISSING", [](SurveyMaker& m) { m.record("west/n1").addresses = {"fd00::1"}; }},
      {"ADDR_NO_GLOBAL", [](SurveyMaker& m) { m.facts("west/n1").interface.addresses.clear(); }},
      {"ADDR_OUTSIDE_RANGE",
       [](SurveyMaker& m) { m.survey().plan.network_ranges = {"10.101.0.0/16"}; }},
      {"ADDR_DUPLICATE",
       [](SurveyMaker& m) { m.record("west/n1").addresses = m.record("east/n1").addresses; }},
      {"ADDR_SELF_DIAL",
       [](SurveyMaker& m) {
         m.spoil<Reach>(into_n1, [](Observation& seen, Reach::Result& result) {
           end_as<Outcome::wrong_node>(seen, result);
           result.udp.answered_by = seen.source;
           for (auto& attempt : result.tcp) attempt.answered_by = seen.source;
         });
       }},
      {"VLAN_PORT_MISSING",
       [](SurveyMaker& m) {
         look(m, [](std::vector<HostLink>& links) {
           links[1].pvid = 0;
           links[1].untagged.clear();
         });
       }},
      {"VLAN_UPLINK_MISSING",
       [](SurveyMaker& m) {
         look(m, [](std::vector<HostLink>& links) { links[3].tagged.clear(); });
       }},
      {"VLAN_FILTERING_OFF",
       [](SurveyMaker& m) {
         look(m, [](std::vector<HostLink>& links) { links[2].vlan_filtering = false; });
       }},
      {"VLAN_WRONG_PORT",
       [](SurveyMaker& m) {
         unreachable<Outcome::absent_on_link>(m);
         Layer2Maker layer2{m};
         layer2.ports["west/n1"] = {.native = 200, .allowed = {}};
         layer2.hear();
       }},
      {"VLAN_NOT_TRUNKED",
       [](SurveyMaker& m) {
         m.spoil<Reach>(everywhere, end_as<Outcome::absent_on_link>);
         m.skip_after_reach(everywhere).arrived(everywhere, 0);
         Layer2Maker layer2{m};
         layer2.passes = within_clusters;
         layer2.hear();
       }},
      {"VLAN_TAGGED_AT_ACCESS",
       [](SurveyMaker& m) {
         Layer2Maker layer2{m};
         layer2.vlans = {100};
         layer2.usual.takes_own_tag = true;
         layer2.hear();
       }},
      {"REACH_NO_ROUTE", unreachable<Outcome::no_route_at_hop>},
      {"REACH_HOST_ABSENT", unreachable<Outcome::absent_on_link>},
      {"REACH_FILTERED", unreachable<Outcome::refused>},
      {"REACH_ONE_WAY",
       [](SurveyMaker& m) {
         unreachable<Outcome::silent>(m);
         m.arrived([](auto const& source, auto const&) { return source == "west/n1"; }, 3);
       }},
      {"REACH_PORT_RANGE",
       [](SurveyMaker& m) {
         m.spoil<Reach>(into_n1, [](Observation& seen, Reach::Result& result) {
           seen.status = Status::fail;
           result.tcp.back().outcome = Outcome::silent;
         });
       }},
      {"SYNC_UNREACHABLE",
       [](SurveyMaker& m) {
         m.survey().node_observations.push_back(
             {.source = 0,
              .target = 0,
              .probe = std::string{SyncPort::name},
              .status = Status::fail,
              .result = SyncPort::Result{.endpoint = "10.0.0.1:9185",
                                         .outcome = Outcome::silent,
                                         .system_error = "timed out"}});
       }},
      {"MTU_CHAIN",
       [](SurveyMaker& m) {
         look(m, [](std::vector<HostLink>& links) { links[3].mtu_octets = 1400; });
       }},
      {"MTU_L2_MISMATCH", narrow<MtuLimit::silent, 64>},
      {"MTU_BLACK_HOLE", narrow<MtuLimit::silent, 62>},
      {"MTU_BELOW_CONFIGURED", narrow<MtuLimit::signalled, 62>},
      {"MTU_ASYMMETRIC", narrow<MtuLimit::signalled, 62>},
      {"MTU_MSS_CLAMPED",
       [](SurveyMaker& m) {
         m.spoil<TcpPush>(everywhere, [](Observation&, TcpPush::Result& result) {
           result.clamped_mss_octets = 1300;
         });
       }},
      {"TLS_NOT_YET_VALID", refused<TlsFault::not_yet_valid>},
      {"TLS_EXPIRED", refused<TlsFault::expired>},
      {"TLS_UNTRUSTED", refused<TlsFault::untrusted>},
      {"TLS_WRONG_CN", refused<TlsFault::wrong_cn>},
      {"TLS_WRONG_EKU", refused<TlsFault::wrong_eku>},
      {"TLS_VERSION", refused<TlsFault::version>},
      {"TLS_FAILED", refused<TlsFault::closed>},
      {"TLS_UNREADABLE",
       [](SurveyMaker& m) {
         m.facts("west/n1").migration_identity.push_back(
             {.role = "server", .leaf = {}, .authority = {}, .problem = "No such file"});
       }},
      {"TLS_EXPIRES_SOON",
       [](SurveyMaker& m) {
         m.survey().plan.thresholds.leaf_expiry_warning = std::chrono::days{365};
       }},
      {"TLS_NOT_KUBEVIRT",
       [](SurveyMaker& m) {
         m.spoil<TlsHandshake>(everywhere, [](Observation&, TlsHandshake::Result& result) {
           result.migration_identity = false;
         });
       }},
      {"CLOCK_SKEW", [](SurveyMaker& m) { m.record("west/n1").clock->offset_ms = 90000; }},
      {"LOSS",
       [](SurveyMaker& m) { on_latency(m, [](Latency::Result& r) { r.lost_forward = 30; }); }},
      {"REORDERING",
       [](SurveyMaker& m) { on_latency(m, [](Latency::Result& r) { r.reordered = 60; }); }},
      {"LATENCY_HIGH",
       [](SurveyMaker& m) { on_latency(m, [](Latency::Result& r) { r.rtt_p50_us = 40000; }); }},
      {"BUFFERBLOAT",
       [](SurveyMaker& m) {
         on_latency(m, [](Latency::Result& r) {
           if (r.under_load) r.rtt_p50_us = r.rtt_p90_us = 140000;
         });
       }},
      {"BANDWIDTH_LOW",
       [](SurveyMaker& m) {
         on_bandwidth(m, everywhere, [](Bandwidth::Result& r) { r.rate_bits_per_second = 90e6; });
       }},
      {"BANDWIDTH_SHARED",
       [](SurveyMaker& m) {
         auto const& pair = m.survey().pairs.front();
         m.survey().second_looks.push_back({.source = pair.source, .target = pair.target});
       }},
      {"BANDWIDTH_ASYMMETRIC",
       [](SurveyMaker& m) {
         on_bandwidth(m, from_east, [](Bandwidth::Result& r) { r.rate_bits_per_second = 2e9; });
       }},
      {"BANDWIDTH_RETRANSMITS",
       [](SurveyMaker& m) {
         on_bandwidth(m, everywhere,
                      [](Bandwidth::Result& r) { r.retransmitted_segments = 40000; });
       }},
      {"BANDWIDTH_CPU_BOUND",
       [](SurveyMaker& m) {
         on_bandwidth(m, everywhere, [](Bandwidth::Result& r) {
           if (r.transport == Transport::tls) r.rate_bits_per_second = 3e9;
           r.sender_cpu_share = 0.99;
         });
       }},
      {"AGENT_STARVED",
       [](SurveyMaker& m) {
         m.spoil<Latency>(everywhere, [](Observation& seen, Latency::Result&) {
           seen.status = Status::inconclusive;
         });
       }},
      {"NOT_MEASURED", [](SurveyMaker& m) { m.skip("tcp_push", into_n1); }},
      {"PATH_NAT",
       [](SurveyMaker& m) {
         on_reach(m, [](Reach::Result& r) { r.udp.source_seen = "192.0.2.1:1024"; });
       }},
      {"PATH_ROUTED",
       [](SurveyMaker& m) {
         on_reach(m, [](Reach::Result& r) { r.ttl_seen = r.ttl_received = 62; });
       }},
      {"PATH_ASYMMETRIC",
       [](SurveyMaker& m) { on_reach(m, [](Reach::Result& r) { r.ttl_received = 62; }); }},
      {"PATH_FOREIGN_MAC",
       [](SurveyMaker& m) {
         m.facts("west/n1").interface.mac = "02:00:00:00:02:01";
         on_reach(m, [](Reach::Result& r) { r.next_hop_mac = "02:00:00:00:ee:ee"; });
       }},
      {"PATH_DSCP_BLEACHED",
       [](SurveyMaker& m) { on_reach(m, [](Reach::Result& r) { r.tos_seen = 2; }); }}};
  return all;
}

/// The codes of a report: of its findings, and of what is folded under them.
std::vector<std::string> codes_of(Report const& report) {
  std::vector<std::string> codes;
  for (auto const& finding : report.findings) {
    codes.push_back(finding.code);
    for (auto const& consequence : finding.consequences)
      codes.push_back(consequence.substr(0, consequence.find(' ')));
  }
  return codes;
}

TEST(Catalogue, HasARuleForEveryCode) {
  for (auto const& kind : finding_catalogue()) {
    auto const sign = signs().find(kind.code);
    if (sign == signs().end()) {
      ADD_FAILURE() << kind.code << " is never found by a test";
      continue;
    }
    SurveyMaker maker;
    sign->second(maker);
    auto const codes = codes_of(make_report(maker.survey(), false));
    EXPECT_GE(std::ranges::count(codes, kind.code), 1) << kind.code;
  }
  EXPECT_EQ(signs().size(), finding_catalogue().size()) << "a sign of no code";
}

TEST(Catalogue, IsSilentAboutAHealthySurvey) {
  SurveyMaker maker;
  look(maker, [](std::vector<HostLink>&) {});
  Layer2Maker{maker}.hear();
  EXPECT_TRUE(codes_of(make_report(maker.survey(), false)).empty());
}

TEST(Catalogue, HasEachCodeInOneGroupOfCauses) {
  std::map<std::string_view, int> groups;
  for (auto const& group : cause_groups())
    for (auto const code : group.codes) ++groups[code];
  for (auto const& kind : finding_catalogue())
    EXPECT_EQ(groups[kind.code], 1) << kind.code << " would never make a finding";
  EXPECT_EQ(groups.size(), finding_catalogue().size());
}

TEST(Catalogue, ExplainsEveryCode) {
  for (auto const& kind : finding_catalogue()) {
    EXPECT_FALSE(kind.title.empty());
    EXPECT_FALSE(kind.meaning.empty());
    EXPECT_FALSE(kind.remedy.empty());
    EXPECT_NE(explain(kind.code).find(kind.title), std::string::npos);
    EXPECT_NE(explain("").find(kind.code), std::string::npos);
  }
  EXPECT_EQ(explain("NO_SUCH_CODE"), "");
}
}  // namespace
}  // namespace leadline
