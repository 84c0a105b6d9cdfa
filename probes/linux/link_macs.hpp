#pragma once
#include <set>
#include <string>

namespace leadline {

/// The MAC addresses of the Ethernet links of the calling thread's namespace, in lower case with
/// colons: by default Linux answers ARP for an address of one with that of another (arp_ignore=0,
/// ip-sysctl.rst). Empty where the kernel does not answer.
std::set<std::string> link_macs();
}  // namespace leadline
