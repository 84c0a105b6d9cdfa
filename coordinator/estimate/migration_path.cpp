#include "coordinator/estimate/migration_path.hpp"

#include "probes/core/checked_json.hpp"
#include "probes/core/quantity.hpp"

#include <fmt/format.h>

namespace leadline {
namespace {
constexpr int usual_streams = 8;

std::string streams_text(int count) {
  return count == 1 ? std::string{"1 stream"} : fmt::format("{} streams", count);
}

std::string rate_text(MeasuredBandwidth const& measured) {
  return fmt::format("{} ({} to {}) over {} of {}", format(measured.median), format(measured.least),
                     format(measured.most), streams_text(measured.streams), measured.transport);
}

std::string single_text(MigrationPath const& path) {
  constexpr auto whose = "; VMs with CPU limits or dedicated CPUs have one stream";
  if (path.single_is_guessed)
    return fmt::format("{}, which was not measured: they get less", whose);
  return fmt::format("{}: {}", whose, rate_text(path.single));
}
}  // namespace

tl::expected<MigrationPath, std::string> read_migration_path(nlohmann::json const& report,
                                                             std::optional<int> streams) {
  auto const wanted = streams.value_or(usual_streams);
  auto const usual = read_measured_bandwidth(report, wanted);
  if (!usual) return tl::unexpected(usual.error());
  // Each is the nearest number of streams that there is.
  auto const single = read_measured_bandwidth(report, 1).value_or(*usual);
  auto const several = read_measured_bandwidth(report, usual_streams).value_or(*usual);
  MigrationPath path{.usual = *usual,
                     .single = streams ? *usual : single,
                     .wanted_streams = wanted,
                     .single_is_guessed = !streams && single.streams != 1,
                     .both = {}};
  if (single.streams == 1 && several.streams != 1) path.both = {single, several};
  return path;
}

MigrationPath path_of_rate(BitRate rate) {
  MeasuredBandwidth const given{.least = rate,
                                .median = rate,
                                .most = rate,
                                .least_pair = {},
                                .pairs = 0,
                                .held_at_cap = 0,
                                .transport = {},
                                .streams = 0};
  return {.usual = given, .single = given, .both = {}};
}

std::string describe(MigrationPath const& path, std::string const& file, bool single) {
  auto const& usual = path.usual;
  if (file.empty())
    return fmt::format("{}, as given, for one stream as for eight", format(usual.median));
  auto text = rate_text(usual);
  if (usual.streams != path.wanted_streams)
    text += fmt::format(" ({}: not measured)", streams_text(path.wanted_streams));
  text += fmt::format(", {} measurements in {}; the slowest is {}", usual.pairs, file,
                      usual.least_pair);
  if (usual.held_at_cap > 0)
    text += fmt::format(
        "; {} of them held at a cap on the rate (--max-rate, or an agent's): the "
        "network may carry more",
        usual.held_at_cap);
  if (single && (path.single_is_guessed || path.single.streams != usual.streams))
    text += single_text(path);
  return text;
}
}  // namespace leadline
