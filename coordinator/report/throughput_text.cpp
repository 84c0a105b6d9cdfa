#include "coordinator/report/throughput_text.hpp"

#include "coordinator/bulk_kinds.hpp"
#include "coordinator/symptoms.hpp"
#include "probes/core/quantity.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <ostream>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace leadline {
namespace {
constexpr std::size_t widest_matrix = 12;  // seven columns each, beside the names
constexpr std::size_t most_slow = 5;
constexpr std::size_t most_unmeasured = 20;

/// One unit for a whole table, so that its numbers can be compared at a glance.
struct Unit {
  double bits_per_second;
  std::string_view name;
};

Unit unit_for(double rate) {
  if (rate >= 1e9) return {.bits_per_second = 1e9, .name = "Gbit/s"};
  return {.bits_per_second = 1e6, .name = "Mbit/s"};
}

std::string number(double rate, Unit unit) {
  auto const value = rate / unit.bits_per_second;
  int digits = 0;  // three figures that count
  if (value < 100) digits = 1;
  if (value < 10) digits = 2;
  return fmt::format("{:.{}f}", value, digits);
}

std::string name_in_table(Survey const& survey, std::size_t node) {
  constexpr std::size_t widest = 22;
  auto name = format(survey.nodes.at(node).name);
  return name.size() > widest ? ".." + name.substr(name.size() + 2 - widest) : name;
}

void write_matrix(std::ostream& out, Survey const& survey, KindThroughput const& kind, Unit unit) {
  auto const nodes = survey.nodes.size();
  if (nodes > widest_matrix) {
    out << fmt::format("  ({} nodes: too wide for a matrix; -o csv and -o json have each pair)\n",
                       nodes);
    return;
  }
  std::vector<std::string> cells(nodes * nodes);
  for (auto const& pair : kind.pairs)
    cells[pair.source * nodes + pair.target] = number(pair.rates.median, unit);
  out << fmt::format("  {:<27}", "source \\ target");
  for (std::size_t column = 1; column <= nodes; ++column) out << fmt::format("{:>7}", column);
  out << '\n';
  for (std::size_t row = 0; row < nodes; ++row) {
    auto line = fmt::format("  {:>2}  {:<23}", row + 1, name_in_table(survey, row));
    for (std::size_t column = 0; column < nodes; ++column)
      line += fmt::format("{:>7}", cells[row * nodes + column]);
    line.erase(line.find_last_not_of(' ') + 1);
    out << line << '\n';
  }
}

std::string shown(std::optional<RateSummary> const& rates, Unit unit) {
  if (!rates) return fmt::format("{:>8} {:>17}", "-", "");
  return fmt::format(
      "{:>8} {:>17}", number(rates->median, unit),
      fmt::format("({} to {})", number(rates->least, unit), number(rates->most, unit)));
}

void write_nodes(std::ostream& out, Survey const& survey, KindThroughput const& kind, Unit unit) {
  out << fmt::format("  {:<27}{:>8} {:>17}  {:>8}\n", "node: median over its peers", "sends", "",
                     "receives");
  for (std::size_t node = 0; node < survey.nodes.size(); ++node) {
    if (!kind.sends[node] && !kind.receives[node]) continue;
    auto line = fmt::format("      {:<23}{}  {}", name_in_table(survey, node),
                            shown(kind.sends[node], unit), shown(kind.receives[node], unit));
    line.erase(line.find_last_not_of(' ') + 1);
    out << line << '\n';
  }
}

std::string_view in_words(std::string_view limit) {
  using Row = std::pair<std::string_view, std::string_view>;
  constexpr std::array rows{Row{"network", "the network"},
                            Row{"link_speed", "the link's speed"},
                            Row{"sender_cpu", "a processor of the sender"},
                            Row{"receiver_cpu", "a processor of the receiver"},
                            Row{"receive_window", "the receiver's window"},
                            Row{"send_buffer", "the send buffer"},
                            Row{"rate_limit", "the cap that was set"},
                            Row{"byte_limit", "the byte limit that was set"},
                            Row{tls_limit, "TLS"}};
  auto const* const row = std::ranges::find(rows, limit, &Row::first);
  return row == rows.end() ? limit : row->second;
}

/// "  held back by the network (6 pairs), TLS (2 pairs)"; most pairs first.
void write_limits(std::ostream& out, KindThroughput const& kind) {
  std::map<std::string_view, int> count;
  for (auto const& pair : kind.pairs)
    if (!pair.limit.empty()) ++count[pair.limit];
  std::vector<std::pair<std::string_view, int>> limits{count.begin(), count.end()};
  std::ranges::sort(limits, [](auto const& one, auto const& other) {
    return std::tuple{-one.second, one.first} < std::tuple{-other.second, other.first};
  });
  std::string_view before = "  held back by ";
  for (auto const& [limit, pairs] : limits) {
    out << before << fmt::format("{} ({} pair{})", in_words(limit), pairs, pairs == 1 ? "" : "s");
    before = ", ";
  }
  if (!limits.empty()) out << '\n';
}

void write_kind(std::ostream& out, Survey const& survey, KindThroughput const& kind) {
  auto const unit = unit_for(kind.all.most);
  out << fmt::format("\n{}, in {}: median {} ({} to {}) over {} tests\n", format(kind.kind),
                     unit.name, number(kind.all.median, unit), number(kind.all.least, unit),
                     number(kind.all.most, unit), kind.all.count);
  if (!kind.ciphers.empty())
    out << fmt::format("  {}, records of up to {} octets\n", fmt::join(kind.ciphers, ", "),
                       kind.record_octets);
  // A ceiling that is written is lower than one that is spliced.
  for (auto const& way : kind.sending)
    if (way.starts_with("write")) out << fmt::format("  sent by {}\n", way);
  out << fmt::format("  CPU: {:.3f} s a GB at the sender, {:.3f} s at the receiver\n",
                     kind.sender_cpu_seconds_per_gigabyte, kind.receiver_cpu_seconds_per_gigabyte);
  write_limits(out, kind);
  write_matrix(out, survey, kind, unit);
  write_nodes(out, survey, kind, unit);
  for (auto const* pair : slowest(kind, most_slow)) {
    auto const why = pair->limit_detail.empty() ? pair->limit : pair->limit_detail;
    out << fmt::format("  slow: {}: {}{}{}\n",
                       name_of(survey, NodePair{pair->source, pair->target}),
                       format(BitRate{pair->rates.median}), why.empty() ? "" : "; ", why);
  }
}

std::string what_it_means(Oversubscription const& seen) {
  constexpr double noise = 1.1;
  if (seen.pairs_silent > 0)
    return fmt::format(", and {} more gave no rate while all ran: their share was not measured",
                       seen.pairs_silent);
  if (seen.pairs_compared == 0) return ", none of them was measured alone";
  if (seen.factor > noise) return ", the fabric is oversubscribed";
  if (seen.pairs_held_back == 0) return ", the fabric carries them all";
  return fmt::format(
      ", the fabric carries them all at this rate; {} of them were held back by their nodes or a "
      "cap, so that it was not asked for more",
      seen.pairs_held_back);
}

void write_oversubscription(std::ostream& out, Survey const& survey, Throughput const& found) {
  auto const heaviest = heaviest_kind(survey.plan);
  if (!found.oversubscription) {
    out << fmt::format("\nsaturation: not measured: {}\n", found.saturation_lacks);
    return;
  }
  auto const& seen = *found.oversubscription;
  out << fmt::format("\nsaturation: {} pairs at once over {} {} stream{} each", seen.pairs_together,
                     heaviest.streams, heaviest.transport == "tls" ? "TLS" : "TCP",
                     heaviest.streams == 1 ? "" : "s");
  if (seen.pairs_compared > 0)
    out << fmt::format("; {} of them alone {}, together {}: {:.2f} : 1", seen.pairs_compared,
                       format(BitRate{seen.alone_bits_per_second}),
                       format(BitRate{seen.together_bits_per_second}), seen.factor);
  out << what_it_means(seen) << '\n';
}

void write_schedule(std::ostream& out, Survey const& survey) {
  if (survey.schedule.empty()) return;
  std::vector<std::pair<double, int>> events;
  for (auto const& test : survey.schedule) {
    events.emplace_back(test.started_seconds, 1);
    events.emplace_back(test.ended_seconds, -1);
  }
  std::ranges::sort(events);
  int running = 0;
  int most = 0;
  for (auto const& [time, change] : events) most = std::max(most, running += change);
  out << fmt::format("\nschedule: {} tests in {:.1f} s, {} at a time at most\n",
                     survey.schedule.size(), events.back().first, most);
}
}  // namespace

