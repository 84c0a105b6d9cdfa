#include "coordinator/report/estimate_figures.hpp"

#include "probes/core/quantity.hpp"

#include <algorithm>

namespace leadline {

std::string time_text(Seconds time) {
  constexpr Seconds longest{1e9};  // nanoseconds of more do not fit
  if (!(time < longest)) return "more than 30 years";
  return format(std::chrono::duration_cast<std::chrono::nanoseconds>(time));
}

std::string octets_text(double octets) {
  constexpr double most = 1e18;
  return format(Bytes{static_cast<std::uint64_t>(std::clamp(octets, 0.0, most))});
}

std::string_view headline(Estimate::Verdict verdict) {
  switch (verdict) {
    case Estimate::Verdict::in_time:
      return "IN TIME";
    case Estimate::Verdict::too_late:
      return "TOO LATE";
    case Estimate::Verdict::uncertain:
      break;
  }
  return "UNCERTAIN";
}
}  // namespace leadline
