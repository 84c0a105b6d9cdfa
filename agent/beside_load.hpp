#pragma once
#include "agent/observe.hpp"
#include "probes/catalogue.hpp"

#include <vector>

namespace leadline::agent {

/// Takes out of what was observed at one time of one peer, by `probes`, the latency "under load" of
/// which the load was missing: the bulk test beside it failed, or came to its byte limit earlier.
/// It would pass for a network that queues nothing.
void leave_out_latency_without_load(std::vector<AnyProbe> const& probes,
                                    std::vector<Sighting>& together);
}  // namespace leadline::agent
