#pragma once
#include "probes/core/checked_json.hpp"
#include "tests/lab/network/file_descriptor.hpp"

#include <stdexcept>
#include <string>

namespace leadline::lab {

/// What QEMU answered instead of doing it, in its own words.
struct RefusedByQemu : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// QEMU's monitor: one JSON object a line (QMP, docs/interop/qmp-spec.txt of QEMU).
class QemuMonitor {
 public:
  /// Takes our end of a stream socket, and greets. Throws as execute() does.
  explicit QemuMonitor(FileDescriptor socket);

  /// Returns what the command returns. Throws RefusedByQemu, and std::runtime_error if QEMU is gone
  /// or silent for 20 s.
  nlohmann::json execute(std::string const& command, nlohmann::json const& arguments = {});

 private:
  std::string read_line();

  FileDescriptor socket_;
  std::string unread_;
};
}  // namespace leadline::lab
