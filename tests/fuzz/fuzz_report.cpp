// Whatever two agents say, a line each message: there is a report of it, in text and in JSON.
#include "coordinator/report/json.hpp"
#include "coordinator/report/report.hpp"
#include "coordinator/report/text.hpp"
#include "probes/wire/message.hpp"

#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

namespace {
using namespace leadline;

void take(Survey& survey, Observed observed) {
  for (auto& seen : observed.observations) {
    if (seen.source == seen.target && seen.source < survey.nodes.size())
      survey.node_observations.push_back(std::move(seen));
    else
      for (auto& pair : survey.pairs)
        if (pair.source == seen.source && pair.target == seen.target)
          pair.observations.push_back(seen);
  }
}

void take(Survey& survey, Prepared const& prepared) {
  auto& node = survey.nodes.at(survey.nodes.front().facts ? 1 : 0);
  node.facts = prepared.facts;
  for (auto const& at : prepared.listening) node.addresses.push_back(at.at.address);
}

void take(Survey& survey, Counted const& counted) {
  for (auto const& [from, family, udp_requests, tcp_connections] : counted.arrived)
    if (from < survey.nodes.size())
      survey.arrivals.push_back({.at = static_cast<NodeIndex>(1 - from),
                                 .from = from,
                                 .family = family,
                                 .udp_requests = udp_requests,
                                 .tcp_connections = tcp_connections});
}

template <class Other>
void take(Survey&, Other const&) {}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  Survey survey;
  survey.plan.expect = {{"east", 1}, {"west", 1}};
  survey.nodes = {{.name = {.cluster = "east", .node = "n1"}},
                  {.name = {.cluster = "west", .node = "n1"}}};
  survey.pairs = {{.source = 0, .target = 1}, {.source = 1, .target = 0}};
  std::istringstream lines{std::string{reinterpret_cast<char const*>(data), size}};
  for (std::string line; std::getline(lines, line);)
    if (auto message = decode_agent_message(line))
      std::visit([&](auto& m) { take(survey, std::move(m)); }, *message);
  auto const report = make_report(std::move(survey), true);
  std::ostringstream out;
  write_json(out, report);
  write_text(out, report, false);
  if (!out || out.str().empty()) std::abort();
  return 0;
}
