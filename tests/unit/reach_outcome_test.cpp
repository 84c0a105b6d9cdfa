#include "probes/reach_outcome.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <vector>

namespace leadline {
namespace {
namespace ip = boost::asio::ip;

struct Case {
  char const* cause;
  int error_number;
  int type;  ///< -1: no ICMP error came
  int code;
  char const* offender;
  Outcome expected;
};

void check(Case const& c, char const* origin, char const* own, char const* target) {
  Failure failure{.error_number = c.error_number,
                  .evidence = std::nullopt,
                  .own = ip::make_address(own),
                  .target = ip::make_address(target)};
  if (c.type >= 0) {
    IcmpEvidence evidence;
    evidence.origin = origin;
    evidence.offender = c.offender;
    evidence.type = c.type;
    evidence.code = c.code;
    evidence.error_number = c.error_number;
    failure.evidence = evidence;
  }
  EXPECT_EQ(outcome_of(failure), c.expected) << origin << ": " << c.cause;
}

TEST(Outcome, TellsFailuresApartOnIpv4) {
  constexpr auto own = "10.0.0.1";
  constexpr auto router = "10.0.0.254";
  constexpr auto target = "10.9.0.2";
  std::vector<Case> const cases{
      {"TCP: nobody listens", ECONNREFUSED, -1, 0, "", Outcome::refused},
      {"TCP: reset after the connect", ECONNRESET, -1, 0, "", Outcome::refused},
      {"UDP: nobody listens", ECONNREFUSED, 3, 3, target, Outcome::refused},
      {"firewall: port unreachable", ECONNREFUSED, 3, 3, router, Outcome::port_unreachable},
      {"no such protocol", ENOPROTOOPT, 3, 2, target, Outcome::refused},
      {"firewall: admin prohibited", EHOSTUNREACH, 3, 13, router, Outcome::prohibited},
      {"firewall: host prohibited", EHOSTUNREACH, 3, 10, router, Outcome::prohibited},
      {"firewall: net prohibited", ENETUNREACH, 3, 9, router, Outcome::prohibited},
      {"firewall on the target: prohibited", EHOSTUNREACH, 3, 13, target, Outcome::prohibited},
      {"own firewall", EPERM, -1, 0, "", Outcome::prohibited},
      {"own prohibit route", EACCES, -1, 0, "", Outcome::prohibited},
      {"own blackhole route", EINVAL, -1, 0, "", Outcome::no_local_route},
      {"own unreachable route", EHOSTUNREACH, -1, 0, "", Outcome::no_local_route},
      {"silent drop", ETIMEDOUT, -1, 0, "", Outcome::silent},
      {"router has no route", ENETUNREACH, 3, 0, router, Outcome::no_route_at_hop},
      {"router knows no such network", ENETUNREACH, 3, 6, router, Outcome::no_route_at_hop},
      {"routing loop", EHOSTUNREACH, 11, 0, router, Outcome::no_route_at_hop},
      {"absent behind a router", EHOSTUNREACH, 3, 1, router, Outcome::absent_behind_router},
      {"absent on the own link", EHOSTUNREACH, 3, 1, own, Outcome::absent_on_link},
      {"no local route", ENETUNREACH, -1, 0, "", Outcome::no_local_route},
      {"interface down", ENETDOWN, -1, 0, "", Outcome::no_local_route},
      {"own address gone", EADDRNOTAVAIL, -1, 0, "", Outcome::no_local_route},
      {"anything else", EMFILE, -1, 0, "", Outcome::unclear},
      {"an ICMP error that ends nothing", ETIMEDOUT, 3, 4, router, Outcome::silent},
      {"a broken offender", ECONNREFUSED, 3, 3, "", Outcome::port_unreachable},
  };
  for (auto const& c : cases) check(c, "icmp", own, target);
}

TEST(Outcome, TellsFailuresApartOnIpv6) {
  constexpr auto own = "fd00::1";
  constexpr auto router = "fd00::ff";
  constexpr auto target = "fd09::2";
  std::vector<Case> const cases{
      {"TCP: nobody listens", ECONNREFUSED, -1, 0, "", Outcome::refused},
      {"UDP: nobody listens", ECONNREFUSED, 1, 4, target, Outcome::refused},
      {"the same, written differently", ECONNREFUSED, 1, 4, "fd09:0::0:2", Outcome::refused},
      {"firewall: port unreachable", ECONNREFUSED, 1, 4, router, Outcome::port_unreachable},
      {"firewall: admin prohibited", EACCES, 1, 1, router, Outcome::prohibited},
      {"firewall: policy", EACCES, 1, 5, router, Outcome::prohibited},
      {"firewall: reject route", EACCES, 1, 6, router, Outcome::prohibited},
      {"silent drop", ETIMEDOUT, -1, 0, "", Outcome::silent},
      {"router has no route", ENETUNREACH, 1, 0, router, Outcome::no_route_at_hop},
      {"beyond scope", EHOSTUNREACH, 1, 2, router, Outcome::no_route_at_hop},
      {"routing loop", EHOSTUNREACH, 3, 0, router, Outcome::no_route_at_hop},
      {"absent behind a router", EHOSTUNREACH, 1, 3, router, Outcome::absent_behind_router},
      {"absent on the own link", EHOSTUNREACH, 1, 3, own, Outcome::absent_on_link},
      {"no local route", ENETUNREACH, -1, 0, "", Outcome::no_local_route},
      {"own blackhole route", EINVAL, -1, 0, "", Outcome::no_local_route},
      {"an ICMP error that ends nothing", ETIMEDOUT, 2, 0, router, Outcome::silent},
  };
  for (auto const& c : cases) check(c, "icmp6", own, target);
}

TEST(Outcome, IsAbsentOnLinkWhenTheKernelItselfSaysSo) {
  check({"local", EHOSTUNREACH, 0, 0, "", Outcome::absent_on_link}, "local", "10.0.0.1",
        "10.0.0.2");
}

IcmpEvidence said(int type, int code, char const* offender) {
  IcmpEvidence evidence;
  evidence.origin = "icmp";
  evidence.type = type;
  evidence.code = code;
  evidence.offender = offender;
  return evidence;
}

TEST(Decisive, IsTheLastErrorThatEndsAnAttempt) {
  std::array const evidence{said(3, 0, "10.0.0.7"), said(3, 1, "10.0.0.8"), said(3, 4, "10.0.0.9")};
  ASSERT_TRUE(decisive(evidence));
  EXPECT_EQ(decisive(evidence)->offender, "10.0.0.8");
}

TEST(Decisive, IsNothingWithoutSuchAnError) {
  EXPECT_FALSE(decisive({}));
  std::array const evidence{said(3, 4, "10.0.0.9")};
  EXPECT_FALSE(decisive(evidence));
}

TEST(Outcome, SurvivesJson) {
  for (int i = 0; i <= static_cast<int>(Outcome::silent); ++i) {
    auto const outcome = static_cast<Outcome>(i);
    EXPECT_EQ(nlohmann::json(outcome).get<Outcome>(), outcome);
    EXPECT_FALSE(describe(outcome).empty());
  }
  EXPECT_EQ(nlohmann::json("nonsense").get<Outcome>(), Outcome::unclear);
}
}  // namespace
}  // namespace leadline
