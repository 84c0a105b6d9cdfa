#pragma once
#include "coordinator/finding.hpp"

#include <span>
#include <string>
#include <string_view>

namespace leadline {

/// What may hide what: a cause explains the symptoms of later layers on the pairs that it touches
/// (a node whose link is down also fails TLS).
enum class Layer {
  agent,  ///< who is not there has measured nothing
  local_link,
  vlan,  ///< which VLANs leave the node, and which ones come in
  duplicate_address,
  reach,
  path_mtu,
  tls,
  loss,  ///< before the other figures: it spoils them
  latency,
  bandwidth,
  coverage,
  note  ///< neither explains anything nor is explained
};

/// An entry of the catalogue: all that does not depend on the run.
struct FindingKind {
  std::string_view code;
  Layer layer;
  Severity severity;
  std::string_view title;    ///< reads on after "node east/n1: "
  std::string_view meaning;  ///< for a migration
  std::string_view remedy;   ///< with the command, where there is one
};

/// All codes, the worst layer first.
std::span<FindingKind const> finding_catalogue();
/// Also those of the manifests (config_catalogue.hpp). Null if there is no such code.
FindingKind const* find_kind(std::string_view code);
/// Throws std::out_of_range: for codes that stand in the code.
FindingKind const& kind_of(std::string_view code);

/// The catalogue as a list (code empty) or one entry in full; empty if the code is unknown.
std::string explain(std::string_view code);
}  // namespace leadline
