#include "tests/lab/scenario/yaml_mapping.hpp"

#include "probes/core/quantity.hpp"

#include <fmt/format.h>
#include <tl/expected.hpp>

#include <algorithm>
#include <charconv>
#include <sstream>

namespace leadline::lab {
namespace {
tl::expected<double, std::string> parse_share(std::string text) {
  double divisor = 1;
  if (text.ends_with('%')) {
    text.pop_back();
    divisor = 100;
  }
  double value = -1;
  auto* const end = text.data() + text.size();
  auto const [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end || value < 0 || value > divisor)
    return tl::unexpected{std::string{"a share is written 5% or 0.05"}};
  return value / divisor;
}
}  // namespace

void add_mistake(Mistakes& mistakes, YAML::Node const& at, std::string message) {
  auto const mark = at.Mark();  // -1, -1 in an empty file
  mistakes.push_back(
      {std::max(mark.line, 0) + 1, std::max(mark.column, 0) + 1, std::move(message)});
}

YamlMapping::YamlMapping(YAML::Node const& node, Mistakes& mistakes)
    : node_{node}, mistakes_{mistakes} {
  if (!node.IsMap()) {
    mistake("a mapping (key: value) is expected here");
    return;
  }
  for (auto const& entry : node) {
    auto const key = entry.first.IsScalar() ? entry.first.Scalar() : std::string{};
    if (values_.contains(key))
      add_mistake(mistakes_, entry.first, "'" + key + "' stands here twice");
    keys_.insert_or_assign(key, entry.first);
    values_.insert_or_assign(key, entry.second);
  }
}

std::optional<YAML::Node> YamlMapping::take(std::string const& key) {
  asked_.push_back(key);
  auto const found = values_.extract(key);
  if (found.empty()) return std::nullopt;
  return found.mapped();
}

template <class T, class Parse>
std::optional<T> YamlMapping::parsed(std::string const& key, Parse parse) {
  auto const node = take(key);
  if (!node) return std::nullopt;
  if (!node->IsScalar()) {
    add_mistake(mistakes_, *node, key + " takes one value");
    return std::nullopt;
  }
  auto value = parse(node->Scalar());
  if (value) return *value;
  add_mistake(mistakes_, *node, key + ": " + value.error());
  return std::nullopt;
}

std::optional<std::string> YamlMapping::text(std::string const& key) {
  return parsed<std::string>(
      key, [](std::string const& value) { return tl::expected<std::string, std::string>{value}; });
}

std::optional<int> YamlMapping::integer(std::string const& key, int least, int most) {
  return parsed<int>(key, [=](std::string const& value) -> tl::expected<int, std::string> {
    int number = 0;
    auto const* const end = value.data() + value.size();
    auto const [stop, error] = std::from_chars(value.data(), end, number);
    if (error != std::errc{} || stop != end || number < least || number > most)
      return tl::unexpected{fmt::format("'{}' is not a number from {} to {}", value, least, most)};
    return number;
  });
}

std::optional<bool> YamlMapping::flag(std::string const& key) {
  return choice<bool>(key, {{"true", true}, {"false", false}});
}

std::optional<double> YamlMapping::share(std::string const& key) {
  return parsed<double>(key, parse_share);
}

std::optional<BitRate> YamlMapping::rate(std::string const& key) {
  return parsed<BitRate>(key, parse_rate);
}

std::optional<std::chrono::milliseconds> YamlMapping::duration(std::string const& key) {
  return parsed<std::chrono::milliseconds>(key, parse_duration);
}

std::optional<Bytes> YamlMapping::size(std::string const& key) {
  return parsed<Bytes>(key, parse_size);
}

std::vector<std::string> YamlMapping::words(std::string const& key) {
  auto const node = take(key);
  if (!node) return {};
  std::vector<std::string> words;
  if (node->IsSequence()) {
    for (auto const& entry : *node) words.push_back(entry.IsScalar() ? entry.Scalar() : "");
  } else if (node->IsScalar()) {
    std::istringstream line{node->Scalar()};
    for (std::string word; line >> word;) words.push_back(word);
  } else {
    add_mistake(mistakes_, *node, key + " takes a list, or words in one line");
  }
  return words;
}

void YamlMapping::refuse_the_rest() {
  std::ranges::sort(asked_);
  for (auto const& [key, value] : values_)
    add_mistake(mistakes_, keys_.at(key),
                fmt::format("'{}' is not known here; known: {}", key, fmt::join(asked_, ", ")));
}
}  // namespace leadline::lab
