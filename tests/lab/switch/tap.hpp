#pragma once
#include "tests/lab/network/file_descriptor.hpp"

#include <string>

namespace leadline::lab {
/// Makes a TAP interface in the calling thread's network namespace; it lives as long as the
/// descriptor. Without a virtio header, so the kernel itself segments and checksums what it sends.
/// Throws std::system_error.
FileDescriptor open_tap(std::string const& interface);

/// The interface shows "no carrier", as if the cable were pulled.
void set_carrier(FileDescriptor const& tap, bool carrier);
}  // namespace leadline::lab
