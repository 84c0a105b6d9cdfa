#include "probes/catalogue.hpp"

#include <stdexcept>
#include <utility>

namespace leadline {
namespace {
/// The result type of the probe with this name, by position: the two variants run in parallel.
template <std::size_t I = 0>
AnyResult read_result(std::string const& probe, nlohmann::json const& j) {
  if constexpr (I == std::variant_size_v<AnyProbe>) {
    throw std::invalid_argument{"unknown probe '" + probe + "'"};
  } else {
    using P = std::variant_alternative_t<I, AnyProbe>;
    if (probe == P::name) return AnyResult{std::in_place_index<I>, j.get<typename P::Result>()};
    return read_result<I + 1>(probe, j);
  }
}
}  // namespace

void to_json(nlohmann::json& j, Observation const& o) {
  j = {{"source", o.source}, {"target", o.target}, {"family", o.family},
       {"probe", o.probe},   {"status", o.status}, {"reason", o.reason}};
  if (o.result) std::visit([&](auto const& result) { j["result"] = result; }, *o.result);
}

void from_json(nlohmann::json const& j, Observation& o) {
  j.at("source").get_to(o.source);
  j.at("target").get_to(o.target);
  j.at("family").get_to(o.family);
  j.at("probe").get_to(o.probe);
  j.at("status").get_to(o.status);
  j.at("reason").get_to(o.reason);
  o.result.reset();
  if (auto const result = j.find("result"); result != j.end())
    o.result = read_result(o.probe, *result);
}
}  // namespace leadline
