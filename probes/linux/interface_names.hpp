#pragma once
#include <string>
#include <vector>

namespace leadline {

/// The interfaces of this network namespace, in the kernel's order.
std::vector<std::string> interface_names();
}  // namespace leadline
