#include "coordinator/finding.hpp"

#include <fmt/format.h>

namespace leadline {

std::string_view format(Severity severity) {
  switch (severity) {
    case Severity::info:
      return "info";
    case Severity::warning:
      return "warning";
    case Severity::error:
      return "error";
  }
  return "";
}

std::string_view format(Scope::Kind kind) {
  switch (kind) {
    case Scope::Kind::node:
      return "node";
    case Scope::Kind::pair:
      return "pair";
    case Scope::Kind::cluster:
      return "cluster";
    case Scope::Kind::cluster_pair:
      return "cluster_pair";
  }
  return "";
}

std::string_view format(Direction direction) {
  switch (direction) {
    case Direction::both:
      return "both";
    case Direction::inbound:
      return "inbound";
    case Direction::outbound:
      return "outbound";
    case Direction::forward:
      return "forward";
  }
  return "";
}

std::string format(Scope const& scope) {
  switch (scope.kind) {
    case Scope::Kind::node:
      return "node " + scope.source;
    case Scope::Kind::cluster:
      return "cluster " + scope.source;
    case Scope::Kind::pair:
      return fmt::format("pair {} -> {}", scope.source, scope.target);
    case Scope::Kind::cluster_pair:
      return fmt::format("clusters {} -> {}", scope.source, scope.target);
  }
  return "";
}
}  // namespace leadline
