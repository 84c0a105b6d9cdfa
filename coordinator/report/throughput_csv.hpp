#pragma once
#include "coordinator/throughput.hpp"

#include <iosfwd>

namespace leadline {

/// A line for each direction of each test (RFC 4180, but lines end in LF), with a header.
void write_throughput_csv(std::ostream& out, Survey const& survey, Throughput const& found);
}  // namespace leadline