void write_throughput_text(std::ostream& out, Survey const& survey, Throughput const& found) {
  out << fmt::format("THROUGHPUT: {} of {} tests measured; {} nodes, {} pairs, {} each{}\n",
                     found.tests_measured, found.tests_expected, survey.nodes.size(),
                     survey.pairs.size(), format(survey.plan.bandwidth_duration),
                     survey.plan.bidirectional ? ", both directions at once" : "");
  for (auto const& reason : survey.interruptions) out << "interrupted: " << reason << '\n';
  for (auto const& refusal : survey.refusals) out << "turned away: " << refusal << '\n';
  for (auto const& kind : found.kinds) write_kind(out, survey, kind);
  if (!found.tls.empty()) out << '\n';
  for (auto const& cost : found.tls)
    out << fmt::format("TLS over {} stream{}: {:.0f} % of {}\n", cost.streams,
                       cost.streams == 1 ? "" : "s", cost.share * 100,
                       format(ThroughputKind{Transport::tcp, cost.streams, cost.against}));
  if (survey.plan.saturate) write_oversubscription(out, survey, found);
  write_schedule(out, survey);
  if (!found.unmeasured.empty()) out << "\nnot measured:\n";
  for (std::size_t i = 0; i < std::min(found.unmeasured.size(), most_unmeasured); ++i)
    out << "  " << found.unmeasured[i] << '\n';
  if (found.unmeasured.size() > most_unmeasured)
    out << fmt::format("  and {} more: -o json lists them all\n",
                       found.unmeasured.size() - most_unmeasured);
}
}  // namespace leadline
