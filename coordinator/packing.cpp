#include "coordinator/packing.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

namespace leadline {
namespace {
/// A text and the number at its end: ports and measured figures differ where the words do not.
struct Split {
  std::string_view head;
  std::uint64_t tail{};  ///< one more than the number; 0: there is none
};

Split split(std::string_view text) {
  constexpr std::size_t most_digits = 18;
  auto const last = text.find_last_not_of("0123456789");
  auto start = last == std::string_view::npos ? 0 : last + 1;
  while (start < text.size() && (text[start] == '0' || text.size() - start > most_digits)) ++start;
  std::uint64_t number = 0;
  if (start == text.size()) return {.head = text, .tail = 0};
  std::from_chars(text.data() + start, text.data() + text.size(), number);
  return {.head = text.substr(0, start), .tail = number + 1};
}
}  // namespace

void Packer::put_number(std::uint64_t value) {
  using namespace packing;
  for (; value > octet_mask; value >>= octet_bits)
    octets_.push_back(static_cast<std::byte>((value & octet_mask) | more_follow));
  octets_.push_back(static_cast<std::byte>(value));
}

void Packer::put_fraction(double value) {
  // Most fractions here are measured times with all their bits, or zero.
  bool const zero = std::bit_cast<std::uint64_t>(value) == 0;
  put(!zero);
  if (zero) return;
  auto const bits = std::bit_cast<std::array<std::byte, sizeof value>>(value);
  octets_.insert(octets_.end(), bits.begin(), bits.end());
}

void Packer::put_text(std::string const& text) {
  auto const [head, tail] = split(text);
  put_number(tail);
  if (auto const known = dictionary_.number_of(head)) {
    put_number((std::uint64_t{*known} << 1U) | 1U);
    return;
  }
  put_number(std::uint64_t{head.size()} << 1U);
  auto const octets = std::as_bytes(std::span{head});
  octets_.insert(octets_.end(), octets.begin(), octets.end());
}

double Unpacker::fraction() {
  if (!get<bool>()) return 0;
  std::array<std::byte, sizeof(double)> bits{};
  std::ranges::copy(take(bits.size()), bits.begin());
  return std::bit_cast<double>(bits);
}

void Unpacker::fill_text(std::string& text) {
  auto const tail = number();
  auto const word = number();
  if ((word & 1U) != 0) {
    text = dictionary_.word(static_cast<std::uint32_t>(word >> 1U));
  } else {
    for (auto const octet : take(word >> 1U)) text.push_back(static_cast<char>(octet));
  }
  if (tail > 0) text += std::to_string(tail - 1);
}
}  // namespace leadline
