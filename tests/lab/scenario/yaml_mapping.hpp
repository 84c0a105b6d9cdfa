#pragma once
#include "probes/core/units.hpp"
#include "tests/lab/scenario/scenario.hpp"

#include <yaml-cpp/yaml.h>

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace leadline::lab {

using Mistakes = std::vector<ScenarioMistake>;

void add_mistake(Mistakes& mistakes, YAML::Node const& at, std::string message);

/// A YAML mapping of which every key must be asked for: what is left over is a mistake. A value
/// that cannot be read is a mistake too, and counts as absent.
class YamlMapping {
 public:
  YamlMapping(YAML::Node const& node, Mistakes& mistakes);

  [[nodiscard]] bool has(std::string const& key) const { return values_.contains(key); }

  std::optional<YAML::Node> take(std::string const& key);
  std::optional<std::string> text(std::string const& key);
  std::optional<int> integer(std::string const& key, int least, int most);
  std::optional<bool> flag(std::string const& key);
  /// "5%" or 0.05
  std::optional<double> share(std::string const& key);
  std::optional<BitRate> rate(std::string const& key);
  std::optional<std::chrono::milliseconds> duration(std::string const& key);
  std::optional<Bytes> size(std::string const& key);
  /// A sequence of texts, or one text that is split at spaces.
  std::vector<std::string> words(std::string const& key);
  /// One of the names of the table.
  template <class T>
  std::optional<T> choice(std::string const& key, std::map<std::string, T> const& table);

  void mistake(std::string message) const { add_mistake(mistakes_, node_, std::move(message)); }

  /// Every key that nobody asked for is a mistake.
  void refuse_the_rest();

 private:
  template <class T, class Parse>
  std::optional<T> parsed(std::string const& key, Parse parse);

  YAML::Node node_;
  Mistakes& mistakes_;
  std::map<std::string, YAML::Node> keys_;
  std::map<std::string, YAML::Node> values_;
  std::vector<std::string> asked_;
};

template <class T>
std::optional<T> YamlMapping::choice(std::string const& key,
                                     std::map<std::string, T> const& table) {
  auto const node = take(key);
  if (!node) return std::nullopt;
  if (node->IsScalar())
    if (auto const found = table.find(node->Scalar()); found != table.end()) return found->second;
  std::string allowed;
  for (auto const& [name, value] : table) allowed += (allowed.empty() ? "" : ", ") + name;
  add_mistake(mistakes_, *node, key + " must be one of: " + allowed);
  return std::nullopt;
}
}  // namespace leadline::lab
