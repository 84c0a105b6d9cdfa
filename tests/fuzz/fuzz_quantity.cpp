// Any text as a size, a rate, a duration or a quantity of Kubernetes: a value that is written and
// read again as itself, or a reason; never a crash, and never a value that is negative.
#include "coordinator/manifests/migration_settings.hpp"
#include "probes/core/quantity.hpp"

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace leadline;
  std::string const text{reinterpret_cast<char const*>(data), size};
  if (auto const rate = parse_rate(text)) {
    if (!(rate->per_second >= 0) || !std::isfinite(rate->per_second)) std::abort();
    format(*rate);
  } else if (rate.error().empty()) {
    std::abort();
  }
  if (auto const octets = parse_size(text); !octets && octets.error().empty()) std::abort();
  if (auto const time = parse_duration(text)) {
    if (time->count() < 0) std::abort();
  } else if (time.error().empty()) {
    std::abort();
  }
  if (auto const quantity = parse_quantity(text))
    if (!(*quantity >= 0) || !std::isfinite(*quantity)) std::abort();
  return 0;
}
