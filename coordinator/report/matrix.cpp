#include "coordinator/report/matrix.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <vector>

namespace leadline {
namespace {
constexpr std::size_t small_enough = 8;  // nodes that need no folding
constexpr std::size_t most_lines = 24;   // three columns each: fits 100 columns with the names

constexpr char blank = ' ';

/// A cell for each ordered pair of nodes; blank where it was not to be measured, which tells nodes
/// neither apart nor alike.
class Cells {
 public:
  explicit Cells(Report const& report)
      : nodes_{report.survey.nodes.size()},
        cells_(nodes_ * nodes_, blank),
        as_source_(nodes_),
        as_target_(nodes_),
        open_(nodes_, true) {
    for (std::size_t i = 0; i < report.survey.pairs.size(); ++i) {
      auto const& pair = report.survey.pairs[i];
      cell(pair.source, pair.target) = report.marks[i];
      as_source_[pair.source].insert(report.marks[i]);
      as_target_[pair.target].insert(report.marks[i]);
    }
  }

  [[nodiscard]] char at(std::size_t source, std::size_t target) const {
    return cells_[source * nodes_ + target];
  }

  /// Have both the same marks, and the same from and to every third, and each other, as far as
  /// known?
  [[nodiscard]] bool alike(std::size_t a, std::size_t b) const {
    if (as_source_[a] != as_source_[b] || as_target_[a] != as_target_[b]) return false;
    if (!agree(at(a, b), at(b, a)) || !agree(at(a, a), at(a, b)) || !agree(at(a, a), at(b, a)))
      return false;
    for (std::size_t x = 0; x < nodes_; ++x)
      if (open_[x] && x != a && x != b && !(agree(at(a, x), at(b, x)) && agree(at(x, a), at(x, b))))
        return false;
    return true;
  }

  /// From now on `a` stands for both, and what is known of either is known of it.
  void join(std::size_t a, std::size_t b) {
    for (auto const inside : {at(a, b), at(b, a)}) learn(cell(a, a), inside);
    for (std::size_t x = 0; x < nodes_; ++x) {
      if (!open_[x] || x == a || x == b) continue;
      learn(cell(a, x), at(b, x));
      learn(cell(x, a), at(x, b));
    }
    open_[b] = false;
  }

 private:
  char& cell(std::size_t source, std::size_t target) { return cells_[source * nodes_ + target]; }

  static bool agree(char a, char b) { return a == b || a == blank || b == blank; }

  static void learn(char& known, char seen) {
    if (known == blank) known = seen;
  }

  std::size_t nodes_;
  std::vector<char> cells_;
  std::vector<std::set<char>> as_source_;  ///< marks, by node
  std::vector<std::set<char>> as_target_;
  std::vector<bool> open_;  ///< does it stand for itself?
};

using Line = std::vector<std::size_t>;  ///< nodes that share a line; the first stands for all

std::vector<Line> fold(Report const& report, Cells& cells) {
  auto const& nodes = report.survey.nodes;
  std::vector<std::size_t> order(nodes.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::sort(order, {}, [&](std::size_t i) { return nodes[i].name; });
  std::vector<Line> lines;
  for (auto const node : order) {
    auto const same = std::ranges::find_if(lines, [&](Line const& line) {
      return nodes.size() > small_enough &&
             nodes[line.front()].name.cluster == nodes[node].name.cluster &&
             cells.alike(line.front(), node);
    });
    if (same != lines.end()) {
      cells.join(same->front(), node);
      same->push_back(node);
    } else if (lines.size() > most_lines) {
      return lines;
    } else {
      lines.push_back({node});
    }
  }
  return lines;
}

std::string name_of(Report const& report, Line const& line) {
  constexpr std::size_t widest = 22;
  auto name = format(report.survey.nodes[line.front()].name);
  auto const more = line.size() > 1 ? fmt::format(" + {} alike", line.size() - 1) : std::string{};
  if (name.size() + more.size() > widest)
    name = ".." + name.substr(name.size() + more.size() + 2 - widest);
  return name + more;
}
}  // namespace

std::string draw_matrix(Report const& report) {
  Cells cells{report};
  auto const lines = fold(report, cells);
  if (lines.empty() || lines.size() > most_lines) return {};
  std::string text = fmt::format("{:<28}", "source \\ target");
  for (std::size_t column = 1; column <= lines.size(); ++column)
    text += fmt::format("{:>3}", column);
  text += '\n';
  for (std::size_t row = 0; row < lines.size(); ++row) {
    text += fmt::format("{:>3}  {:<23}", row + 1, name_of(report, lines[row]));
    for (auto const& target : lines)
      text += fmt::format("{:>3}", cells.at(lines[row].front(), target.front()));
    text.erase(text.find_last_not_of(' ') + 1);
    text += '\n';
  }
  return text;
}
}  // namespace leadline
