#pragma once
#include "coordinator/manifests/migration_policy.hpp"
#include "probes/core/units.hpp"

#include <optional>
#include <string>

namespace leadline {

/// A VM as its VirtualMachineInstance object describes it.
struct Machine {
  std::string name;   ///< "namespace/name"
  std::string space;  ///< its namespace; empty: not known
  KnownLabels labels;
  std::string node;
  Bytes memory;          ///< of the guest
  Bytes disk;            ///< all its volumes that are claims
  bool single_stream{};  ///< KubeVirt gives VMs with CPU limits or dedicated CPUs one stream
};

/// Nothing if it is none; the message if it says no memory or a size that is none.
struct MachineReading {
  std::optional<Machine> machine;
  std::string mistake;
  std::string pointer;  ///< to what is wrong
};

MachineReading read_machine(Manifest const& manifest);
}  // namespace leadline
