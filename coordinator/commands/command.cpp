#include "coordinator/commands/command.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <ostream>
#include <system_error>

namespace leadline {

void require_written(std::ostream& out, std::string_view where) {
  if (out.flush()) return;
  throw OutputError{
      fmt::format("cannot write to {}: {}", where, std::generic_category().message(errno))};
}
}  // namespace leadline
