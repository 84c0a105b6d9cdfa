#include "agent/beside_load.hpp"

#include <algorithm>
#include <chrono>

namespace leadline::agent {
namespace {
template <class Wanted, class Variant>
Wanted const* one_of(std::vector<Variant> const& some) {
  for (auto const& one : some)
    if (auto const* found = std::get_if<Wanted>(&one)) return found;
  return nullptr;
}

Bandwidth::Result const* load_among(std::vector<Sighting> const& together) {
  for (auto const& [seen, busy] : together)
    if (seen.result)
      if (auto const* load = std::get_if<Bandwidth::Result>(&*seen.result)) return load;
  return nullptr;
}

bool lasted(Bandwidth const& bulk, Bandwidth::Result const& load,
            std::chrono::milliseconds latency) {
  bool const whole =
      bulk.byte_limit_bytes.count == 0 || load.transferred_bytes < bulk.byte_limit_bytes.count;
  std::chrono::duration<double> const measured{load.measured_seconds};
  return whole || bulk.warm_up_ms + measured >= latency;
}
}  // namespace

void leave_out_latency_without_load(std::vector<AnyProbe> const& probes,
                                    std::vector<Sighting>& together) {
  auto const* bulk = one_of<Bandwidth>(probes);
  auto const* latency = one_of<Latency>(probes);
  if (bulk == nullptr || latency == nullptr || !latency->under_load) return;
  auto const* load = load_among(together);
  if (load != nullptr && lasted(*bulk, *load, latency->duration_ms)) return;
  std::erase_if(together, [](Sighting const& sighting) {
    return sighting.observation.probe == Latency::name;
  });
}
}  // namespace leadline::agent
