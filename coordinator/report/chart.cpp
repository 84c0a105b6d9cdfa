#include "coordinator/report/chart.hpp"

#include "coordinator/report/estimate_figures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace leadline {
namespace {
constexpr std::size_t columns = 60;
constexpr std::size_t lines = 10;

/// What remains at a moment, on the straight lines between the milestones.
double remaining_at(std::vector<Milestone> const& course, Seconds time) {
  auto const next = std::ranges::upper_bound(course, time, {}, &Milestone::time);
  if (next == course.begin()) return course.front().remaining;
  if (next == course.end()) return course.back().remaining;
  auto const& [t0, r0] = *std::prev(next);
  auto const& [t1, r1] = *next;
  return t1 > t0 ? r0 + (r1 - r0) * ((time - t0) / (t1 - t0)) : r1;
}
}  // namespace

std::string draw_course(std::vector<Milestone> const& course) {
  if (course.size() < 2) return {};
  auto const most = std::ranges::max(course, {}, &Milestone::remaining).remaining;
  auto const end = course.back().time;
  if (most <= 0 || end.count() <= 0) return {};
  std::string rows;
  for (std::size_t line = 0; line < lines; ++line) {
    // A cell is filled if at least half of its height is.
    auto const level = most * (static_cast<double>(lines - line) - 0.5) / lines;
    std::string row;
    for (std::size_t column = 0; column < columns; ++column) {
      auto const time = end * ((static_cast<double>(column) + 0.5) / columns);
      row += remaining_at(course, time) >= level ? '#' : ' ';
    }
    row.erase(row.find_last_not_of(' ') + 1);
    rows += fmt::format("{:>9} |{}\n", line == 0 ? octets_text(most) : "", row);
  }
  return rows + fmt::format("{:>9} +{:-<{}}\n{:>11}{:<{}}{}\n", "0", "", columns, "", "0",
                            columns - 10, time_text(end));
}
}  // namespace leadline
