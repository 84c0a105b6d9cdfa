#include "coordinator/estimate/estimate.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace leadline {
namespace {

std::optional<Seconds> deadline_of(Question const& question) {
  if (!question.completion_timeout_per_gib) return std::nullopt;
  return deadline_of(*question.completion_timeout_per_gib, question.guest_memory,
                     question.workload.disk);
}

Forecast forecast_at(Question const& question, BitRate share, double dirty_rate) {
  auto workload = question.workload;
  workload.dirty_rate = dirty_rate;
  Transfer const transfer{
      .bandwidth = share, .auto_converge = question.auto_converge, .post_copy = question.post_copy};
  return forecast(workload, transfer, deadline_of(question));
}

/// Where `holds` changes, between a value where it does and one where it does not, to a thousandth.
template <class Holds>
double turning_point(double holding, double failing, Holds const& holds) {
  constexpr double precise = 1.001;
  while (std::max(holding, failing) / std::min(holding, failing) > precise) {
    auto const middle = std::sqrt(holding * failing);
    (holds(middle) ? holding : failing) = middle;
  }
  return holding;
}

std::optional<BitRate> needed_bandwidth(Question const& question, double dirty_rate) {
  constexpr double least = 1e3;
  constexpr double most = 1e13;
  auto const holds = [&](double rate) {
    return succeeds(forecast_at(question, {rate}, dirty_rate));
  };
  if (!holds(most)) return std::nullopt;
  if (holds(least)) return BitRate{least};
  return BitRate{turning_point(most, least, holds)};
}

std::optional<double> highest_dirty_rate(Question const& question, BitRate share) {
  constexpr double least = 1;
  constexpr double most = 1e13;
  auto const holds = [&](double rate) { return succeeds(forecast_at(question, share, rate)); };
  if (!holds(0)) return std::nullopt;
  if (holds(most)) return std::numeric_limits<double>::infinity();
  if (!holds(least)) return 0;
  return turning_point(least, most, holds);
}

double likely_dirty_rate(Question const& question) {
  auto const& [least, most] = question.factor;
  return question.workload.dirty_rate * std::sqrt(least * most);
}
}  // namespace

BitRate share_of(BitRate bandwidth, Question const& question) {
  BitRate share{bandwidth.per_second / std::max(question.side_by_side, 1)};
  if (question.limit.per_second > 0) share = std::min(share, question.limit);
  return share;
}

Forecast forecast(Question const& question, Outlook outlook) {
  auto const written = question.workload.dirty_rate;
  switch (outlook) {
    case Outlook::best:
      return forecast_at(question, share_of(question.most_bandwidth, question),
                         written * question.factor.least);
    case Outlook::worst:
      return forecast_at(question, share_of(question.least_bandwidth, question),
                         written * question.factor.most);
    case Outlook::likely:
      break;
  }
  return forecast_at(question, share_of(question.likely_bandwidth, question),
                     likely_dirty_rate(question));
}

std::optional<Margin> margin_of(Forecast const& forecast, std::optional<Seconds> deadline) {
  bool const held_to_it =
      forecast.end == Forecast::End::converges || forecast.end == Forecast::End::cancelled;
  if (!held_to_it || !deadline || !(*deadline > Seconds{0})) return std::nullopt;
  auto const left = *deadline - forecast.duration;
  return Margin{left, left / *deadline};
}

Estimate estimate(Question const& question) {
  Estimate result{.deadline = deadline_of(question),
                  .best = forecast(question, Outlook::best),
                  .likely = forecast(question, Outlook::likely),
                  .worst = forecast(question, Outlook::worst),
                  .needed_bandwidth = needed_bandwidth(question, likely_dirty_rate(question)),
                  .highest_dirty_rate =
                      highest_dirty_rate(question, share_of(question.likely_bandwidth, question))};
  if (!succeeds(result.best))
    result.verdict = Estimate::Verdict::too_late;
  else if (succeeds(result.worst) &&
           (question.dirty_rate_known || std::isinf(result.highest_dirty_rate.value_or(0))))
    result.verdict = Estimate::Verdict::in_time;
  return result;
}

std::vector<TimeoutComparison> compare_timeouts(Question question,
                                                std::vector<std::chrono::seconds> const& timeouts) {
  std::vector<TimeoutComparison> rows;
  rows.reserve(timeouts.size());
  for (auto const per_gib : timeouts) {
    question.completion_timeout_per_gib = per_gib;
    rows.push_back({.per_gib = per_gib,
                    .deadline = deadline_of(per_gib, question.guest_memory, question.workload.disk),
                    .verdict = estimate(question).verdict});
  }
  return rows;
}

std::string_view format(Estimate::Verdict verdict) {
  switch (verdict) {
    case Estimate::Verdict::in_time:
      return "in_time";
    case Estimate::Verdict::too_late:
      return "too_late";
    case Estimate::Verdict::uncertain:
      break;
  }
  return "uncertain";
}
}  // namespace leadline
