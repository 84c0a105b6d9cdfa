#include "probes/rate_series.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace leadline {
namespace {
/// 97.5 % quantile of Student's t with this many degrees of freedom (1 and up).
double student_t(std::size_t degrees) {
  constexpr std::array table{12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
                             2.201,  2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
                             2.080,  2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042};
  return degrees <= table.size() ? table.at(degrees - 1)
                                 : 1.96 + (2.5 / static_cast<double>(degrees));
}

double mean_of(std::span<double const> samples) {
  return std::accumulate(samples.begin(), samples.end(), 0.0) / static_cast<double>(samples.size());
}
}  // namespace

double relative_spread(std::span<double const> samples) {
  if (samples.size() < 2) return 0;
  double const mean = mean_of(samples);
  if (mean <= 0) return 0;
  double squares = 0;
  for (double const sample : samples) squares += (sample - mean) * (sample - mean);
  return std::sqrt(squares / static_cast<double>(samples.size() - 1)) / mean;
}

double relative_drift(std::span<double const> samples) {
  if (samples.size() < 4) return 0;
  auto const half = samples.size() / 2;
  double const first = mean_of(samples.first(half));
  return first <= 0 ? 0 : (mean_of(samples.last(half)) / first) - 1;
}

RateEstimate estimate_rate(std::span<double const> samples) {
  if (samples.empty()) return {};
  double const mean = mean_of(samples);
  if (samples.size() < 2 || mean <= 0) return {.mean = {mean}, .relative_uncertainty = 1};
  double const half = student_t(samples.size() - 1) * relative_spread(samples) /
                      std::sqrt(static_cast<double>(samples.size()));
  return {.mean = {mean}, .relative_uncertainty = std::min(1.0, half)};
}

void RateSeries::add(std::chrono::nanoseconds since_first_octet, std::uint64_t octets) {
  auto const window = since_first_octet - last_time_;
  if (last_time_ >= warm_up_ && last_time_.count() >= 0 && window.count() > 0) {
    auto const moved = octets - last_octets_;
    samples_.push_back((Bytes{moved} / window).per_second);
    measured_ += window;
    measured_octets_ += moved;
  }
  last_time_ = since_first_octet;
  last_octets_ = octets;
}

BitRate RateSeries::rate() const {
  return measured_.count() > 0 ? Bytes{measured_octets_} / measured_ : BitRate{0};
}

bool RateSeries::known() const {
  return samples_.size() >= 5 && estimate_rate(samples_).relative_uncertainty <= 0.03;
}
}  // namespace leadline
