#pragma once
#include "coordinator/plan.hpp"

#include <yaml-cpp/yaml.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

// Reading a YAML map strictly: every key known, every value checked, every mistake with its place.

namespace leadline {

/// Collects what is wrong with a plan.
class Mistakes {
 public:
  void add(YAML::Mark const& mark, std::string message);
  [[nodiscard]] std::vector<PlanMistake> in_order() const;

 private:
  std::vector<PlanMistake> found_;
};

using ReadYaml = std::function<void(YAML::Node const&, Mistakes&)>;

struct YamlKey {
  std::string_view name;
  ReadYaml read;
};

/// Reads a map: unknown keys (with the one that was probably meant) and repeated keys are mistakes.
void read_yaml_map(YAML::Node const& node, std::string_view where, std::vector<YamlKey> const& keys,
                   Mistakes& mistakes);

/// Reads one word; `accept` gives what is wrong with it, or nothing.
void read_yaml_word(YAML::Node const& node, Mistakes& mistakes,
                    std::function<std::string(std::string const&)> const& accept);

/// Reads a list of words (or a single word), `most` at most and at least one.
void read_yaml_words(YAML::Node const& node, Mistakes& mistakes, std::size_t most,
                     std::function<std::string(std::string const&)> const& accept);
}  // namespace leadline
