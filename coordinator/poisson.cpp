#include "coordinator/poisson.hpp"

#include <cmath>
#include <numbers>

namespace leadline {
namespace {
/// ln(n!): exact where it is small, then Stirling's series, which is good to 1e-12 from there.
double log_factorial(std::uint64_t n) {
  double sum = 0;
  constexpr std::uint64_t large = 64;
  if (n < large) {
    for (std::uint64_t i = 2; i <= n; ++i) sum += std::log(static_cast<double>(i));
    return sum;
  }
  auto const x = static_cast<double>(n);
  return x * std::log(x) - x + std::log(2 * std::numbers::pi * x) / 2 + 1 / (12 * x) -
         1 / (360 * x * x * x);
}

double chance_of(std::uint64_t count, double mean) {
  return std::exp(static_cast<double>(count) * std::log(mean) - mean - log_factorial(count));
}

constexpr double negligible = 1e-12;  // of the sum so far
}  // namespace

double chance_of_at_least(std::uint64_t count, double mean) {
  if (count == 0) return 1;
  if (mean <= 0) return 0;
  if (static_cast<double>(count) <= mean) return 1 - chance_of_at_most(count - 1, mean);
  double sum = 0;
  for (auto term = chance_of(count, mean); term > sum * negligible;
       term *= mean / static_cast<double>(++count))
    sum += term;
  return sum;
}

double chance_of_at_most(std::uint64_t count, double mean) {
  if (mean <= 0) return 1;
  if (static_cast<double>(count) > mean) return 1 - chance_of_at_least(count + 1, mean);
  double sum = 0;
  for (auto term = chance_of(count, mean); term > sum * negligible && count > 0; --count) {
    sum += term;
    term *= static_cast<double>(count) / mean;
  }
  return count == 0 ? sum + std::exp(-mean) : sum;
}
}  // namespace leadline
