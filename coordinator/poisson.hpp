#pragma once
#include <cstdint>

namespace leadline {

/// How likely are at least, or at most, `count` rare events where `mean` are expected by chance?
/// (Poisson: the binomial distribution's limit, and never surer than that above the mean.) Counts
/// of a million take as long as their square root.
double chance_of_at_least(std::uint64_t count, double mean);
double chance_of_at_most(std::uint64_t count, double mean);
}  // namespace leadline
