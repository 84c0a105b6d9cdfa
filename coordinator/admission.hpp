#pragma once
#include "coordinator/plan.hpp"
#include "probes/core/node_name.hpp"
#include "probes/wire/identity.hpp"
#include "probes/wire/message.hpp"

#include <tl/expected.hpp>

#include <set>
#include <string>

namespace leadline {

/// May this agent take part? The error is the sentence that both sides will read.
tl::expected<NodeName, std::string> admit(Hello const& hello, Identity const& identity,
                                          Plan const& plan, std::set<NodeName> const& present);
}  // namespace leadline
