#pragma once
#include "agent/options.hpp"
#include "probes/linux/interface.hpp"
#include "probes/wire/message.hpp"

#include <string>
#include <vector>

namespace leadline::agent {

/// The interface by its name, or the one that holds the address; empty if none does.
std::string migration_interface(Options const& options);

/// The first global unicast address of each family, in the kernel's order: virt-handler's choice.
/// With --address, that one.
std::vector<NetworkAddress> migration_addresses(InterfaceFacts const& interface,
                                                Options const& options);

/// What is wrong where there are none, and what this node has instead.
std::string why_no_address(InterfaceFacts const& interface, Options const& options);
}  // namespace leadline::agent
