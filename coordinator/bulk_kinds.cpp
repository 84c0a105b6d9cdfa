#include "coordinator/bulk_kinds.hpp"

#include <algorithm>

namespace leadline {

std::vector<BulkKind> bulk_kinds(Plan const& plan) {
  std::vector<BulkMode> const only{only_mode_of_tls};
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
  auto const& transport = plan.transports.front();
  return {.transport = transport,
          .streams = std::ranges::max(plan.streams),
          .mode = transport == "tls" ? only_mode_of_tls : plan.bulk_modes.front()};
}
}  // namespace leadline
