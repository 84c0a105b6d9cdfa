#pragma once
#include "probes/wire/message.hpp"

#include <cstddef>
#include <string>

namespace leadline::bench {

/// Which faults the imagined network has: enough for blame to have something to explain.
struct ImaginedFaults {
  NodeIndex nodes{};  ///< of all clusters
  NodeIndex deaf{};   ///< receives nothing: every reach probe to it fails
  NodeIndex thin{};   ///< its port drops packets over 1500 octets, both ways
};

/// What a real probe might have seen from `self` to `target`. Values differ from pair to pair, as
/// measured ones do.
Observation imagine(AnyProbe const& probe, NodeIndex self, NodeIndex target,
                    ImaginedFaults const& faults);

/// The address of a node of the imagined network, 10.0.0.0/8.
std::string address_of(NodeIndex node);

Facts imagined_facts(NodeIndex node);
}  // namespace leadline::bench
