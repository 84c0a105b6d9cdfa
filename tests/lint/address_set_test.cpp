#include "coordinator/manifests/address_set.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <limits>
#include <set>
#include <utility>

namespace leadline {
namespace {
namespace ip = boost::asio::ip;

ip::address at(unsigned offset) {
  return ip::address_v4{0x0ac80000U + offset};
}

std::string text_of(AddressSet const& set) {
  return format(set);
}

/// A set built step by step, and beside it the numbers that it must hold.
struct Steps {
  AddressSet set;
  std::set<unsigned> numbers;

  void take(bool add, unsigned first, unsigned last) {
    if (add)
      set.add({at(first), at(last)});
    else
      set.remove({at(first), at(last)});
    for (unsigned n = first; n <= last; ++n)
      if (add)
        numbers.insert(n);
      else
        numbers.erase(n);
  }
};

Steps any_steps() {
  Steps steps;
  auto const list =
      *rc::gen::container<std::vector<std::pair<bool, std::pair<unsigned, unsigned>>>>(
          rc::gen::pair(rc::gen::arbitrary<bool>(),
                        rc::gen::pair(rc::gen::inRange(0U, 60U), rc::gen::inRange(0U, 60U))));
  for (auto const& [add, ends] : list) steps.take(add, ends.first, ends.second);
  return steps;
}

RC_GTEST_PROP(AddressSet, HoldsExactlyWhatWasAddedAndNotRemoved, ()) {
  auto const steps = any_steps();
  for (unsigned n = 0; n < 61; ++n)
    RC_ASSERT(steps.set.contains(at(n)) == (steps.numbers.count(n) > 0));
  RC_ASSERT(steps.set.size() == steps.numbers.size());
  for (std::size_t i = 1; i < steps.set.ranges().size(); ++i)
    RC_ASSERT(*after(steps.set.ranges()[i - 1].last) < steps.set.ranges()[i].first);
}

RC_GTEST_PROP(AddressSet, HasInCommonWhatIsInBoth, ()) {
  auto const one = any_steps();
  auto const other = any_steps();
  auto const common = one.set.common_with(other.set);
  for (unsigned n = 0; n < 61; ++n)
    RC_ASSERT(common.contains(at(n)) == (one.numbers.count(n) > 0 && other.numbers.count(n) > 0));
}

RC_GTEST_PROP(AddressSet, WithoutAnotherHasWhatIsInItAlone, ()) {
  auto const one = any_steps();
  auto const other = any_steps();
  auto const rest = one.set.without(other.set);
  for (unsigned n = 0; n < 61; ++n)
    RC_ASSERT(rest.contains(at(n)) == (one.numbers.count(n) > 0 && other.numbers.count(n) == 0));
}

RC_GTEST_PROP(AddressBlock, HoldsItsOwnRangeAndNothingBeside, ()) {
  auto const length = *rc::gen::inRange(1, 33);
  auto const number = *rc::gen::arbitrary<std::uint32_t>();
  auto const block =
      *parse_block(ip::address_v4{number}.to_string() + "/" + std::to_string(length));
  auto const [first, last] = block.range();
  RC_ASSERT(block.contains(ip::address_v4{number}) && block.contains(first) &&
            block.contains(last));
  if (auto const lower = before(first)) RC_ASSERT(!block.contains(*lower));
  if (auto const higher = after(last)) RC_ASSERT(!block.contains(*higher));
}

TEST(AddressSet, KeepsTheFamiliesApart) {
  AddressSet set;
  set.add({ip::make_address("10.0.0.1"), ip::make_address("10.0.0.9")});
  set.add({ip::make_address("fd00::1"), ip::make_address("fd00::9")});
  EXPECT_EQ(set.size(), 18U);
  EXPECT_FALSE(set.contains(ip::make_address("::ffff:10.0.0.1")));
  set.remove({ip::make_address("::"), *before(ip::make_address("fd00::5"))});
  EXPECT_EQ(text_of(set), "10.0.0.1 to 10.0.0.9, fd00::5 to fd00::9");
}

TEST(AddressSet, ReachesToBothEndsOfAFamily) {
  AddressSet set;
  set.add({ip::make_address("0.0.0.0"), ip::make_address("255.255.255.255")});
  EXPECT_EQ(set.size(), std::uint64_t{1} << 32U);
  set.remove({ip::make_address("0.0.0.0"), ip::make_address("0.0.0.0")});
  set.remove({ip::make_address("255.255.255.255"), ip::make_address("255.255.255.255")});
  EXPECT_EQ(text_of(set), "0.0.0.1 to 255.255.255.254");
  EXPECT_EQ(after(ip::make_address("255.255.255.255")), std::nullopt);
  EXPECT_EQ(before(ip::make_address("::")), std::nullopt);
  AddressSet all;
  all.add({ip::make_address("::"), *after(ip::make_address("fe80::"))});
  EXPECT_EQ(all.size(), std::numeric_limits<std::uint64_t>::max());
}

TEST(AddressBlock, ReadsNetworksAndRefusesTheRest) {
  EXPECT_EQ(format(*parse_block("10.200.5.7/24")), "10.200.5.0/24");
  EXPECT_EQ(format(*parse_block("fd00:1::7/64")), "fd00:1::/64");
  EXPECT_EQ(format(*parse_block("0.0.0.0/0")), "0.0.0.0/0");
  for (auto const* const bad : {"", "10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1",
                                "10.0.0/24", "fd00::/129", "10.0.0.0/24x", "a/24", "10.0.0.0/ 8"})
    EXPECT_EQ(parse_block(bad), std::nullopt) << bad;
  EXPECT_EQ(parse_address("10.200.5.7/24")->to_string(), "10.200.5.7");
  EXPECT_EQ(parse_address("10.200.5.7/240"), std::nullopt);
}
}  // namespace
}  // namespace leadline
