#include "probes/port_draw.hpp"

#include <algorithm>

namespace leadline {

PortRange piece(PortRange range, int part, int parts) {
  auto const ports = range.last - range.first + 1;
  auto const begin = range.first + (ports * part / parts);
  auto const end = range.first + (ports * (part + 1) / parts);
  return {.first = static_cast<std::uint16_t>(begin),
          .last = static_cast<std::uint16_t>(std::max(begin, end - 1))};
}

std::uint16_t draw_port(PortRange range, std::mt19937& random) {
  std::uniform_int_distribution<int> any{range.first, range.last};
  return static_cast<std::uint16_t>(any(random));
}
}  // namespace leadline
