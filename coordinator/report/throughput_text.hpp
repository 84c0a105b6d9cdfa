#pragma once
#include "coordinator/throughput.hpp"

#include <iosfwd>

namespace leadline {

/// For a person: matrices, nodes, the slowest pairs and why, what TLS and CPU cost, the fabric.
void write_throughput_text(std::ostream& out, Survey const& survey, Throughput const& found);
}  // namespace leadline
