#pragma once
#include "coordinator/batches.hpp"
#include "coordinator/logbook.hpp"
#include "coordinator/progress.hpp"
#include "coordinator/survey.hpp"
#include "probes/core/condition.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>

namespace leadline {

/// More pairs than this are not measured alone first: that goes one after the other.
constexpr std::size_t most_alone = 16;

/// Does the fabric carry all nodes at once? Measures pairs that share no node, each alone and then
/// all together, with the heaviest kind of the plan, into survey.saturation. At least two pairs.
boost::asio::awaitable<void> saturate(Survey& survey, Logbook& logbook, Batches& batches,
                                      Condition& condition, Progress& progress);
}  // namespace leadline
