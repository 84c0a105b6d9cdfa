#include "coordinator/run_options.hpp"

#include "coordinator/plan_words.hpp"
#include "probes/core/quantity.hpp"

#include <cerrno>
#include <charconv>
#include <fstream>
#include <iostream>
#include <system_error>
#include <vector>

namespace leadline {
namespace {
namespace po = boost::program_options;
using Texts = std::vector<std::string>;

constexpr std::size_t plan_limit_octets = 1U << 20U;

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

std::string why_failed() {
  return std::generic_category().message(errno);
}

Plan read_plan_file(std::filesystem::path const& file, Plan base) {
  std::ifstream in{file, std::ios::binary};
  if (!in) throw UsageError{fmt::format("--plan: {}: {}", file.string(), why_failed())};
  std::string yaml(plan_limit_octets + 1, '\0');
  in.read(yaml.data(), static_cast<std::streamsize>(yaml.size()));
  if (in.bad() || (!in.eof() && in.fail()))
    throw UsageError{
        fmt::format("--plan: cannot read {}: {}", file.string(),
                    std::filesystem::is_directory(file) ? "it is a directory" : why_failed())};
  yaml.resize(static_cast<std::size_t>(in.gcount()));
  if (yaml.size() > plan_limit_octets)
    throw UsageError{fmt::format("--plan: {} is longer than 1 MiB", file.string())};
  auto plan = read_plan(yaml, std::move(base));
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
  if (given.count("mesh") > 0) plan.mesh = must(parse_mesh(text("mesh")), "mesh");
  if (given.count("pairs") > 0) plan.pairs = must(parse_pair_choice(text("pairs")), "pairs");
  if (given.count("max-rate") > 0)
    plan.max_rate = must(parse_rate_cap(text("max-rate")), "max-rate");
  if (given.count("max-bytes") > 0)
    plan.max_bytes = must(parse_size_cap(text("max-bytes")), "max-bytes");
  if (given.count("wait") > 0) plan.wait = must(parse_wait(text("wait")), "wait");
  if (given.count("timeout") > 0) plan.timeout = must(parse_timeout(text("timeout")), "timeout");
}
}  // namespace

void describe_run_options(po::options_description& all) {
  auto const text = [] { return po::value<std::string>(); };
  all.add_options()                                                                        //
      ("listen", text(), "ADDR:PORT on which the agents dial in")                          //
      ("tls", text(), "directory with the coordinator's tls.crt, tls.key and ca.crt")      //
      ("expect", po::value<Texts>()->composing(), "CLUSTER=NODES, once for each cluster")  //
      ("plan", text(), "YAML file with expectations and thresholds")                       //
      ("mesh", text(), "cross (default), within or full")                                  //
      ("pairs", text(), "all (default), ring or sample:N")                                 //
      ("out", text(), "file for the report instead of standard output")                    //
      ("max-rate", text(), "cap on each bandwidth test, such as 1Gbit")                    //
      ("max-bytes", text(), "cap on each bandwidth test, such as 2GB")                     //
      ("wait", text(), "how long to wait for the agents (default 60s)")                    //
      ("timeout", text(), "how long the whole run may take (default 10m)")                 //
      ("yes", "do not ask before a run of more than 100 GB or 10 minutes")                 //
      ("help", "print this text");
}

RunOptions read_run_options(po::variables_map const& given, Plan base, std::string_view command) {
  RunOptions options;
  options.plan = std::move(base);
  if (given.count("plan") > 0)
    options.plan = read_plan_file(given["plan"].as<std::string>(), std::move(options.plan));
  lay_over(options.plan, given);
  for (auto const* name : {"listen", "tls"})
    if (given.count(name) == 0)
      throw UsageError{fmt::format("--{} is missing: see 'leadline {} --help'", name, command)};
  options.listen = endpoint_of(given["listen"].as<std::string>());
  options.tls = given["tls"].as<std::string>();
  if (given.count("out") > 0) options.out = given["out"].as<std::string>();
  options.yes = given.count("yes") > 0;
  return options;
}

void refuse_contradictions(Plan const& plan) {
  std::string all;
  for (auto const& sentence : contradictions(plan)) all += (all.empty() ? "" : "\n") + sentence;
  if (!all.empty()) throw UsageError{all};
}

std::optional<po::variables_map> parse_words(Words const& words, po::options_description const& all,
                                             std::string_view command, std::string_view usage) {
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
    throw UsageError{fmt::format("{}: {}; see 'leadline {} --help'", command, e.what(), command)};
  }
  if (given.count("help") == 0) return given;
  std::cout << usage << '\n' << all;
  return std::nullopt;
}
}  // namespace leadline
