#include "coordinator/bench_options.hpp"

#include "coordinator/bulk_kinds.hpp"
#include "probes/core/quantity.hpp"

#include <algorithm>
#include <charconv>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace leadline {
namespace {
namespace po = boost::program_options;
using namespace std::chrono_literals;

constexpr std::string_view usage =
    "leadline bench --listen ADDR:PORT --tls DIR --expect CLUSTER=NODES [--expect ...] [options]\n"
    "Waits for the agents of the expected nodes and measures the throughput between them, never "
    "two\n"
    "tests on one node.\n"
    "Exit codes: 0 everything measured, 30 not everything, 2 usage, 1 internal.\n";

po::options_description described() {
  po::options_description all{"Options", 100};
  auto const text = [] { return po::value<std::string>(); };
  describe_run_options(all);
  all.add_options()                                                                               //
      ("streams", text(), "comma-separated, 1 to 32 each (default 1,8)")                          //
      ("transport", text(), "comma-separated: tcp,tls (default both)")                            //
      ("mode", text(), "of TCP, comma-separated: ceiling,migration (default both), verify")       //
      ("bidir", "both directions at once")                                                        //
      ("duration", text(), "of each test, 500ms to 1m (default 10s; less once it is known)")      //
      ("cc", text(), "congestion control of the senders: system (default), cubic, bbr ...")       //
      ("cipher", text(), "of TLS: aes128gcm, aes256gcm, chacha20 (default: as the peers agree)")  //
      ("record-size", text(), "of TLS, 512 to 16384 octets (default 16384; QEMU fills 4096)")     //
      ("dscp", text(), "of the streams, 0 to 63 (default 0)")                                     //
      ("mss", text(), "of the streams, 88 to 32767 octets (default: the system's)")               //
      ("saturate", "then all pairs of a matching at once, against each alone")                    //
      ("max-concurrent", text(), "tests at a time (default: as many as have their own nodes)")    //
      ("repeat", text(), "how often each test is run (default 1)")                                //
      ("output,o", text(), "text (default), json or csv");
  return all;
}

int whole(std::string_view text, std::string_view option, int least, int most) {
  int number = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < least || number > most)
    throw UsageError{
        fmt::format("--{}: '{}' is not a whole number of {} to {}", option, text, least, most)};
  return number;
}

/// Comma-separated, none twice.
template <class T>
std::vector<T> list_of(std::string const& text, std::string_view option,
                       std::function<T(std::string_view)> const& read) {
  std::vector<T> items;
  for (std::size_t start = 0; start <= text.size();) {
    auto const end = std::min(text.find(',', start), text.size());
    auto const word = std::string_view{text}.substr(start, end - start);
    auto item = read(word);
    if (std::ranges::count(items, item) > 0)
      throw UsageError{fmt::format("--{}: '{}' is given twice", option, word)};
    items.push_back(std::move(item));
    start = end + 1;
  }
  return items;
}

std::string transport_of(std::string_view word) {
  if (word == "tcp" || word == "tls") return std::string{word};
  throw UsageError{fmt::format("--transport: '{}' is neither tcp nor tls", word)};
}

BulkMode mode_of(std::string_view word) {
  for (auto const mode : {BulkMode::ceiling, BulkMode::migration, BulkMode::verify})
    if (word == nlohmann::json(mode).get<std::string>()) return mode;
  throw UsageError{fmt::format("--mode: '{}' is none of ceiling, migration, verify", word)};
}

std::string congestion_of(std::string const& word) {
  constexpr std::size_t longest = 15;  // TCP_CA_NAME_MAX
  if (word == "system") return {};
  if (word.empty() || word.size() > longest ||
      word.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") != std::string::npos)
    throw UsageError{fmt::format(
        "--cc: '{}' is not the name of a congestion control: system, cubic, bbr, reno ...", word)};
  return word;
}

std::string cipher_of(std::string const& word) {
  for (auto const* const known : {"aes128gcm", "aes256gcm", "chacha20"})
    if (word == known) return word;
  throw UsageError{fmt::format("--cipher: '{}' is none of aes128gcm, aes256gcm, chacha20", word)};
}

ThroughputFormat format_of(std::string const& text) {
  if (text == "text") return ThroughputFormat::text;
  if (text == "json") return ThroughputFormat::json;
  if (text == "csv") return ThroughputFormat::csv;
  throw UsageError{fmt::format("-o: '{}' is none of text, json, csv", text)};
}

std::chrono::milliseconds duration_of(std::string const& text) {
  auto const duration = must(parse_duration(text), "duration");
  if (duration < 500ms || duration > 1min)
    throw UsageError{fmt::format("--duration: '{}' is not between 500ms and 1m", text)};
  return duration;
}

Plan defaults() {
  Plan plan;
  plan.stages = {Stage::facts, Stage::reach, Stage::bandwidth};
  plan.bandwidth_duration = 10s;
  plan.bulk_modes = {BulkMode::ceiling, BulkMode::migration};
  plan.latency_under_load = false;
  plan.look_again = false;
  return plan;
}

void lay_over(Plan& plan, po::variables_map const& given) {
  auto const text = [&](char const* name) { return given[name].as<std::string>(); };
  if (given.count("streams") > 0)
    plan.streams = list_of<int>(text("streams"), "streams", [](std::string_view word) {
      return whole(word, "streams", 1, 32);
    });
  if (given.count("transport") > 0)
    plan.transports = list_of<std::string>(text("transport"), "transport", transport_of);
  if (given.count("mode") > 0) plan.bulk_modes = list_of<BulkMode>(text("mode"), "mode", mode_of);
  if (given.count("duration") > 0) plan.bandwidth_duration = duration_of(text("duration"));
  if (given.count("cc") > 0) plan.congestion = congestion_of(text("cc"));
  if (given.count("cipher") > 0) plan.cipher = cipher_of(text("cipher"));
  if (given.count("record-size") > 0)
    plan.record_octets = whole(text("record-size"), "record-size", 512, 16384);
  if (given.count("dscp") > 0) plan.dscp = whole(text("dscp"), "dscp", 0, 63);
  if (given.count("mss") > 0) plan.mss = whole(text("mss"), "mss", 88, 32767);
  if (given.count("max-concurrent") > 0)
    plan.most_concurrent = whole(text("max-concurrent"), "max-concurrent", 1, 10000);
  if (given.count("repeat") > 0) plan.repeat = whole(text("repeat"), "repeat", 1, 32);
  plan.bidirectional = given.count("bidir") > 0;
  plan.saturate = given.count("saturate") > 0;
  if (auto const kinds = bulk_kinds(plan).size(); kinds > most_bulk_kinds)
    throw UsageError{fmt::format(
        "streams, transports, modes and --repeat make {} tests a pair, allowed are {}: run it "
        "again instead of repeating",
        kinds, most_bulk_kinds)};
}
}  // namespace

std::optional<BenchOptions> read_bench_options(Words const& words) {
  auto const given = parse_words(words, described(), "bench", usage);
  if (!given) return std::nullopt;
  BenchOptions options{read_run_options(*given, defaults(), "bench")};
  lay_over(options.plan, *given);
  // A plan file made for check may leave these out or ask for more.
  options.plan.stages = defaults().stages;
  if (given->count("output") > 0) options.format = format_of((*given)["output"].as<std::string>());
  refuse_contradictions(options.plan);
  return options;
}
}  // namespace leadline
