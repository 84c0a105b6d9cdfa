#pragma once
#include "probes/core/observation.hpp"
#include "probes/linux/icmp_evidence.hpp"
#include "probes/wire/datagram.hpp"

namespace leadline {

/// What the network said about the answers of one node to another that never got there: the hop at
/// which the way back breaks.
struct LostAnswer {
  NodeIndex from{};  ///< who answered
  NodeIndex to{};    ///< who had asked
  Family family{};
  IcmpEvidence said;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(LostAnswer, from, to, family, said)
}  // namespace leadline
