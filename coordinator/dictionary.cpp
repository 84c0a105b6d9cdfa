#include "coordinator/dictionary.hpp"

namespace leadline {

std::optional<std::uint32_t> Dictionary::number_of(std::string_view word) {
  if (auto const known = numbers_.find(word); known != numbers_.end()) return known->second;
  if (words_.size() >= most_words) return std::nullopt;
  auto const number = static_cast<std::uint32_t>(words_.size());
  numbers_.emplace(words_.emplace_back(word), number);
  return number;
}
}  // namespace leadline
