#pragma once
#include "tests/lab/network/network_namespace.hpp"
#include "tests/qemu/guest_load.hpp"
#include "tests/qemu/monitor.hpp"

#include <filesystem>
#include <string>
#include <sys/types.h>

namespace leadline::lab {

/// A real virtual machine, under software emulation, whose migration connections are those of a
/// network namespace. It ends with its object, or with whoever made it.
class VirtualMachine {
 public:
  enum class Start {
    at_once,  ///< the guest boots
    incoming  ///< it waits for one that runs elsewhere
  };

  /// Leaves `directory`/NAME.log and NAME.img there. Throws std::runtime_error, and SkippedLab
  /// where QEMU is not installed.
  VirtualMachine(std::string const& name, GuestLoad const& load, Start start,
                 NetworkNamespace const& where, std::filesystem::path const& directory);
  VirtualMachine(VirtualMachine const&) = delete;
  VirtualMachine(VirtualMachine&&) = delete;
  VirtualMachine& operator=(VirtualMachine const&) = delete;
  VirtualMachine& operator=(VirtualMachine&&) = delete;
  ~VirtualMachine();

  [[nodiscard]] QemuMonitor& monitor() { return monitor_; }

  /// Returns when the guest has filled its memory; throws std::runtime_error after 60 s.
  void await_filled() const;

 private:
  VirtualMachine(std::string const& name, GuestLoad const& load, Start start,
                 NetworkNamespace const& where, std::filesystem::path const& directory,
                 std::pair<FileDescriptor, FileDescriptor> sockets);

  std::filesystem::path console_;
  pid_t process_;
  QemuMonitor monitor_;
};
}  // namespace leadline::lab
