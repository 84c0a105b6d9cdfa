#include "coordinator/lint/passages.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace leadline {
namespace {
namespace ip = boost::asio::ip;

ip::address at(unsigned offset) {
  return ip::address_v4{0x0ac80000U + offset};
}

AddressSet addresses(unsigned first, unsigned last) {
  AddressSet set;
  set.add({at(first), at(last)});
  return set;
}

bool lets_pass(Passage const& passage, std::uint16_t port, ip::address const& address) {
  return passage.addresses.contains(address) &&
         std::ranges::any_of(passage.ports, [&](PortRange const& open) {
           return open.first <= port && port <= open.last;
         });
}

std::vector<std::string> texts_of(std::vector<Blockage> const& all) {
  std::vector<std::string> texts;
  for (auto const& one : all) texts.push_back(format_tcp(one.ports) + ": " + format(one.addresses));
  return texts;
}

using Texts = std::vector<std::string>;

TEST(Passages, AddUp) {
  constexpr PortRange wanted{.first = 100, .last = 199};
  auto const peers = addresses(0, 9);
  EXPECT_EQ(texts_of(blocked(wanted, peers, {})),
            Texts{"tcp 100 to 199: 10.200.0.0 to 10.200.0.9"});
  std::vector<Passage> passages{{.ports = {{50, 149}}, .addresses = addresses(0, 9)}};
  EXPECT_EQ(texts_of(blocked(wanted, peers, passages)),
            Texts{"tcp 150 to 199: 10.200.0.0 to 10.200.0.9"});
  passages.push_back({.ports = {{150, 150}, {152, 300}}, .addresses = addresses(0, 4)});
  EXPECT_EQ(texts_of(blocked(wanted, peers, passages)),
            (Texts{"tcp 150: 10.200.0.5 to 10.200.0.9", "tcp 151: 10.200.0.0 to 10.200.0.9",
                   "tcp 152 to 199: 10.200.0.5 to 10.200.0.9"}));
  passages.push_back({.ports = {{0, 65535}}, .addresses = addresses(5, 20)});
  EXPECT_EQ(texts_of(blocked(wanted, peers, passages)), Texts{"tcp 151: 10.200.0.0 to 10.200.0.4"});
  passages.push_back({.ports = {{151, 151}}, .addresses = addresses(0, 4)});
  EXPECT_EQ(texts_of(blocked(wanted, peers, passages)), Texts{});
}

TEST(Passages, ReachToTheHighestPort) {
  std::vector<Passage> const passages{{.ports = {{1, 65534}}, .addresses = addresses(0, 9)}};
  EXPECT_EQ(texts_of(blocked({.first = 0, .last = 65535}, addresses(3, 3), passages)),
            (Texts{"tcp 0: 10.200.0.3", "tcp 65535: 10.200.0.3"}));
}

TEST(Passages, OfNobodyAreNotBlocked) {
  EXPECT_EQ(texts_of(blocked({.first = 1, .last = 2}, {}, {})), Texts{});
}

auto any_pair(unsigned end) {
  return rc::gen::map(rc::gen::pair(rc::gen::inRange(0U, end), rc::gen::inRange(0U, end)),
                      [](std::pair<unsigned, unsigned> const& two) {
                        return std::pair{std::min(two.first, two.second),
                                         std::max(two.first, two.second)};
                      });
}

RC_GTEST_PROP(Passages, BlockExactlyWhatNoneOfThemLetsPass, ()) {
  std::vector<Passage> passages;
  for (auto const& [ports, range] :
       *rc::gen::container<
           std::vector<std::pair<std::pair<unsigned, unsigned>, std::pair<unsigned, unsigned>>>>(
           rc::gen::pair(any_pair(30), any_pair(12)))) {
    PortRange const open{.first = static_cast<std::uint16_t>(ports.first),
                         .last = static_cast<std::uint16_t>(ports.second)};
    passages.push_back({.ports = {open}, .addresses = addresses(range.first, range.second)});
  }
  auto const closed = blocked({.first = 5, .last = 24}, addresses(2, 9), passages);
  for (std::uint16_t port = 0; port < 30; ++port)
    for (unsigned n = 0; n < 12; ++n) {
      bool const wanted = 5 <= port && port <= 24 && 2 <= n && n <= 9;
      bool const passes = std::ranges::any_of(
          passages, [&](Passage const& passage) { return lets_pass(passage, port, at(n)); });
      auto const times = std::ranges::count_if(closed, [&](Blockage const& one) {
        return one.ports.first <= port && port <= one.ports.last && one.addresses.contains(at(n));
      });
      RC_ASSERT(times == (wanted && !passes ? 1 : 0));
    }
}
}  // namespace
}  // namespace leadline
