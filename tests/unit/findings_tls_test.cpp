#include "coordinator/findings.hpp"
#include "coordinator/symptoms.hpp"
#include "tests/unit/fault_rows.hpp"

#include <cstdint>
#include <limits>

namespace leadline::fault_rows {
namespace {
auto refuses(TlsFault fault) {
  return [fault](Observation& seen, TlsHandshake::Result& result) {
    seen.status = Status::fail;
    result.completed = false;
    result.peer_fault = fault;
  };
}

auto is_refused(TlsFault fault) {
  return [fault](Observation& seen, TlsHandshake::Result& result) {
    seen.status = Status::fail;
    result.completed = false;
    result.own_fault = fault;
  };
}

/// What virt-handler shows, valid since half a day, with so many hours left by the coordinator's
/// clock.
void leaves_expire_in(SurveyMaker& m, int hours) {
  auto const start = std::chrono::system_clock::to_time_t(m.survey().started);
  m.spoil<TlsHandshake>(everywhere, [=](Observation&, TlsHandshake::Result& r) {
    r.own_leaf->not_after_unix_seconds = r.peer_leaf->not_after_unix_seconds = start + hours * 3600;
    for (auto* facts : {&r.own_leaf, &r.peer_leaf, &r.peer_issuer})
      (*facts)->not_before_unix_seconds = start - 12 * 3600;
  });
}

FaultRow bad_certificate(std::string name, TlsFault fault, std::string const& code) {
  return {std::move(name),
          [fault](SurveyMaker& m) {
            m.spoil<TlsHandshake>(into("west/n2"), refuses(fault));
            m.spoil<TlsHandshake>(out_of("west/n2"), is_refused(fault));
          },
          {code + " node west/n2 inbound"},
          not_ready};
}

INSTANTIATE_TEST_SUITE_P(
    Tls, FaultTable,
    testing::Values(
        bad_certificate("untrusted", TlsFault::untrusted, "TLS_UNTRUSTED"),
        bad_certificate("expired", TlsFault::expired, "TLS_EXPIRED"),
        bad_certificate("not_yet_valid", TlsFault::not_yet_valid, "TLS_NOT_YET_VALID"),
        bad_certificate("wrong_cn", TlsFault::wrong_cn, "TLS_WRONG_CN"),
        bad_certificate("wrong_eku", TlsFault::wrong_eku, "TLS_WRONG_EKU"),
        bad_certificate("version", TlsFault::version, "TLS_VERSION"),
        bad_certificate("cut_without_an_alert", TlsFault::closed, "TLS_FAILED"),
        FaultRow{"unreadable",
                 [](SurveyMaker& m) {
                   m.facts("east/n1").migration_identity.push_back(
                       {.role = "client",
                        .leaf = {},
                        .authority = {},
                        .problem = "client/tls.key: No such file or directory"});
                   m.skip("tls", touching("east/n1"));
                 },
                 {"TLS_UNREADABLE node east/n1 both"},
                 not_ready},
        FaultRow{"ca_not_copied",
                 [](SurveyMaker& m) {
                   m.spoil<TlsHandshake>(from_cluster("west"), refuses(TlsFault::untrusted));
                   m.spoil<TlsHandshake>(from_cluster("east"), is_refused(TlsFault::untrusted));
                 },
                 {"TLS_UNTRUSTED clusters west -> east forward"},
                 not_ready},
        FaultRow{"expires_soon",
                 [](SurveyMaker& m) {
                   auto const now = std::chrono::system_clock::to_time_t(m.survey().started);
                   m.spoil<TlsHandshake>(into("east/n1"),
                                         [now](Observation&, TlsHandshake::Result& r) {
                                           r.peer_leaf->not_after_unix_seconds = now + 3 * 3600;
                                         });
                 },
                 {"TLS_EXPIRES_SOON node east/n1 both"},
                 warnings},
        FaultRow{"leaves_halfway_through_their_day",
                 [](SurveyMaker& m) { leaves_expire_in(m, 13); },
                 {},
                 Verdict::ready},
        FaultRow{"the_coordinators_clock_is_8_hours_ahead",
                 [](SurveyMaker& m) {
                   for (auto& node : m.survey().nodes) node.clock->offset_ms = -8 * 3600e3;
                   leaves_expire_in(m, 6);
                 },
                 {},
                 Verdict::ready},
        FaultRow{"the_coordinators_clock_is_8_hours_behind",
                 [](SurveyMaker& m) {
                   for (auto& node : m.survey().nodes) node.clock->offset_ms = 8 * 3600e3;
                   leaves_expire_in(m, 7);
                 },
                 {"TLS_EXPIRED cluster east both", "TLS_EXPIRED cluster west both"},
                 not_ready},
        FaultRow{"own_authority_expires_soon",
                 [](SurveyMaker& m) {
                   auto soon = SurveyMaker::certificate(m.survey().started);
                   soon.not_after_unix_seconds -= 165 * 3600;  // 3 h are left
                   soon.serial = "02";
                   m.facts("east/n1").migration_identity.push_back(
                       {.role = "client",
                        .leaf = SurveyMaker::certificate(m.survey().started),
                        .authority = soon,
                        .problem = {}});
                 },
                 {"TLS_EXPIRES_SOON node east/n1 both"},
                 warnings},
        FaultRow{"authority_without_an_end",
                 [](SurveyMaker& m) {
                   auto endless = SurveyMaker::certificate(m.survey().started);
                   endless.not_after_unix_seconds = 253402300799;  // 9999: no count of nanoseconds
                   m.facts("east/n1").migration_identity.push_back(
                       {.role = "server", .leaf = endless, .authority = endless, .problem = {}});
                 },
                 {},
                 Verdict::ready},
        FaultRow{"dates_that_nobody_has",
                 [](SurveyMaker& m) {
                   auto absurd = SurveyMaker::certificate(m.survey().started);
                   absurd.not_after_unix_seconds = std::numeric_limits<std::int64_t>::min();
                   m.facts("east/n1").migration_identity.push_back(
                       {.role = "server", .leaf = absurd, .authority = {}, .problem = {}});
                 },
                 {"TLS_EXPIRED node east/n1 both"},
                 not_ready},
        FaultRow{"expired_by_facts",
                 [](SurveyMaker& m) {
                   auto expired = SurveyMaker::certificate(m.survey().started);
                   expired.not_after_unix_seconds -= 8 * 86400;
                   m.facts("east/n1").migration_identity.push_back(
                       {.role = "server", .leaf = expired, .authority = {}, .problem = {}});
                   m.spoil<TlsHandshake>(into("east/n1"), refuses(TlsFault::expired));
                 },
                 {"TLS_EXPIRED node east/n1 both"},
                 not_ready},
        FaultRow{"expired_on_two_nodes",
                 [](SurveyMaker& m) {
                   auto expired = SurveyMaker::certificate(m.survey().started);
                   expired.not_after_unix_seconds -= 8 * 86400;
                   m.facts("east/n1").migration_identity.push_back(
                       {.role = "server", .leaf = expired, .authority = {}, .problem = {}});
                   m.spoil<TlsHandshake>(into("east/n1"), refuses(TlsFault::expired));
                   m.spoil<TlsHandshake>(into("west/n2"), refuses(TlsFault::expired));
                   m.spoil<TlsHandshake>(out_of("west/n2"), is_refused(TlsFault::expired));
                 },
                 {"TLS_EXPIRED node east/n1 both", "TLS_EXPIRED node west/n2 inbound"},
                 not_ready},
        FaultRow{"cut_by_black_hole",
                 [](SurveyMaker& m) {
                   m.spoil<PathMtu>(everywhere, [](Observation&, PathMtu::Result& r) {
                     shrink(r, 1400, MtuLimit::silent, 62);
                   });
                   m.spoil<TlsHandshake>(everywhere,
                                         [](Observation& seen, TlsHandshake::Result& r) {
                                           seen.status = Status::fail;
                                           r.completed = false;
                                         });
                 },
                 {"MTU_BLACK_HOLE clusters east -> west both"},
                 not_ready}));

TEST(Tls, ARefusalSaysHowLongCertificateAndAuthorityLast) {
  SurveyMaker maker;
  auto const certificate = SurveyMaker::certificate(maker.survey().started);
  for (auto const* node : {"east/n1", "west/n1"})
    maker.facts(node).migration_identity.push_back(
        {.role = "server", .leaf = certificate, .authority = certificate, .problem = {}});
  maker.spoil<TlsHandshake>(between("east/n1", "west/n1"),
                            [](Observation& seen, TlsHandshake::Result& r) {
                              refuses(TlsFault::untrusted)(seen, r);
                              r.detail = "unable to get local issuer certificate";
                            });
  auto const findings = find_causes(maker.survey(), read_symptoms(maker.survey()));
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings.front().evidence.front(),
            "east/n1 refuses the server certificate of west/n1: unable to get local issuer "
            "certificate; certificate CN=kubevirt.io:system:node:virt-handler, issued by "
            "CN=kubevirt.io, serial 01, expires in 168 h; its CA expires in 168 h");
}
}  // namespace
}  // namespace leadline::fault_rows
