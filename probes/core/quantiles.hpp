#pragma once
#include <vector>

namespace leadline {

/// The smallest sample that at least this share of all samples does not exceed (nearest rank).
/// `sorted` ascending, `share` from 0 to 1; 0 if there is no sample.
double quantile(std::vector<double> const& sorted, double share);
}  // namespace leadline
