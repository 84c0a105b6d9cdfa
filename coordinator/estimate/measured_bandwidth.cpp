#include "coordinator/estimate/measured_bandwidth.hpp"

#include "coordinator/manifests/number.hpp"
#include "probes/core/checked_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <utility>
#include <vector>

namespace leadline {
namespace {
using nlohmann::json;

struct Sample {
  std::string pair;
  std::string transport;
  int streams{};
  double rate{};
  bool held_at_cap{};
};

std::string word_at(json const& object, char const* key) {
  auto const found = object.is_object() ? object.find(key) : object.end();
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

std::optional<Sample> sample_of(json const& observation, std::string const& pair) {
  auto const status = word_at(observation, "status");
  if (word_at(observation, "probe") != "bandwidth" ||
      (status != "ok" && status != "warn" && status != "fail"))
    return std::nullopt;
  auto const result = observation.find("result");
  if (result == observation.end() || !result->is_object()) return std::nullopt;
  auto const rate = result->find("rate_bits_per_second");
  auto const streams = result->find("streams");
  if (rate == result->end() || !rate->is_number() || streams == result->end()) return std::nullopt;
  auto const count = whole_number(*streams);
  constexpr long most = 32;
  if (!count || *count < 1 || *count > most) return std::nullopt;
  return Sample{.pair = pair,
                .transport = word_at(*result, "transport"),
                .streams = static_cast<int>(*count),
                .rate = rate->get<double>(),
                .held_at_cap = word_at(*result, "limit") == "rate_limit"};
}

std::vector<Sample> samples_of(json const& report) {
  std::vector<Sample> samples;
  auto const pairs = report.find("pairs");
  if (pairs == report.end() || !pairs->is_array()) return samples;
  for (auto const& pair : *pairs) {
    auto const name = fmt::format("{} -> {}", word_at(pair, "source"), word_at(pair, "target"));
    auto const seen = pair.is_object() ? pair.find("observations") : pair.end();
    if (seen == pair.end() || !seen->is_array()) continue;
    for (auto const& observation : *seen)
      if (observation.is_object())
        if (auto sample = sample_of(observation, name)) samples.push_back(*std::move(sample));
  }
  return samples;
}
}  // namespace

tl::expected<MeasuredBandwidth, std::string> read_measured_bandwidth(json const& report,
                                                                     int streams) {
  if (!report.is_object() || word_at(report, "schema") != "leadline.report/v1")
    return tl::unexpected(
        std::string{"this is not a report of leadline check -o json (schema leadline.report/v1)"});
  auto samples = samples_of(report);
  if (samples.empty())
    return tl::unexpected(std::string{
        "no bandwidth was measured in this run: run 'leadline check' with the bandwidth stage"});
  bool const tls = std::ranges::count(samples, "tls", &Sample::transport) > 0;
  std::erase_if(samples, [&](Sample const& sample) { return tls && sample.transport != "tls"; });
  auto const nearest = std::ranges::min_element(samples, {}, [&](Sample const& sample) {
                         return std::abs(sample.streams - streams);
                       })->streams;
  std::erase_if(samples, [&](Sample const& sample) { return sample.streams != nearest; });
  std::ranges::sort(samples, {}, &Sample::rate);
  return MeasuredBandwidth{.least = {samples.front().rate},
                           .median = {samples[samples.size() / 2].rate},
                           .most = {samples.back().rate},
                           .least_pair = samples.front().pair,
                           .pairs = samples.size(),
                           .held_at_cap = static_cast<std::size_t>(
                               std::ranges::count(samples, true, &Sample::held_at_cap)),
                           .transport = samples.front().transport,
                           .streams = nearest};
}
}  // namespace leadline
