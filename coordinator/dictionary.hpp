#pragma once
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace leadline {

/// Which words have been said before? Numbers them from 0, so that what half a million pairs say
/// alike is kept once. Takes no new word once it is full.
class Dictionary {
 public:
  static constexpr std::size_t most_words = 65536;

  /// The word's number; nothing if it is new and the dictionary is full.
  std::optional<std::uint32_t> number_of(std::string_view word);

  /// Throws std::out_of_range for a number that was never given.
  [[nodiscard]] std::string_view word(std::uint32_t number) const { return words_.at(number); }

 private:
  std::deque<std::string> words_;  // a deque: the keys below point into it
  std::unordered_map<std::string_view, std::uint32_t> numbers_;
};
}  // namespace leadline
