#pragma once
#include "coordinator/finding.hpp"

#include <fmt/format.h>

#include <iosfwd>
#include <string>
#include <string_view>

namespace leadline {

/// Breaks at blanks, at most 98 columns wide; the first line begins with `label`, the others as far
/// in. Control characters of what came over the network do not reach the terminal.
std::string wrap(std::string_view label, std::string_view raw);

/// Puts colours on a terminal, and none elsewhere.
class Painter {
 public:
  explicit Painter(bool colour) : colour_{colour} {}

  [[nodiscard]] std::string operator()(std::string_view sequence, std::string_view text) const {
    return colour_ ? fmt::format("\x1b[{}m{}\x1b[0m", sequence, text) : std::string{text};
  }

 private:
  bool colour_;
};

/// Code, summary, evidence, meaning and remedy: after an empty line.
void write_finding(std::ostream& out, Finding const& finding, Painter const& paint);
}  // namespace leadline
