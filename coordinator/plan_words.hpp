#pragma once
#include "coordinator/plan.hpp"
#include "probes/core/quantity.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// The words of a plan, the same in the plan file and on the command line. Each error says what was
// given and what is allowed.

namespace leadline {

tl::expected<Stage, std::string> parse_stage(std::string_view text);
/// "reach,tls": in any order, without repetition; the result is in the order of a run, and holds
/// the facts always (they cost nothing, and the others need them).
tl::expected<std::vector<Stage>, std::string> parse_stages(std::string_view text);
tl::expected<Mesh, std::string> parse_mesh(std::string_view text);
/// "all", "ring" or "sample:N".
tl::expected<PairChoice, std::string> parse_pair_choice(std::string_view text);
/// "east=3": a cluster and how many nodes of it must appear.
tl::expected<std::pair<std::string, int>, std::string> parse_expectation(std::string_view text);
/// The caps and times of a run, on which the defaults of 0 (none) cannot be asked for by name: a
/// cap of at least 1 Mbit/s or 1 octet, a wait of at most 24 h, a time limit of 1 s to 24 h.
tl::expected<BitRate, std::string> parse_rate_cap(std::string_view text);
tl::expected<Bytes, std::string> parse_size_cap(std::string_view text);
tl::expected<std::chrono::milliseconds, std::string> parse_wait(std::string_view text);
tl::expected<std::chrono::milliseconds, std::string> parse_timeout(std::string_view text);
/// Between two bounds, both of which are allowed.
tl::expected<std::chrono::milliseconds, std::string> parse_duration_between(
    std::string_view text, std::chrono::milliseconds least, std::chrono::milliseconds most);
/// What an object in Kubernetes may be called (a DNS subdomain, RFC 1123).
bool is_object_name(std::string_view text);
/// What Linux takes for the name of an interface.
tl::expected<std::string, std::string> parse_interface(std::string const& text);
/// "0.1%" or "0.001", between 0 and 1.
tl::expected<double, std::string> parse_share(std::string_view text);
/// The one of `known` that `word` most likely was meant to be; empty if none is near.
std::string_view nearest(std::string_view word, std::vector<std::string_view> const& known);
}  // namespace leadline
