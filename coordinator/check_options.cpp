#include "coordinator/check_options.hpp"

#include "coordinator/plan_words.hpp"
#include "probes/core/quantity.hpp"

#include <boost/program_options.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string_view>
#include <utility>

namespace leadline {
namespace {
namespace po = boost::program_options;
using Texts = std::vector<std::string>;

constexpr std::string_view usage =
    "leadline check --listen ADDR:PORT --tls DIR --expect CLUSTER=NODES [--expect ...] [options]\n"
    "Waits for the agents of the expected nodes, measures the paths between them, and says "
    "whether\n"
    "VMs can be migrated over them.\n"
    "Exit codes: 0 ready, 10 warnings under --strict, 20 not ready, 30 unknown, 2 usage, 1 "
    "internal.\n";

constexpr std::size_t plan_limit_octets = 1U << 20U;

template <class T>
T must(tl::expected<T, std::string> value, std::string_view option) {
  if (!value) throw UsageError{fmt::format("--{}: {}", option, value.error())};
  return *std::move(value);
}

po::options_description described() {
  po::options_description all{"Options", 100};
  auto const text = [] { return po::value<std::string>(); };
  all.add_options()                                                                        //
      ("listen", text(), "ADDR:PORT on which the agents dial in")                          //
      ("tls", text(), "directory with the coordinator's tls.crt, tls.key and ca.crt")      //
      ("expect", po::value<Texts>()->composing(), "CLUSTER=NODES, once for each cluster")  //
      ("plan", text(), "YAML file with expectations and thresholds")                       //
      ("stages", text(), "comma-separated: facts,reach,tls,path_mtu,latency,bandwidth")    //
      ("quick", "without bandwidth, and with a shorter look at latency")                   //
      ("mesh", text(), "cross (default), within or full")                                  //
      ("pairs", text(), "all (default), ring or sample:N")                                 //
      ("output,o", text(), "text (default) or json")                                       //
      ("out", text(), "file for the report instead of standard output")                    //
      ("strict", "exit code 10 where there are warnings")                                  //
      ("max-rate", text(), "cap on each bandwidth test, such as 1Gbit")                    //
      ("max-bytes", text(), "cap on each bandwidth test, such as 2GB")                     //
      ("wait", text(), "how long to wait for the agents (default 60s)")                    //
      ("timeout", text(), "how long the whole run may take (default 10m)")                 //
      ("yes", "do not ask before a run of more than 100 GB or 10 minutes")                 //
      ("help", "print this text");
  return all;
}

boost::asio::ip::tcp::endpoint endpoint_of(std::string const& text) {
  auto const colon = text.rfind(':');
  auto const wrong = [&](std::string_view why) {
    return UsageError{
        fmt::format("--listen: '{}': {}; write ADDR:PORT, such as 0.0.0.0:7443 or "
                    "[::]:7443",
                    text, why)};
  };
  if (colon == std::string::npos || colon == 0) throw wrong("no address and port");
  auto host = text.substr(0, colon);
  if (host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  boost::system::error_code error;
  auto const address = boost::asio::ip::make_address(host, error);
  if (error) throw wrong(fmt::format("'{}' is not an IP address", host));
  int port = 0;
  auto const digits = std::string_view{text}.substr(colon + 1);
  auto const [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (failure != std::errc{} || end != digits.data() + digits.size() || port < 1 || port > 65535)
    throw wrong(fmt::format("'{}' is not a port of 1 to 65535", digits));
  return {address, static_cast<std::uint16_t>(port)};
}

Plan read_plan_file(std::filesystem::path const& file) {
  std::ifstream in{file, std::ios::binary};
  std::string yaml(plan_limit_octets + 1, '\0');
  in.read(yaml.data(), static_cast<std::streamsize>(yaml.size()));
  if (in.bad() || (!in.eof() && in.fail()) || in.gcount() == 0)
    throw UsageError{fmt::format("--plan: cannot read {}", file.string())};
  yaml.resize(static_cast<std::size_t>(in.gcount()));
  if (yaml.size() > plan_limit_octets)
    throw UsageError{fmt::format("--plan: {} is longer than 1 MiB", file.string())};
  auto plan = read_plan(yaml, Plan{});
  if (plan) return *std::move(plan);
  std::string all;
  for (auto const& [line, column, message] : plan.error())
    all += fmt::format("{}{}:{}:{}: {}", all.empty() ? "" : "\n", file.string(), line, column,
                       message);
  throw UsageError{all};
}

void lay_over(Plan& plan, po::variables_map const& given) {
  auto const text = [&](char const* name) { return given[name].as<std::string>(); };
  if (given.count("expect") > 0) {
    plan.expect.clear();
    for (auto const& word : given["expect"].as<Texts>()) {
      auto const expectation = must(parse_expectation(word), "expect");
      if (!plan.expect.insert(expectation).second)
        throw UsageError{fmt::format("--expect: cluster '{}' is given twice", expectation.first)};
    }
  }
  if (given.count("quick") > 0) {
    std::erase(plan.stages, Stage::bandwidth);
    plan.latency_duration = std::min(plan.latency_duration, std::chrono::milliseconds{1000});
  }
  if (given.count("stages") > 0) plan.stages = must(parse_stages(text("stages")), "stages");
  if (given.count("mesh") > 0) plan.mesh = must(parse_mesh(text("mesh")), "mesh");
  if (given.count("pairs") > 0) plan.pairs = must(parse_pair_choice(text("pairs")), "pairs");
  if (given.count("max-rate") > 0) plan.max_rate = must(parse_rate(text("max-rate")), "max-rate");
  if (given.count("max-bytes") > 0)
    plan.max_bytes = must(parse_size(text("max-bytes")), "max-bytes");
  if (given.count("wait") > 0) plan.wait = must(parse_duration(text("wait")), "wait");
  if (given.count("timeout") > 0) plan.timeout = must(parse_duration(text("timeout")), "timeout");
}

OutputFormat format_of(std::string const& text) {
  if (text == "text") return OutputFormat::text;
  if (text == "json") return OutputFormat::json;
  throw UsageError{fmt::format("-o: '{}' is neither text nor json", text)};
}

CheckOptions checked(po::variables_map const& given) {
  CheckOptions options;
  if (given.count("plan") > 0) options.plan = read_plan_file(given["plan"].as<std::string>());
  lay_over(options.plan, given);
  for (auto const* name : {"listen", "tls"})
    if (given.count(name) == 0)
      throw UsageError{fmt::format("--{} is missing: see 'leadline check --help'", name)};
  options.listen = endpoint_of(given["listen"].as<std::string>());
  options.tls = given["tls"].as<std::string>();
  if (given.count("output") > 0) options.format = format_of(given["output"].as<std::string>());
  if (given.count("out") > 0) options.out = given["out"].as<std::string>();
  options.strict = given.count("strict") > 0;
  options.yes = given.count("yes") > 0;
  if (auto const wrong = contradictions(options.plan); !wrong.empty()) {
    std::string all;
    for (auto const& sentence : wrong) all += (all.empty() ? "" : "\n") + sentence;
    throw UsageError{all};
  }
  return options;
}
}  // namespace

OutputFormat wanted_format(Words const& words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "-ojson" || words[i] == "--output=json") return OutputFormat::json;
    if ((words[i] == "-o" || words[i] == "--output") && i + 1 < words.size() &&
        words[i + 1] == "json")
      return OutputFormat::json;
  }
  return OutputFormat::text;
}

std::optional<CheckOptions> read_check_options(Words const& words) {
  auto const all = described();
  po::variables_map given;
  try {
    po::store(
        po::command_line_parser{words}
            .options(all)
            .positional({})
            .style(po::command_line_style::default_style & ~po::command_line_style::allow_guessing)
            .run(),
        given);
  } catch (po::error const& e) {
    throw UsageError{fmt::format("check: {}; see 'leadline check --help'", e.what())};
  }
  if (given.count("help") > 0) {
    std::cout << usage << '\n' << all;
    return std::nullopt;
  }
  return checked(given);
}
}  // namespace leadline
