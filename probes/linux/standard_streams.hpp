#pragma once

namespace leadline {

/// Puts /dev/null where standard input, output or error is closed: else the next socket would get
/// that number, and a report would be written into it. Writing to such an output fails. First thing
/// in main.
void occupy_standard_streams();
}  // namespace leadline
