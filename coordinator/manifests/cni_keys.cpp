#include "coordinator/manifests/cni_keys.hpp"

#include "coordinator/manifests/document.hpp"
#include "coordinator/manifests/number.hpp"
#include "coordinator/plan_words.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdint>
#include <optional>

namespace leadline {
namespace {
using nlohmann::json;

std::string_view name_of(CniKey::Type type) {
  switch (type) {
    case CniKey::Type::text:
      return "text";
    case CniKey::Type::boolean:
      return "true or false";
    case CniKey::Type::integer:
      return "a whole number";
    case CniKey::Type::list:
      return "a list";
    case CniKey::Type::object:
      return "an object";
    case CniKey::Type::any:
      break;
  }
  return "anything";
}

bool is_of(CniKey::Type type, json const& value) {
  switch (type) {
    case CniKey::Type::text:
      return value.is_string();
    case CniKey::Type::boolean:
      return value.is_boolean();
    case CniKey::Type::integer:
      return value.is_number_integer();
    case CniKey::Type::list:
      return value.is_array();
    case CniKey::Type::object:
      return value.is_object();
    case CniKey::Type::any:
      break;
  }
  return true;
}

/// The value that a text would have had without its quotes.
std::optional<json> without_quotes(json const& value, CniKey::Type type) {
  if (!value.is_string()) return std::nullopt;
  auto const& text = value.get_ref<std::string const&>();
  if (type == CniKey::Type::boolean && (text == "true" || text == "false")) return text == "true";
  if (type != CniKey::Type::integer) return std::nullopt;
  auto const number = parse_number<long>(text);
  return number ? std::optional<json>{*number} : std::nullopt;
}

bool is_allowed(std::string_view words, std::string_view word) {
  return fmt::format(" {} ", words).find(fmt::format(" {} ", word)) != std::string::npos;
}

bool lies_within(json const& integer, CniKey const& key) {
  // A number above 2^63 would come out negative.
  if (integer.is_number_unsigned() &&
      integer.get<std::uint64_t>() > static_cast<std::uint64_t>(key.highest))
    return false;
  auto const number = integer.get<std::int64_t>();
  return number >= key.lowest && number <= key.highest;
}

std::string wrong_value(CniKey const& key, json const& value) {
  if (!is_of(key.type, value)) {
    auto const meant = without_quotes(value, key.type);
    return fmt::format("{} is {}: the plugin takes {} only{}{}", key.name, shown(value),
                       name_of(key.type),
                       meant ? fmt::format("; write {}, without quotes", shown(*meant)) : "",
                       key.effect.empty() ? "" : fmt::format(" ({})", key.effect));
  }
  if (value.is_number_integer() && !lies_within(value, key))
    return fmt::format("{} is {}: {} to {} are allowed", key.name, shown(value), key.lowest,
                       key.highest);
  if (value.is_string() && !key.allowed.empty() &&
      !is_allowed(key.allowed, value.get_ref<std::string const&>()))
    return fmt::format("{} is {}: allowed are {}", key.name, shown(value), key.allowed);
  return {};
}
}  // namespace

std::vector<CniMistake> check_keys(json const& object, std::span<CniKey const> keys,
                                   std::string_view what) {
  std::vector<CniMistake> mistakes;
  std::vector<std::string_view> known;
  known.reserve(keys.size());
  for (auto const& key : keys) known.push_back(key.name);
  for (auto const& [name, value] : object.items()) {
    auto const key = std::ranges::find(keys, name, &CniKey::name);
    if (key == keys.end()) {
      auto const near = nearest(name, known);
      mistakes.push_back(
          {.pointer = pointer_to({}, name),
           .unknown_key = true,
           .message =
               fmt::format("{} has no key {}{}", what, shown(name),
                           near.empty() ? std::string{} : fmt::format("; was '{}' meant?", near))});
    } else if (auto message = wrong_value(*key, value); !message.empty()) {
      mistakes.push_back({.pointer = pointer_to({}, name), .message = std::move(message)});
    }
  }
  return mistakes;
}
}  // namespace leadline
