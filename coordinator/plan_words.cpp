#include "coordinator/plan_words.hpp"

#include "probes/wire/identity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <net/if.h>
#include <numeric>
#include <optional>

namespace leadline {
namespace {
constexpr std::array stages{Stage::facts,    Stage::layer2,  Stage::reach,    Stage::tls,
                            Stage::path_mtu, Stage::latency, Stage::bandwidth};
constexpr std::array meshes{Mesh::cross, Mesh::within, Mesh::full};
constexpr int most_nodes = 5000;  // a cluster in one run; Kubernetes itself ends there

template <class T>
std::optional<T> parse_number(std::string_view text) {
  T number{};
  auto const* const end = text.data() + text.size();
  // from_chars is given the end: it needs no null. NOLINTNEXTLINE(*-stringview-data-usage)
  auto const [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return number;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    auto diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      auto const replaced = diagonal + (a[i] == b[j] ? 0U : 1U);
      diagonal = std::exchange(row[j + 1], std::min({replaced, row[j] + 1, row[j + 1] + 1}));
    }
  }
  return row.back();
}
}  // namespace

tl::expected<Stage, std::string> parse_stage(std::string_view text) {
  for (auto const stage : stages)
    if (format(stage) == text) return stage;
  return tl::unexpected(fmt::format(
      "'{}' is not a stage: facts, layer2, reach, tls, path_mtu, latency and bandwidth are", text));
}

tl::expected<std::vector<Stage>, std::string> parse_stages(std::string_view text) {
  std::vector<Stage> found{Stage::facts};
  bool facts_named = false;
  for (std::size_t start = 0; start <= text.size();) {
    auto const comma = std::min(text.find(',', start), text.size());
    auto const stage = parse_stage(text.substr(start, comma - start));
    if (!stage) return tl::unexpected(stage.error());
    bool const again = *stage == Stage::facts ? std::exchange(facts_named, true)
                                              : std::ranges::count(found, *stage) != 0;
    if (again) return tl::unexpected(fmt::format("stage '{}' is named twice", format(*stage)));
    if (*stage != Stage::facts) found.push_back(*stage);
    start = comma + 1;
  }
  std::ranges::sort(found);
  return found;
}

tl::expected<Mesh, std::string> parse_mesh(std::string_view text) {
  for (auto const mesh : meshes)
    if (format(mesh) == text) return mesh;
  return tl::unexpected(fmt::format("'{}' is not a mesh: cross, within and full are", text));
}

tl::expected<PairChoice, std::string> parse_pair_choice(std::string_view text) {
  constexpr std::string_view sample = "sample:";
  if (text == "all") return PairChoice{};
  if (text == "ring") return PairChoice{.kind = PairChoice::Kind::ring};
  if (text.starts_with(sample)) {
    auto const size = parse_number<std::size_t>(text.substr(sample.size()));
    if (size && *size > 0)
      return PairChoice{.kind = PairChoice::Kind::sample, .sample_size = *size};
  }
  return tl::unexpected(fmt::format(
      "'{}' is not a choice of pairs: all, ring or sample:N (such as sample:200)", text));
}

tl::expected<BitRate, std::string> parse_rate_cap(std::string_view text) {
  constexpr BitRate least{1e6};
  auto rate = parse_rate(text);
  if (rate && rate->per_second < least.per_second)
    return tl::unexpected(
        fmt::format("'{}' is too little for a cap: {} at least; leave it out for "
                    "none but the agents' own",
                    text, format(least)));
  return rate;
}

tl::expected<Bytes, std::string> parse_size_cap(std::string_view text) {
  auto size = parse_size(text);
  if (size && size->count == 0)
    return tl::unexpected(
        fmt::format("'{}' would let nothing be sent: leave the cap out for none", text));
  return size;
}

tl::expected<std::chrono::milliseconds, std::string> parse_duration_between(
    std::string_view text, std::chrono::milliseconds least, std::chrono::milliseconds most) {
  auto value = parse_duration(text);
  if (value && (*value < least || *value > most))
    return tl::unexpected(fmt::format("'{}' is out of range: {} to {}", text,
                                      format(std::chrono::nanoseconds{least}),
                                      format(std::chrono::nanoseconds{most})));
  return value;
}

tl::expected<std::chrono::milliseconds, std::string> parse_wait(std::string_view text) {
  return parse_duration_between(text, std::chrono::milliseconds{0}, std::chrono::hours{24});
}

tl::expected<std::chrono::milliseconds, std::string> parse_timeout(std::string_view text) {
  return parse_duration_between(text, std::chrono::seconds{1}, std::chrono::hours{24});
}

bool is_object_name(std::string_view text) {
  constexpr std::string_view alphanumeric = "abcdefghijklmnopqrstuvwxyz0123456789";
  constexpr std::string_view inside = "abcdefghijklmnopqrstuvwxyz0123456789-.";
  return !text.empty() && text.size() <= 253 &&
         alphanumeric.find(text.front()) != std::string_view::npos &&
         alphanumeric.find(text.back()) != std::string_view::npos &&
         text.find_first_not_of(inside) == std::string_view::npos;
}

tl::expected<std::pair<std::string, int>, std::string> parse_expectation(std::string_view text) {
  auto const equals = text.find('=');
  if (equals != std::string_view::npos && is_dns_label(text.substr(0, equals))) {
    auto const count = parse_number<int>(text.substr(equals + 1));
    if (count && *count >= 1 && *count <= most_nodes)
      return std::pair{std::string{text.substr(0, equals)}, *count};
  }
  return tl::unexpected(
      fmt::format("'{}' is not CLUSTER=NODES: a name of a-z, 0-9 and '-' (at most 63) and a number "
                  "from 1 to {}, such as east=3",
                  text, most_nodes));
}

tl::expected<double, std::string> parse_share(std::string_view text) {
  bool const percent = text.ends_with('%');
  auto const digits = percent ? text.substr(0, text.size() - 1) : text;
  if (digits.find_first_not_of("0123456789.") == std::string_view::npos) {
    if (auto const number = parse_number<double>(digits)) {
      auto const share = percent ? *number / 100 : *number;
      if (share >= 0 && share <= 1) return share;
    }
  }
  return tl::unexpected(
      fmt::format("'{}' is not a share: 0% to 100%, such as 0.1%, or a number from 0 to 1", text));
}

std::string_view nearest(std::string_view word, std::vector<std::string_view> const& known) {
  if (word.size() > 64) return {};
  std::string_view best;
  auto least = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (auto const candidate : known) {
    auto const distance = edit_distance(word, candidate);
    if (distance >= least || distance >= candidate.size()) continue;
    least = distance;
    best = candidate;
  }
  return best;
}

tl::expected<std::string, std::string> parse_interface(std::string const& text) {
  // What dev_valid_name() of the kernel takes.
  bool const valid = !text.empty() && text.size() < IFNAMSIZ && text != "." && text != ".." &&
                     text.find_first_of("/: \t") == std::string::npos;
  if (valid) return text;
  return tl::unexpected(
      fmt::format("'{}' is not an interface name: 1 to {} characters without / : and blanks", text,
                  IFNAMSIZ - 1));
}
}  // namespace leadline
