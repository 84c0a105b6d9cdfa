#pragma once
#include "coordinator/run_options.hpp"

#include <optional>

namespace leadline {

enum class ThroughputFormat { text, json, csv };

/// What `leadline bench` was asked to do.
struct BenchOptions : RunOptions {
  ThroughputFormat format{ThroughputFormat::text};
};

/// Empty after --help, whose text went to standard output. Throws UsageError.
std::optional<BenchOptions> read_bench_options(Words const& words);
}  // namespace leadline
