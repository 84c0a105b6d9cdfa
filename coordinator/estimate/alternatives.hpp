#pragma once
#include "coordinator/estimate/estimate.hpp"
#include "coordinator/estimate/measured_bandwidth.hpp"

#include <vector>

namespace leadline {

/// The same migration with another number of streams, or of migrations beside it.
struct Alternative {
  int count{};    ///< of streams, or of migrations
  BitRate share;  ///< what each migration likely gets
  Estimate answer;
};

/// Takes the bandwidth from what was measured.
void take_bandwidth(MeasuredBandwidth const& measured, Question& question);

/// One for each number of streams that was measured.
std::vector<Alternative> compare_streams(Question question,
                                         std::vector<MeasuredBandwidth> const& measured);

/// One for each of a handful of numbers from 1 to `most`, `asked` and both ends among them.
std::vector<Alternative> compare_parallel(Question question, int most, int asked);
}  // namespace leadline
