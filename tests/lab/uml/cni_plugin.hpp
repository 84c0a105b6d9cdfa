#pragma once
#include "tests/lab/network/network_namespace.hpp"

#include <string>

namespace leadline::lab {

/// One pod's wish to be attached, as Multus hands it to a CNI plugin.
struct Attachment {
  std::string nad;        ///< without `ipam`, the pod gets `address` by the plugin `static`
  std::string container;  ///< an identifier, unique on this machine
  std::string host;       ///< names the host's own store of leases
  std::string pod;        ///< path of the pod's network namespace
  std::string address;    ///< with prefix length
};

/// Runs the plugin that the NAD names in the host's network namespace, so that the pod has
/// `migration0`. Throws std::runtime_error with what the plugin said, and SkippedLab where it is
/// not installed or too old to know one of the NAD's keys, which it would ignore.
void attach(Attachment const& wish, NetworkNamespace const& host);
}  // namespace leadline::lab
