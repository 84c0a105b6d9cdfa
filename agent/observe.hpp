#pragma once
#include "agent/options.hpp"
#include "probes/catalogue.hpp"
#include "probes/core/path.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <string>

namespace leadline {
class BulkSlot;
class TlsIdentity;
}  // namespace leadline

namespace leadline::agent {

/// What an agent lends each probe.
struct Equipment {
  std::shared_ptr<TlsIdentity const> identity;
  std::shared_ptr<BulkSlot> slot;  ///< shared with the responder: one bulk test a node
  BitRate max_rate;
  BitRate link_speed{0};   ///< what the driver claims of the migration interface; 0: unknown
  std::string interface;   ///< the migration interface
  std::string host_netns;  ///< --host-netns; empty: not given
};

/// A probe made ready to go: over this path, with this equipment, and within the agent's own caps
/// whatever the coordinator asked for.
AnyProbe made_ready(AnyProbe probe, Path const& path, Equipment const& equipment);

/// What came of a probe; `busy`: a bulk test was refused because one runs, nothing was measured.
struct Sighting {
  Observation observation;
  bool busy{};
};

/// Runs the probe and judges its result; source, target and family are the caller's to fill in.
boost::asio::awaitable<Sighting> observe(AnyProbe probe);
}  // namespace leadline::agent
