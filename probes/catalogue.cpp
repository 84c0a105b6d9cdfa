#include "probes/catalogue.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace leadline {
namespace {
template <class... Ps>
constexpr std::array<std::string_view, sizeof...(Ps)> names_of(std::variant<Ps...> const*) {
  return {Ps::name...};
}

constexpr auto names = names_of(static_cast<AnyProbe const*>(nullptr));

/// The result of the probe at this position: the two variants run in parallel.
template <std::size_t I = 0>
AnyResult read_result(std::size_t position, nlohmann::json const& j) {
  if constexpr (I == names.size()) {
    throw std::out_of_range{"no such probe"};
  } else {
    using P = std::variant_alternative_t<I, AnyProbe>;
    if (position == I) return AnyResult{std::in_place_index<I>, j.get<typename P::Result>()};
    return read_result<I + 1>(position, j);
  }
}
}  // namespace

std::optional<std::size_t> position_of(std::string_view probe) {
  auto const* const found = std::ranges::find(names, probe);
  if (found == names.end()) return std::nullopt;
  return static_cast<std::size_t>(found - names.begin());
}

std::string_view probe_at(std::size_t position) {
  return names.at(position);
}

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
  auto const position = position_of(o.probe);
  if (!position) throw std::invalid_argument{"unknown probe '" + o.probe + "'"};
  if (auto const result = j.find("result"); result != j.end())
    o.result = read_result(*position, *result);
}
}  // namespace leadline
