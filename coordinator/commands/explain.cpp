#include "coordinator/commands/command.hpp"
#include "coordinator/finding_catalogue.hpp"

#include <fmt/format.h>

#include <iostream>

namespace leadline {

int explain(Words const& words) {
  if (words.size() > 1 ||
      (!words.empty() && words.front().starts_with('-') && words.front() != "--help"))
    throw UsageError{
        "explain: one finding's code at most, such as 'leadline explain MTU_BLACK_HOLE'"};
  if (!words.empty() && words.front() == "--help") {
    std::cout << "leadline explain [CODE]\n"
                 "    what a finding means and what to do about it; without a code: all of them\n";
    return exit_codes::ready;
  }
  auto const code = words.empty() ? std::string{} : words.front();
  auto const text = explain(std::string_view{code});
  if (text.empty())
    throw UsageError{
        fmt::format("explain: there is no finding '{}'; 'leadline explain' lists them", code)};
  std::cout << text;
  return exit_codes::ready;
}
}  // namespace leadline
