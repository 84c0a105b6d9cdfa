#include "tests/qemu/guest_load.hpp"

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <stdexcept>

namespace leadline::lab {
namespace {
using namespace literals;

// As in dirtying_guest.s.
constexpr std::uint64_t first_page = 0x100000;
constexpr double page = 4096;
constexpr double clock_rate = 1e8;
constexpr std::size_t parameters = 0x1f0;

BootSector read_assembled() {
  BootSector sector{};
  std::ifstream file{LEADLINE_BOOT_SECTOR, std::ios::binary};
  for (auto& octet : sector) octet = static_cast<unsigned char>(file.get());
  if (!file) throw std::runtime_error{"cannot read " LEADLINE_BOOT_SECTOR};
  return sector;
}

std::uint32_t ticks_per_page(double dirty_rate) {
  return dirty_rate > 0 ? static_cast<std::uint32_t>(std::lround(page / dirty_rate * clock_rate))
                        : 0;
}
}  // namespace

BootSector boot_sector(GuestLoad const& load) {
  static_assert(std::endian::native == std::endian::little, "the guest is x86, and so is the host");
  if (load.memory < 4_MiB || load.memory > 2048_MiB)
    throw std::invalid_argument{"a guest has 4 MiB to 2 GiB of memory"};
  if (load.working_set < 4_KiB || load.working_set + 1_MiB > load.memory)
    throw std::invalid_argument{"a working set has 4 KiB, and 1 MiB less than the memory at most"};
  constexpr double slowest = page * clock_rate / 2e9;  // a page in 20 s: the counter wraps at 43 s
  constexpr double fastest = page * clock_rate / 100;  // one in 1 us
  if (load.dirty_rate != 0 && !(load.dirty_rate >= slowest && load.dirty_rate <= fastest))
    throw std::invalid_argument{"a dirty rate is 0, or 205 octets to 4 GB a second"};
  std::array<std::uint32_t, 3> const words{
      static_cast<std::uint32_t>(load.memory.count),
      static_cast<std::uint32_t>(first_page + load.working_set.count),
      ticks_per_page(load.dirty_rate)};
  auto sector = read_assembled();
  std::memcpy(sector.data() + parameters, words.data(), sizeof words);
  return sector;
}
}  // namespace leadline::lab
