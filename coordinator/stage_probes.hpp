#pragma once
#include "coordinator/plan.hpp"
#include "probes/catalogue.hpp"
#include "probes/wire/message.hpp"

#include <chrono>
#include <map>
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

/// What a node is asked by itself, by the family over which it goes: that of the address asked for
/// where the node has it (a node with both asks each over its own), else the node's first.
/// `listening` is not empty.
std::map<Family, std::vector<AnyProbe>> by_family(std::vector<AnyProbe> probes,
                                                  std::vector<Listening> const& listening);

/// The name of a probe in the catalogue.
std::string name_of(AnyProbe const& probe);
}  // namespace leadline
