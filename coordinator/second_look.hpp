#pragma once
#include "coordinator/survey.hpp"

#include <cstddef>
#include <vector>

namespace leadline {

/// More pairs than this are not looked at again: that goes one after the other.
constexpr std::size_t most_second_looks = 64;

/// Which pairs came out below the plan's minimum bandwidth, though all that was sent at the same
/// time comes to more than that: a link that they share may have been full. What a test gave beside
/// others is `together_bits_per_second`. Where there are too many, as many nodes as possible.
std::vector<SaturationTest> second_looks(Survey const& survey);

/// May the same link be what is wrong with this slow pair, which was not looked at itself? Yes if
/// its source and its target both gave enough in this direction, each by itself, and no pair of the
/// two clusters in this direction did not.
bool shares_a_full_link(Survey const& survey, NodeIndex source, NodeIndex target);
}  // namespace leadline
