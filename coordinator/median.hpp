#pragma once
#include <algorithm>
#include <cstddef>
#include <vector>

namespace leadline {

/// The middle one; of two in the middle, their mean. 0: there are none.
inline double median(std::vector<double> values) {
  if (values.empty()) return 0;
  auto const middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  if (values.size() % 2 == 1) return *middle;
  return (*std::max_element(values.begin(), middle) + *middle) / 2;
}
}  // namespace leadline
