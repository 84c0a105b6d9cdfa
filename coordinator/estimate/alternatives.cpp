#include "coordinator/estimate/alternatives.hpp"

#include <set>

namespace leadline {
namespace {
/// All up to six; of more each twice the one before, as what each migration gets is then halved.
std::set<int> handful(int most, int asked) {
  constexpr int few = 6;
  constexpr int last_doubled = 16;
  std::set<int> counts{1, asked, most};
  for (int count = 1; count < most && count <= last_doubled;
       count = most <= few ? count + 1 : count * 2)
    counts.insert(count);
  return counts;
}

Alternative alternative(int count, Question const& question) {
  return {count, share_of(question.likely_bandwidth, question), estimate(question)};
}
}  // namespace

void take_bandwidth(MeasuredBandwidth const& measured, Question& question) {
  question.least_bandwidth = measured.least;
  question.likely_bandwidth = measured.median;
  question.most_bandwidth = measured.most;
}

std::vector<Alternative> compare_streams(Question question,
                                         std::vector<MeasuredBandwidth> const& measured) {
  std::vector<Alternative> rows;
  rows.reserve(measured.size());
  for (auto const& bandwidth : measured) {
    take_bandwidth(bandwidth, question);
    rows.push_back(alternative(bandwidth.streams, question));
  }
  return rows;
}

std::vector<Alternative> compare_parallel(Question question, int most, int asked) {
  std::vector<Alternative> rows;
  for (int const count : handful(most, asked)) {
    question.side_by_side = count;
    rows.push_back(alternative(count, question));
  }
  return rows;
}
}  // namespace leadline
