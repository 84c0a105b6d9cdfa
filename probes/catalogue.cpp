#include "probes/catalogue.hpp"

#include "probes/wire/positional.hpp"

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
    if (position == I)
      return AnyResult{std::in_place_index<I>, Positional::read<typename P::Result>(j)};
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
  j = {o.source, o.target, o.family, o.probe, o.status, o.reason};
  if (o.result)
    std::visit([&](auto const& result) { j.push_back(Positional::write(result)); }, *o.result);
}

void from_json(nlohmann::json const& j, Observation& o) {
  constexpr std::size_t without_result = 6;
  if (!j.is_array() || j.size() < without_result || j.size() > without_result + 1)
    throw std::invalid_argument{"an observation is not an array of 6 or 7"};
  j[0].get_to(o.source);
  j[1].get_to(o.target);
  j[2].get_to(o.family);
  j[3].get_to(o.probe);
  j[4].get_to(o.status);
  j[5].get_to(o.reason);
  o.result.reset();
  auto const position = position_of(o.probe);
  if (!position) throw std::invalid_argument{"unknown probe '" + o.probe + "'"};
  if (j.size() > without_result) o.result = read_result(*position, j[without_result]);
}
}  // namespace leadline
