#pragma once
#include "tests/lab/scenario/yaml_mapping.hpp"

namespace leadline::lab {
/// What scenarios of every lab have: about, agents, check, plan, events, expect, then_expect,
/// then_check.
void read_run(YamlMapping& mapping, Scenario& scenario, Mistakes& mistakes);
}  // namespace leadline::lab
