#include "probes/facts.hpp"

#include "probes/linux/link_macs.hpp"
#include "probes/linux/sysctl.hpp"

#include <sys/utsname.h>
#include <thread>

namespace leadline {

Facts gather_facts(std::string const& interface) {
  Facts facts;
  facts.interface = read_interface(interface);
  facts.macs = link_macs();
  if (utsname system{}; ::uname(&system) == 0) facts.kernel = &system.release[0];
  facts.congestion_control = sysctl("net.ipv4.tcp_congestion_control");
  facts.tcp_rmem_bytes = sysctl_numbers("net.ipv4.tcp_rmem");
  facts.tcp_wmem_bytes = sysctl_numbers("net.ipv4.tcp_wmem");
  if (auto const range = sysctl_numbers("net.ipv4.ip_local_port_range"); range.size() == 2) {
    facts.first_ephemeral_port = static_cast<int>(range.front());
    facts.last_ephemeral_port = static_cast<int>(range.back());
  }
  facts.cpu_count = static_cast<int>(std::thread::hardware_concurrency());
  return facts;
}
}  // namespace leadline
