#include "coordinator/excess.hpp"

#include "coordinator/poisson.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

namespace leadline {
namespace {
constexpr double false_alarms = 0.01;   // a run
constexpr double much_worse = 1.5;      // times the share of the whole
constexpr std::uint64_t least_bad = 3;  // one or two happen on a healthy path

/// The bounds between which a share is chance.
struct Bounds {
  double accepted{};
  double chance{};  ///< below which nothing is left to it

  [[nodiscard]] double expected(PacketCount const& count) const {
    return accepted * static_cast<double>(count.of);
  }

  [[nodiscard]] bool exceeded_by(PacketCount const& count) const {
    return count.bad >= least_bad && count.share() > accepted &&
           chance_of_at_least(count.bad, expected(count)) < chance;
  }

  /// Kulldorff's scan statistic: the logarithm of how much better an own share explains the count.
  [[nodiscard]] double distinction(PacketCount const& count) const {
    auto const bad = static_cast<double>(count.bad);
    auto const mean = std::max(expected(count), 1e-9);
    return bad * std::log(bad / mean) - (bad - mean);
  }

  /// Is this part nothing like the whole: fine, or much worse?
  [[nodiscard]] bool set_apart(PacketCount const& part, PacketCount const& whole) const {
    auto const share = whole.share();
    auto const mean = share * static_cast<double>(part.of);
    return part.share() <= accepted
               ? chance_of_at_most(part.bad, mean) < chance
               : part.share() > share * much_worse && chance_of_at_least(part.bad, mean) < chance;
  }
};

/// A cluster to a cluster, one of its nodes to it, or it to one of its nodes.
struct Line {
  std::optional<NodeIndex> source;  ///< none: all
  std::optional<NodeIndex> target;
  auto operator<=>(Line const&) const = default;

  [[nodiscard]] bool holds(NodePair edge) const {
    return (!source || *source == edge.source) && (!target || *target == edge.target);
  }
};

void add(PacketCount& sum, PacketCount const& count) {
  sum.bad += count.bad;
  sum.of += count.of;
}

/// The ways from one cluster to another (or within one).
class Block {
 public:
  Block(std::vector<PacketCount> ways, std::vector<NodeName> const& roster, Bounds bounds)
      : open_{std::move(ways)}, roster_{roster}, bounds_{bounds} {}

  void find(std::vector<Excess>& found) {
    while (!open_.empty()) {
      add_up();
      auto const line = most_distinct_line();
      if (take_distinct_ways(line, found)) continue;
      if (!line) return;
      found.push_back(take(*line));
    }
  }

 private:
  void add_up() {
    all_ = {};
    from_.assign(roster_.size(), {});
    to_.assign(roster_.size(), {});
    for (auto const& way : open_)
      for (auto* sum : {&all_, &from_[way.edge.source], &to_[way.edge.target]}) add(*sum, way);
  }

  [[nodiscard]] PacketCount const& total(Line const& line) const {
    if (line.source) return from_[*line.source];
    return line.target ? to_[*line.target] : all_;
  }

  /// Of those that exceed what is accepted and are of one piece.
  [[nodiscard]] std::optional<Line> most_distinct_line() const {
    std::vector<Line> lines{{}};
    for (std::size_t i = 0; i < roster_.size(); ++i) {
      auto const node = static_cast<NodeIndex>(i);
      lines.push_back({.source = node, .target = {}});
      lines.push_back({.source = {}, .target = node});
    }
    std::erase_if(lines, [&](Line const& line) { return !bounds_.exceeded_by(total(line)); });
    std::ranges::sort(lines, {}, [&](Line const& line) {
      return std::pair{-bounds_.distinction(total(line)), line};
    });
    auto const whole =
        std::ranges::find_if(lines, [&](Line const& line) { return is_whole(line); });
    if (whole == lines.end()) return std::nullopt;
    return *whole;
  }

  [[nodiscard]] bool is_whole(Line const& line) const {
    auto const& whole = total(line);
    auto const apart = [&](PacketCount const& part) { return bounds_.set_apart(part, whole); };
    if (&whole == &all_ && (std::ranges::any_of(from_, apart) || std::ranges::any_of(to_, apart)))
      return false;
    return std::ranges::none_of(
        open_, [&](PacketCount const& way) { return line.holds(way.edge) && apart(way); });
  }

  /// Single ways that stand out more than the line does; without a line, all that stand out.
  bool take_distinct_ways(std::optional<Line> const& line, std::vector<Excess>& found) {
    auto const least = line ? bounds_.distinction(total(*line)) : 0;
    auto const taken = std::erase_if(open_, [&](PacketCount const& way) {
      if (!bounds_.exceeded_by(way) || (line && bounds_.distinction(way) <= least)) return false;
      found.push_back({.from = format(roster_[way.edge.source]),
                       .to = format(roster_[way.edge.target]),
                       .together = way,
                       .edges = {way.edge}});
      return true;
    });
    return taken > 0;
  }

  Excess take(Line const& line) {
    Excess excess;
    for (auto const& way : open_) {
      if (!line.holds(way.edge)) continue;
      add(excess.together, way);
      excess.edges.push_back(way.edge);
    }
    std::erase_if(open_, [&](PacketCount const& way) { return line.holds(way.edge); });
    auto const name = [&](std::optional<NodeIndex> const& node, NodeIndex any) {
      return node ? format(roster_[*node]) : roster_[any].cluster;
    };
    excess.from = name(line.source, excess.edges.front().source);
    excess.to = name(line.target, excess.edges.front().target);
    return excess;
  }

  std::vector<PacketCount> open_;  ///< that no result holds yet; sorted
  std::vector<NodeName> const& roster_;
  Bounds bounds_;
  PacketCount all_;
  std::vector<PacketCount> from_;  ///< by node
  std::vector<PacketCount> to_;
};
}  // namespace

std::vector<Excess> find_excess(std::vector<PacketCount> counts,
                                std::vector<NodeName> const& roster, double accepted) {
  std::erase_if(counts, [](PacketCount const& count) { return count.of == 0; });
  std::ranges::sort(counts, {}, &PacketCount::edge);
  std::map<std::pair<std::string_view, std::string_view>, std::vector<PacketCount>> blocks;
  for (auto const& count : counts)
    blocks[{roster[count.edge.source].cluster, roster[count.edge.target].cluster}].push_back(count);
  auto const tests = counts.size() + 2 * roster.size() * blocks.size() + blocks.size();
  Bounds const bounds{
      .accepted = accepted,
      .chance = false_alarms / static_cast<double>(std::max<std::size_t>(tests, 1))};
  std::vector<Excess> found;
  for (auto& [clusters, ways] : blocks) Block{std::move(ways), roster, bounds}.find(found);
  return found;
}
}  // namespace leadline
