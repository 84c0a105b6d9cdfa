#pragma once
#include "coordinator/survey.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace leadline {

/// How much of what the plan asks for was measured.
struct Coverage {
  std::size_t nodes_expected{};
  std::size_t nodes_seen{};  ///< of the expected; what came beyond is not counted
  std::size_t pairs_expected{};
  std::size_t pairs_measured{};  ///< conclusively, in every stage of the plan

  std::size_t nodes_lacking{};  ///< of which something is not known that the plan asks: node_gaps

  [[nodiscard]] bool complete() const {
    return nodes_seen >= nodes_expected && pairs_measured >= pairs_expected && nodes_lacking == 0;
  }
};

Coverage cover(Survey const& survey);

/// How many of the bulk tests that the plan asks for were measured. One kind often does not stand
/// for another that was never: the second look at slow pairs repeats one, and so does a test whose
/// end was not heard of in time.
std::size_t measured_kinds(Plan const& plan, PairRecord const& pair);

/// What a pair lacks: "tls: skipped: the peer does not answer", one a stage; empty: nothing.
std::vector<std::string> gaps(Plan const& plan, PairRecord const& pair);
}  // namespace leadline
