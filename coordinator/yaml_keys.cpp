#include "coordinator/yaml_keys.hpp"

#include "coordinator/plan_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace leadline {
namespace {
/// Text of the plan as it may stand in a message: short, and without control characters.
std::string shown(std::string const& text) {
  constexpr std::size_t most = 60;
  std::string clean;
  for (char const c : text.substr(0, most)) {
    auto const octet = static_cast<unsigned char>(c);
    clean += octet < 0x20 || octet >= 0x7f ? '?' : c;
  }
  return text.size() > most ? clean + "..." : clean;
}

std::string kind_of(YAML::Node const& node) {
  if (node.IsMap()) return "a map";
  if (node.IsSequence()) return "a list";
  return node.IsScalar() ? "'" + shown(node.Scalar()) + "'" : "nothing";
}

std::string unknown_key(std::string const& name, std::string_view where,
                        std::vector<std::string_view> const& known) {
  auto const near = nearest(name, known);
  auto const hint = near.empty() ? fmt::format("known are {}", fmt::join(known, ", "))
                                 : fmt::format("did you mean '{}'?", near);
  return fmt::format("unknown key '{}' in {}; {}", shown(name), where, hint);
}
}  // namespace

void Mistakes::add(YAML::Mark const& mark, std::string message) {
  found_.push_back(
      {.line = mark.line + 1, .column = mark.column + 1, .message = std::move(message)});
}

std::vector<PlanMistake> Mistakes::in_order() const {
  auto sorted = found_;
  std::ranges::stable_sort(sorted, {}, [](PlanMistake const& mistake) {
    return std::pair{mistake.line, mistake.column};
  });
  return sorted;
}

void read_yaml_map(YAML::Node const& node, std::string_view where, std::vector<YamlKey> const& keys,
                   Mistakes& mistakes) {
  if (!node.IsMap()) {
    mistakes.add(node.Mark(), fmt::format("{} must be a map, not {}", where, kind_of(node)));
    return;
  }
  std::vector<std::string_view> known;
  known.reserve(keys.size());
  for (auto const& key : keys) known.push_back(key.name);
  std::set<std::string> seen;
  for (auto const& entry : node) {
    auto const mark = entry.first.Mark();
    if (!entry.first.IsScalar()) {
      mistakes.add(mark,
                   fmt::format("a key in {} must be a word, not {}", where, kind_of(entry.first)));
      continue;
    }
    auto const& name = entry.first.Scalar();
    auto const key = std::ranges::find(keys, name, &YamlKey::name);
    if (key == keys.end())
      mistakes.add(mark, unknown_key(name, where, known));
    else if (!seen.insert(name).second)
      mistakes.add(mark, fmt::format("'{}' stands twice in {}", name, where));
    else
      key->read(entry.second, mistakes);
  }
}

void read_yaml_word(YAML::Node const& node, Mistakes& mistakes,
                    std::function<std::string(std::string const&)> const& accept) {
  constexpr std::size_t longest = 256;
  if (!node.IsScalar())
    mistakes.add(node.Mark(), fmt::format("one value is wanted here, not {}", kind_of(node)));
  else if (node.Scalar().size() > longest)
    mistakes.add(node.Mark(), fmt::format("{} is too long for a value", kind_of(node)));
  else if (shown(node.Scalar()).substr(0, 60) != node.Scalar().substr(0, 60))
    mistakes.add(node.Mark(), fmt::format("{} is not plain text", kind_of(node)));
  else if (auto wrong = accept(node.Scalar()); !wrong.empty())
    mistakes.add(node.Mark(), std::move(wrong));
}

void read_yaml_words(YAML::Node const& node, Mistakes& mistakes, std::size_t most,
                     std::function<std::string(std::string const&)> const& accept) {
  if (node.IsScalar()) {
    read_yaml_word(node, mistakes, accept);
    return;
  }
  if (!node.IsSequence() || node.size() == 0 || node.size() > most) {
    mistakes.add(node.Mark(),
                 fmt::format("a list of 1 to {} values is wanted here, not {}", most,
                             node.IsSequence() ? fmt::format("{}", node.size()) : kind_of(node)));
    return;
  }
  for (auto const& item : node) read_yaml_word(item, mistakes, accept);
}
}  // namespace leadline
