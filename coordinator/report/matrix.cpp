#include "coordinator/report/matrix.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace leadline {
namespace {
constexpr std::size_t small_enough = 8;  // nodes that need no folding
constexpr std::size_t most_lines = 24;   // three columns each: fits 100 columns with the names

/// A cell for each ordered pair of nodes; blank where the plan has no such pair.
class Cells {
 public:
  explicit Cells(Report const& report)
      : nodes_{report.survey.nodes.size()}, cells_(nodes_ * nodes_, ' ') {
    for (std::size_t i = 0; i < report.survey.pairs.size(); ++i) {
      auto const& pair = report.survey.pairs[i];
      cells_[pair.source * nodes_ + pair.target] = report.marks[i];
    }
  }

  [[nodiscard]] char at(std::size_t source, std::size_t target) const {
    return cells_[source * nodes_ + target];
  }

  /// Do both look the same from every third node, and to each other?
  [[nodiscard]] bool alike(std::size_t a, std::size_t b) const {
    if (at(a, b) != at(b, a)) return false;
    for (std::size_t x = 0; x < nodes_; ++x)
      if (x != a && x != b && (at(a, x) != at(b, x) || at(x, a) != at(x, b))) return false;
    return true;
  }

 private:
  std::size_t nodes_;
  std::vector<char> cells_;
};

using Line = std::vector<std::size_t>;  ///< nodes that share a line

std::vector<Line> fold(Report const& report, Cells const& cells) {
  auto const& nodes = report.survey.nodes;
  std::vector<std::size_t> order(nodes.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::sort(order, {}, [&](std::size_t i) { return nodes[i].name; });
  std::vector<Line> lines;
  for (auto const node : order) {
    auto const same = std::ranges::find_if(lines, [&](Line const& line) {
      return nodes.size() > small_enough &&
             nodes[line.front()].name.cluster == nodes[node].name.cluster &&
             cells.alike(line.front(), node) &&
             (line.size() < 2 || cells.at(line[0], line[1]) == cells.at(line[0], node));
    });
    if (same != lines.end())
      same->push_back(node);
    else if (lines.size() > most_lines)
      return lines;
    else
      lines.push_back({node});
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
  Cells const cells{report};
  auto const lines = fold(report, cells);
  if (lines.empty() || lines.size() > most_lines) return {};
  std::string text = fmt::format("{:<28}", "source \\ target");
  for (std::size_t column = 1; column <= lines.size(); ++column)
    text += fmt::format("{:>3}", column);
  text += '\n';
  for (std::size_t row = 0; row < lines.size(); ++row) {
    text += fmt::format("{:>3}  {:<23}", row + 1, name_of(report, lines[row]));
    for (auto const& target : lines) {
      auto const& source = lines[row];
      bool const itself = &target == &source;
      auto const to = itself && source.size() > 1 ? source[1] : target.front();
      text += fmt::format("{:>3}", cells.at(source.front(), to));
    }
    text.erase(text.find_last_not_of(' ') + 1);
    text += '\n';
  }
  return text;
}
}  // namespace leadline
