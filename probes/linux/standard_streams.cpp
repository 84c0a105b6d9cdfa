#include "probes/linux/standard_streams.hpp"

#include <array>
#include <fcntl.h>
#include <unistd.h>

namespace leadline {

void occupy_standard_streams() {
  for (int const stream : std::array{STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(stream, F_GETFD) != -1) continue;
    // Takes the lowest free number: this one. Results must not vanish unseen, logs may.
    ::open("/dev/null", stream == STDOUT_FILENO ? O_RDONLY : O_RDWR);
  }
}
}  // namespace leadline
