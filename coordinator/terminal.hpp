#pragma once
#include <cstdlib>
#include <string_view>
#include <unistd.h>

namespace leadline {

/// Whether what is written there may move a cursor: a terminal that says what it is, and not that
/// it can do nothing (TERM, terminfo(5)).
inline bool moves_cursor(int descriptor) {
  auto const* const kind = std::getenv("TERM");  // NOLINT(concurrency-mt-unsafe): nobody sets it
  return ::isatty(descriptor) != 0 && kind != nullptr && *kind != '\0' &&
         kind != std::string_view{"dumb"};
}

/// The same of colours, where nobody asked for none (NO_COLOR, no-color.org).
inline bool shows_colour(int descriptor) {
  auto const* const none = std::getenv("NO_COLOR");  // NOLINT(concurrency-mt-unsafe): as above
  return moves_cursor(descriptor) && (none == nullptr || *none == '\0');
}
}  // namespace leadline
