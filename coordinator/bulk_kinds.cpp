#include "coordinator/bulk_kinds.hpp"

#include <algorithm>

namespace leadline {

std::vector<BulkKind> bulk_kinds(Plan const& plan) {
  // A TLS receiver has to read what it decrypts: there is only one way to measure it.
  std::vector<BulkMode> const only{BulkMode::ceiling};
  std::vector<BulkKind> kinds;
  for (int repetition = 1; repetition <= plan.repeat; ++repetition)
    for (auto const& transport : plan.transports)
      for (auto const streams : plan.streams)
        for (auto const mode : transport == "tls" ? only : plan.bulk_modes)
          kinds.push_back(
              {.transport = transport, .streams = streams, .mode = mode, .repetition = repetition});
  return kinds;
}

BulkKind heaviest_kind(Plan const& plan) {
  return {.transport = plan.transports.front(),
          .streams = std::ranges::max(plan.streams),
          .mode = plan.bulk_modes.front()};
}
}  // namespace leadline
