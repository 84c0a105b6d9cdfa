#pragma once
#include "coordinator/throughput.hpp"

#include <iosfwd>

namespace leadline {

/// One object, schema "leadline.throughput/v1"; units are in the keys.
void write_throughput_json(std::ostream& out, Survey const& survey, Throughput const& found);
}  // namespace leadline
