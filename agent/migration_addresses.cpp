#include "agent/migration_addresses.hpp"

#include "probes/linux/interface_names.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace leadline::agent {

std::string migration_interface(Options const& options) {
  return options.address ? interface_of(options.address->to_string()) : options.interface;
}

std::vector<NetworkAddress> migration_addresses(InterfaceFacts const& interface,
                                                Options const& options) {
  std::vector<NetworkAddress> chosen;
  bool have_v4 = false;
  bool have_v6 = false;
  for (auto const& [text, prefix_length, global_unicast, duplicate, tentative] :
       interface.addresses) {
    auto const address = boost::asio::ip::make_address(text);
    auto& have = address.is_v4() ? have_v4 : have_v6;
    bool const wanted =
        options.address ? address == *options.address : global_unicast && !duplicate && !have;
    if (!wanted) continue;
    have = true;
    chosen.push_back({.address = text, .prefix_length = prefix_length});
  }
  return chosen;
}

std::string why_no_address(InterfaceFacts const& interface, Options const& options) {
  if (options.address)
    return fmt::format("no interface of this node holds the address {} (--address)",
                       options.address->to_string());
  if (!interface.present)
    return fmt::format("this node has no interface '{}' (--interface); it has {}", interface.name,
                       fmt::join(interface_names(), ", "));
  return fmt::format("interface '{}' holds no global unicast address", interface.name);
}
}  // namespace leadline::agent
