#pragma once
#include "tests/qemu/live_migration.hpp"

#include <string>
#include <vector>

namespace leadline::lab {

/// A path between two nodes, and the VMs that are migrated over it.
struct ForecastPath {
  std::string name;      ///< a word, for files and --only
  std::string about;     ///< "200 Mbit/s, 5 ms each way"
  std::string scenario;  ///< YAML
  std::vector<LiveMigration> migrations;
  bool quick{};  ///< part of the subset that takes two minutes
};

/// Bandwidth, latency and loss by memory, dirty rate, working set, TLS and multifd.
std::vector<ForecastPath> forecast_paths();
}  // namespace leadline::lab
