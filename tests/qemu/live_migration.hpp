#pragma once
#include "probes/core/checked_json.hpp"
#include "tests/lab/run/programs.hpp"
#include "tests/qemu/guest_load.hpp"

#include <chrono>
#include <filesystem>
#include <string>

namespace leadline::lab {

/// How a VM is sent, as KubeVirt would have it done.
struct LiveMigration {
  GuestLoad load;
  std::string source{"east/n1"};
  std::string target{"west/n1"};
  int streams{1};                              ///< more than 1: multifd with so many channels
  bool tls{};                                  ///< with the nodes' migration certificates
  std::chrono::duration<double> deadline{60};  ///< then it is cancelled
};

/// What became of it, in QEMU's own figures.
struct MigrationOutcome {
  enum class End { completed, cancelled, failed };
  End end{End::failed};
  std::chrono::duration<double> duration{};
  std::chrono::duration<double> downtime{};
  int passes{};
  std::string error;  ///< of one that failed
};

std::string_view format(MigrationOutcome::End end);
void to_json(nlohmann::json& json, MigrationOutcome const& outcome);
void from_json(nlohmann::json const& json, MigrationOutcome& outcome);

class Lab;

/// Boots the guest on one node and migrates it to the other while it writes. Throws
/// std::runtime_error if QEMU misbehaves; a migration that fails is an outcome. `number` tells the
/// files of this one in `places.directory` from others'.
MigrationOutcome migrate(LiveMigration const& migration, Lab const& lab, Places const& places,
                         std::size_t number);
}  // namespace leadline::lab
