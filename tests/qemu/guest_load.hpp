#pragma once
#include "probes/core/units.hpp"

#include <array>

namespace leadline::lab {

/// What a guest does with its memory.
struct GuestLoad {
  Bytes memory;         ///< all of it is filled, with other octets than zero; 4 MiB to 2 GiB
  Bytes working_set;    ///< that it writes to again and again, from 4 KiB to its memory less 1 MiB
  double dirty_rate{};  ///< octets a second, a page at a time; 0: it writes nothing
};

using BootSector = std::array<unsigned char, 512>;

/// dirtying_guest.s, told what to do. Throws std::invalid_argument for a load outside those ranges,
/// std::runtime_error if the assembled guest cannot be read.
BootSector boot_sector(GuestLoad const& load);
}  // namespace leadline::lab
