#pragma once
#include "coordinator/bulk_kinds.hpp"
#include "probes/wire/message.hpp"

#include <chrono>

namespace leadline {

/// Beyond the duration of a bulk test: connecting, the last report, and a busy machine.
constexpr std::chrono::seconds bulk_lease_margin{11};

/// The order for one bulk test; its target is the caller's to fill in.
Batch bulk_batch(BulkKind const& kind, Plan const& plan);
}  // namespace leadline
