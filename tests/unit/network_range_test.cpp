#include "probes/core/network.hpp"

#include <gtest/gtest.h>

#include <string>

namespace leadline {
namespace {

struct Case {
  std::string range;
  std::string address;
  bool inside;
};

void PrintTo(Case const& c, std::ostream* out) {
  *out << c.address << " in " << c.range;
}

class Range : public testing::TestWithParam<Case> {};

TEST_P(Range, HoldsOrNot) {
  auto const network = Network::parse(GetParam().range);
  ASSERT_TRUE(network.has_value()) << network.error();
  EXPECT_EQ(network->contains(boost::asio::ip::make_address(GetParam().address)),
            GetParam().inside);
}

INSTANTIATE_TEST_SUITE_P(Table, Range,
                         testing::Values(Case{"10.200.0.0/16", "10.200.255.1", true},
                                         Case{"10.200.0.0/16", "10.201.0.1", false},
                                         Case{"10.200.1.128/25", "10.200.1.200", true},
                                         Case{"10.200.1.128/25", "10.200.1.127", false},
                                         Case{"0.0.0.0/0", "192.0.2.1", true},
                                         Case{"0.0.0.0/0", "fd00::1", false},
                                         Case{"10.1.2.3", "10.1.2.3", true},
                                         Case{"10.1.2.3", "10.1.2.4", false},
                                         Case{"fd00:200::/33", "fd00:200:7fff::1", true},
                                         Case{"fd00:200::/33", "fd00:200:8000::1", false}));

class BadRange : public testing::TestWithParam<std::string> {};

TEST_P(BadRange, IsRefused) {
  EXPECT_FALSE(Network::parse(GetParam()).has_value());
}

INSTANTIATE_TEST_SUITE_P(Table, BadRange,
                         testing::Values("", "/", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1",
                                         "10.0.0.0/8x", "10.0.0/8", "fd00::/129", "east"));
}  // namespace
}  // namespace leadline
