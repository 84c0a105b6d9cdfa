#include "probes/core/error.hpp"

#include <fmt/format.h>

#include <array>
#include <string_view>

namespace leadline {

std::string describe(Error const& error) {
  constexpr std::array<std::string_view, 6> stages{"resolve",  "connect", "handshake",
                                                   "transfer", "timeout", "configuration"};
  std::string text{stages.at(static_cast<std::size_t>(error.stage))};
  if (error.code) text += ": " + error.code.message();
  if (!error.detail.empty()) text += fmt::format(" ({})", error.detail);
  return text;
}
}  // namespace leadline
