// Any JSON in the place of a report that `leadline estimate` should read: a bandwidth or what is
// missing.
#include "coordinator/estimate/measured_bandwidth.hpp"
#include "probes/core/checked_json.hpp"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace leadline;
  auto const report = nlohmann::json::parse(data, data + size, nullptr, false);
  if (report.is_discarded()) return 0;
  for (int const streams : {1, 8}) {
    auto const read = read_measured_bandwidth(report, streams);
    if (!read && read.error().empty()) std::abort();
    if (read && (read->pairs == 0 || read->least > read->most)) std::abort();
  }
  return 0;
}
