#include "agent/allowance.hpp"

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

namespace leadline::agent {
namespace {
struct Target {
  std::string address;
  std::vector<std::string> allowed;  ///< --allow
};

void PrintTo(Target const& target, std::ostream* out) {
  *out << target.address;
  for (auto const& range : target.allowed) *out << ' ' << range;
}

bool is_allowed(Target const& target) {
  std::vector<Network> allowed;
  for (auto const& range : target.allowed) allowed.push_back(Network::parse(range).value());
  return may_probe(boost::asio::ip::make_address(target.address), allowed);
}

class Allowed : public testing::TestWithParam<Target> {};

TEST_P(Allowed, IsProbed) {
  EXPECT_TRUE(is_allowed(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(ByDefault, Allowed,
                         testing::Values(Target{"10.200.5.1", {}}, Target{"192.168.1.1", {}},
                                         Target{"203.0.113.9", {}}, Target{"169.253.255.255", {}},
                                         Target{"169.255.0.1", {}}, Target{"fd00:200::1", {}},
                                         Target{"2001:db8::1", {}}, Target{"::ffff:10.200.5.1", {}},
                                         Target{"128.0.0.1", {}}));

INSTANTIATE_TEST_SUITE_P(ByRange, Allowed,
                         testing::Values(Target{"10.200.5.1", {"10.200.0.0/16"}},
                                         Target{"::ffff:10.200.5.1", {"10.200.0.0/16"}},
                                         Target{"fd00:200::1", {"10.0.0.0/8", "fd00:200::/32"}},
                                         Target{"127.0.0.1", {"127.0.0.0/8"}},
                                         Target{"169.254.1.1", {"169.254.1.1"}}));

class Refused : public testing::TestWithParam<Target> {};

TEST_P(Refused, IsNotProbed) {
  EXPECT_FALSE(is_allowed(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(ByDefault, Refused,
                         testing::Values(Target{"127.0.0.1", {}}, Target{"127.255.0.1", {}},
                                         Target{"0.0.0.0", {}}, Target{"169.254.169.254", {}},
                                         Target{"224.0.0.1", {}}, Target{"255.255.255.255", {}},
                                         Target{"::1", {}}, Target{"fe80::1", {}},
                                         Target{"::ffff:127.0.0.1", {}}));

INSTANTIATE_TEST_SUITE_P(ByRange, Refused,
                         testing::Values(Target{"10.201.0.1", {"10.200.0.0/16"}},
                                         Target{"::ffff:10.201.0.1", {"10.200.0.0/16"}},
                                         Target{"fd00:201::1", {"10.0.0.0/8", "fd00:200::/32"}},
                                         Target{"::ffff:127.0.0.1", {"10.0.0.0/8"}},
                                         Target{"fd00:200::1", {"10.200.0.0/16"}}));

TEST(Allowance, OfAnEndpointIsThatOfItsAddress) {
  for (auto const* good : {"10.200.5.1:9185", "[fd00::1]:9185", "[::ffff:10.200.5.1]:9185"})
    EXPECT_TRUE(may_probe_endpoint(good, {})) << good;
  for (auto const* bad : {"127.0.0.1:9185", "[::1]:9185", "[::ffff:127.0.0.1]:9185",
                          "virt.example:9185", "", "[]:9185", "10.200.5.1.:9185"})
    EXPECT_FALSE(may_probe_endpoint(bad, {})) << bad;
}
}  // namespace
}  // namespace leadline::agent
