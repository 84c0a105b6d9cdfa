#include "probes/core/quantiles.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace leadline {

double quantile(std::vector<double> const& sorted, double share) {
  if (sorted.empty()) return 0;
  auto const count = static_cast<double>(sorted.size());
  // The little that is taken off keeps 0.9 * 10 from being rounded up to rank 10.
  auto const rank = std::ceil((std::clamp(share, 0.0, 1.0) * count) - 1e-9);
  auto const index = static_cast<std::size_t>(std::clamp(rank - 1, 0.0, count - 1));
  return sorted[index];
}
}  // namespace leadline
