#pragma once
#include "probes/core/units.hpp"

#include <chrono>
#include <cstdint>
#include <span>
#include <vector>

namespace leadline {

/// How well a series of samples determines its mean.
struct RateEstimate {
  BitRate mean;
  double relative_uncertainty{1};  ///< half the 95 % confidence interval over the mean; 1: unknown
};

/// By Student's t: few samples, spread unknown.
RateEstimate estimate_rate(std::span<double const> samples_bits_per_second);

/// Standard deviation over mean; 0: fewer than two samples.
double relative_spread(std::span<double const> samples);

/// Mean of the second half over the mean of the first, minus 1: a burst allowance that runs out, a
/// window that still grows. 0: fewer than four samples.
double relative_drift(std::span<double const> samples);

/// Turns a counter that is read now and then into rates, slow start left out.
class RateSeries {
 public:
  explicit RateSeries(std::chrono::nanoseconds warm_up) : warm_up_{warm_up} {}

  /// The counter stood at `octets` at that time; both never go back.
  void add(std::chrono::nanoseconds since_first_octet, std::uint64_t octets);

  [[nodiscard]] std::vector<double> const& samples() const { return samples_; }

  /// Of everything since the warm-up.
  [[nodiscard]] BitRate rate() const;

  [[nodiscard]] std::chrono::duration<double> measured() const { return measured_; }

  /// Within 3 %, by five samples or more: fewer agree by chance too often.
  [[nodiscard]] bool known() const;

 private:
  std::chrono::nanoseconds warm_up_;
  std::chrono::nanoseconds last_time_{-1};
  std::uint64_t last_octets_{};
  std::chrono::duration<double> measured_{};
  std::uint64_t measured_octets_{};
  std::vector<double> samples_;
};
}  // namespace leadline
