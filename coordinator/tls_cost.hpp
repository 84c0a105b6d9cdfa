#pragma once
#include "coordinator/throughput.hpp"

#include <vector>

namespace leadline {

/// What TLS leaves of the plain rate, for each number of streams that was measured with both. Held
/// against the plain kind that also reads into memory, where there is one.
std::vector<TlsCost> tls_costs(std::vector<KindThroughput> const& kinds);

/// Names TLS as the limit of each pair that is clearly faster without it, unless a cap or a starved
/// machine kept it from more.
void name_tls_limits(std::vector<KindThroughput>& kinds);
}  // namespace leadline
