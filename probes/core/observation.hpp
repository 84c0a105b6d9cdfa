#pragma once
#include "probes/core/checked_json.hpp"

#include <string>

namespace leadline {

/// How a probe came out. `unknown` text reads as inconclusive: nothing unread ever counts as ok.
enum class Status { inconclusive, ok, warn, fail, skipped };
NLOHMANN_JSON_SERIALIZE_ENUM(Status, {{Status::inconclusive, "inconclusive"},
                                      {Status::ok, "ok"},
                                      {Status::warn, "warn"},
                                      {Status::fail, "fail"},
                                      {Status::skipped, "skipped"}})

enum class Family { ipv4, ipv6 };
NLOHMANN_JSON_SERIALIZE_ENUM(Family, {{Family::ipv4, "ipv4"}, {Family::ipv6, "ipv6"}})

/// What a result means by itself, before any threshold of the plan: the status and one sentence
/// why.
struct Assessment {
  Status status{Status::inconclusive};
  std::string reason;
  bool operator==(Assessment const&) const = default;
};
}  // namespace leadline
