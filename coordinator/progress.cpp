#include "coordinator/progress.hpp"

#include <fmt/format.h>

#include <iostream>
#include <utility>

namespace leadline {

void Progress::clear_live_line() {
  if (std::exchange(live_, false)) out_ << "\r\033[K";
}

void Progress::say(std::string_view line) {
  clear_live_line();
  out_ << line << std::endl;  // NOLINT(performance-avoid-endl): shown now
}

void Progress::step(std::string const& part, std::size_t done, std::size_t total,
                    std::string_view things) {
  auto const now = Clock::now();
  if (part != part_) {
    part_ = part;
    shown_.clear();
    part_began_ = last_plain_ = now;
  }
  auto const line = fmt::format("{}: {} of {} {}", part, done, total, things);
  if (line == shown_) return;
  shown_ = line;
  if (done >= total) {
    say(fmt::format("{} in {:.1f} s", line,
                    std::chrono::duration<double>(now - part_began_).count()));
  } else if (terminal_) {
    out_ << "\r\033[K" << line << std::flush;
    live_ = true;
  } else if (now - last_plain_ >= plain_interval) {
    last_plain_ = now;
    say(line);
  }
}
}  // namespace leadline
