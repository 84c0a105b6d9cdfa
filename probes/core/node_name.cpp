#include "probes/core/node_name.hpp"

#include <stdexcept>

namespace leadline {

void from_json(nlohmann::json const& j, NodeName& name) {
  auto const text = j.get<std::string>();
  auto const slash = text.find('/');
  if (slash == std::string::npos || slash == 0 || slash + 1 == text.size())
    throw std::invalid_argument{"'" + text + "' is not CLUSTER/NODE"};
  name = {.cluster = text.substr(0, slash), .node = text.substr(slash + 1)};
}
}  // namespace leadline
