#include "coordinator/packing.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace leadline {
namespace {
template <class T>
T through(T const& value, Dictionary& dictionary) {
  Packer packer{dictionary};
  packer.put(value);
  Unpacker unpacker{packer.octets(), dictionary};
  auto result = unpacker.get<T>();
  EXPECT_TRUE(unpacker.rest().empty());
  return result;
}

RC_GTEST_PROP(Packing, GivesEveryTextBack, (std::vector<std::string> const& texts)) {
  Dictionary dictionary;
  RC_ASSERT(through(texts, dictionary) == texts);
}

RC_GTEST_PROP(Packing, GivesEveryNumberBack, (std::vector<std::int64_t> const& numbers)) {
  Dictionary dictionary;
  RC_ASSERT(through(numbers, dictionary) == numbers);
}

RC_GTEST_PROP(Packing, GivesEveryFractionBack, (std::vector<double> const& fractions)) {
  Dictionary dictionary;
  RC_ASSERT(through(fractions, dictionary) == fractions);
}

class PackedText : public testing::TestWithParam<char const*> {};

TEST_P(PackedText, KeepsTheNumberAtItsEnd) {
  Dictionary dictionary;
  std::string const text = GetParam();
  EXPECT_EQ(through(text, dictionary), text);
  EXPECT_EQ(through(text, dictionary), text);  // now that its words are known
}

INSTANTIATE_TEST_SUITE_P(Texts, PackedText,
                         testing::Values("", "0", "007", "10.0.0.1:40000", "10.0.0.1:08", "fd00::1",
                                         "9999999999999999999999", "port 80 ", "a0"));

TEST(Packing, GivesTheEndsOfTheRangeBack) {
  Dictionary dictionary;
  std::vector<std::int64_t> const ends{std::numeric_limits<std::int64_t>::min(), -1, 0,
                                       std::numeric_limits<std::int64_t>::max()};
  EXPECT_EQ(through(ends, dictionary), ends);
  std::vector<std::uint64_t> const whole{0, std::numeric_limits<std::uint64_t>::max()};
  EXPECT_EQ(through(whole, dictionary), whole);
  EXPECT_TRUE(std::signbit(through(-0.0, dictionary)));
}

TEST(Packing, SaysAWordOnceAndThenItsNumber) {
  Dictionary dictionary;
  std::vector<std::string> const alike(50, "kubevirt.io:system:node:virt-handler");
  Packer packer{dictionary};
  packer.put(alike);
  EXPECT_LT(packer.octets().size(), 110);
}

TEST(Packing, GoesOnWithAFullDictionary) {
  Dictionary dictionary;
  for (std::size_t i = 0; i < Dictionary::most_words; ++i)
    ASSERT_TRUE(dictionary.number_of("word " + std::to_string(i) + "."));
  EXPECT_FALSE(dictionary.number_of("one more"));
  EXPECT_EQ(through(std::string{"one more"}, dictionary), "one more");
}

TEST(Packing, ThrowsWhereTheOctetsEndEarly) {
  Dictionary dictionary;
  Packer packer{dictionary};
  packer.put(std::vector<double>{1.5, 2.5});
  Unpacker unpacker{packer.octets().first(packer.octets().size() - 1), dictionary};
  EXPECT_THROW(unpacker.get<std::vector<double>>(), std::out_of_range);
}
}  // namespace
}  // namespace leadline
