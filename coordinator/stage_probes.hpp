#pragma once
#include "coordinator/plan.hpp"
#include "probes/catalogue.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace leadline {

/// What a stage asks of each pair.
struct StageWork {
  std::vector<AnyProbe> probes;
  int concurrency{1};                    ///< peers at a time on one node
  std::chrono::milliseconds longest{0};  ///< what one peer may take at most
};

/// Of the stages reach to latency; the bandwidth stage hands out its tests one by one.
StageWork stage_probes(Stage stage, Plan const& plan);

/// Of every node by itself, after the reach stage: the other cluster's controllers (9185).
std::vector<AnyProbe> synchronization_probes(Plan const& plan);

/// The name of a probe in the catalogue.
std::string name_of(AnyProbe const& probe);
}  // namespace leadline
