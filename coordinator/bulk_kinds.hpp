#pragma once
#include "coordinator/plan.hpp"

#include <compare>
#include <string>
#include <vector>

namespace leadline {

/// What a bulk test measures with, and which repetition of it.
struct BulkKind {
  std::string transport;  ///< "tcp" or "tls"
  int streams{1};
  BulkMode mode{BulkMode::ceiling};
  int repetition{1};
  auto operator<=>(BulkKind const&) const = default;
};

/// A TLS receiver has to read what it decrypts into memory: there is only one way to measure it.
constexpr BulkMode only_mode_of_tls = BulkMode::migration;

/// A schedule keeps a bit a kind for each pair.
constexpr std::size_t most_bulk_kinds = 32;

/// All that a plan asks of each pair, in the order in which they are best run: repetitions far
/// apart, so that a passing disturbance does not spoil all of one kind.
std::vector<BulkKind> bulk_kinds(Plan const& plan);

/// The kind that loads a path most: the first transport of the plan, with the most streams.
BulkKind heaviest_kind(Plan const& plan);
}  // namespace leadline
