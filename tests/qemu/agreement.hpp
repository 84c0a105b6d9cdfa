#pragma once
#include "tests/qemu/live_migration.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace leadline::lab {

/// A scenario of the fault table, and a VM that is migrated in it.
struct AgreementCase {
  std::string scenario;  ///< its file, without .yaml
  Bytes memory;
  std::string source{"east/n1"};
  std::string target{"west/n1"};
  bool quick{};  ///< part of the subset that takes two minutes
};

std::vector<AgreementCase> agreement_cases();

/// What leadline said of the network for this VM, and what came of its migration.
struct Agreement {
  AgreementCase scene;
  BitRate needed;  ///< of the path, for this VM to arrive before its deadline
  std::string verdict;
  std::string causes;  ///< the codes of the errors, "LOSS, MTU_BLACK_HOLE"
  MigrationOutcome real;
  std::chrono::duration<double> deadline{};
  int runs{1};
};

/// READY (with or without warnings) where it completed, NOT READY where it did not.
bool agrees(Agreement const& agreement);

/// `leadline check` with the plan of this VM, then its migration, which is cancelled at the
/// deadline that KubeVirt would give it. Where they disagree both are done again, up to three
/// times. Throws as run_job() does.
Agreement compare_in(AgreementCase const& scene, std::filesystem::path const& scenarios,
                     Places const& places);

/// A Markdown table, and below it in how many they agree.
std::string agreement_table(std::vector<Agreement> const& agreements);
}  // namespace leadline::lab
