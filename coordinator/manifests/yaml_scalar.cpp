#include "coordinator/manifests/yaml_scalar.hpp"

#include "coordinator/manifests/number.hpp"

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

namespace leadline {
namespace {
using nlohmann::json;

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

std::optional<json> integer_in(std::string_view text) {
  if (text.starts_with("0x")) {
    if (auto const hex = parse_number<std::int64_t>(text.substr(2), 16)) return *hex;
    return std::nullopt;
  }
  // YAML 1.1, which Kubernetes reads: a leading zero makes it octal.
  if (text.size() > 1 && text.front() == '0')
    if (auto const octal = parse_number<std::int64_t>(text.substr(1), 8)) return *octal;
  if (auto const decimal = parse_number<std::int64_t>(text)) return *decimal;
  if (auto const large = parse_number<std::uint64_t>(text)) return *large;
  return std::nullopt;
}
}  // namespace

json plain_yaml_value(std::string const& text) {
  if (is_one_of(text, {"", "~", "null", "Null", "NULL"})) return nullptr;
  if (is_one_of(text, {"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"})) return true;
  if (is_one_of(text, {"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"}))
    return false;
  auto digits = std::string_view{text};
  if (digits.starts_with('+')) digits.remove_prefix(1);
  if (digits.find_first_not_of("0123456789abcdefx-+.eE") != std::string_view::npos ||
      digits.find_first_of("0123456789") == std::string_view::npos)
    return text;
  if (auto integer = integer_in(digits)) return *std::move(integer);
  if (digits.find_first_not_of("0123456789-+.eE") == std::string_view::npos)
    if (auto const real = parse_number<double>(digits)) return *real;
  return text;
}
}  // namespace leadline
