#pragma once
#include "probes/core/error.hpp"
#include "probes/core/observation.hpp"

#include <concepts>
#include <string_view>

namespace leadline {

/// A probe is a plain struct: a name, settings, the path it goes over, and a nested Result; beside
/// it a free run() that measures and a pure assess() that says what a Result means.
template <class P>
concept Probe = requires(P probe, typename P::Result result) {
  { P::name } -> std::convertible_to<std::string_view>;
  { probe.path };
  { run(probe) } -> std::same_as<Async<typename P::Result>>;
  { assess(result) } -> std::same_as<Assessment>;
};
}  // namespace leadline
