#include "coordinator/participants.hpp"

#include "coordinator/pairs.hpp"
#include "probes/core/quantity.hpp"

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <utility>

namespace leadline {
namespace {
namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto preparation_limit = 15s;
constexpr auto count_limit = 5s;

std::string expectation(Plan const& plan, std::map<NodeName, Roster::Member> const& members) {
  std::string text;
  for (auto const& [cluster, expected] : plan.expect) {
    auto const here = std::ranges::count_if(
        members, [&](auto const& member) { return member.first.cluster == cluster; });
    text += fmt::format("{}{} {} of {}", text.empty() ? "" : ", ", cluster, here, expected);
  }
  return text;
}

bool all_here(Plan const& plan, std::map<NodeName, Roster::Member> const& members) {
  return std::ranges::all_of(plan.expect, [&](auto const& expected) {
    return std::ranges::count_if(members, [&](auto const& member) {
             return member.first.cluster == expected.first;
           }) >= expected.second;
  });
}

constexpr std::size_t most_tcp_ports = 64;

/// Goes to every other agent, which then connects to it: an address of each family at most, which
/// must be one, and as many ports as reach can use.
std::vector<Listening> plausible(std::vector<Listening> told) {
  std::vector<Listening> kept;
  for (auto& at : told) {
    boost::system::error_code wrong;
    auto const address = asio::ip::make_address(at.at.address, wrong);
    if (wrong || address.is_v6() != (at.family == Family::ipv6)) continue;
    if (std::ranges::count(kept, at.family, &Listening::family) > 0) continue;
    if (at.tcp_ports.size() > most_tcp_ports) at.tcp_ports.resize(most_tcp_ports);
    kept.push_back(std::move(at));
  }
  return kept;
}
}  // namespace

Participants::Participants(Roster& roster, Survey& survey, Progress& progress, Condition& condition,
                           RunId run)
    : roster_{roster}, survey_{survey}, progress_{progress}, condition_{condition}, run_{run} {}

asio::awaitable<void> Participants::gather() {
  co_await wait_for_agents();
  if (!roster_.members().empty()) co_await prepare();
}

asio::awaitable<void> Participants::wait_for_agents() {
  auto const deadline = Clock::now() + survey_.plan.wait;
  std::string told;
  auto const tell_and_check = [&] {
    auto const line = expectation(survey_.plan, roster_.members());
    if (line != told) progress_.say("agents: " + line);
    told = line;
    return all_here(survey_.plan, roster_.members());
  };
  std::size_t wanted = 0;
  for (auto const& [cluster, count] : survey_.plan.expect)
    wanted += static_cast<std::size_t>(count);
  constexpr std::chrono::seconds between_signs_of_life{1};
  for (;;) {
    auto const soon = std::min(deadline, Clock::now() + between_signs_of_life);
    if (co_await condition_.wait_until(soon, tell_and_check)) co_return;
    auto const left = std::chrono::ceil<std::chrono::seconds>(deadline - Clock::now());
    if (left.count() <= 0) break;
    progress_.step("agents", std::min(roster_.members().size(), wanted - 1), wanted,
                   fmt::format("here, {} left to wait", format(left)));
  }
  progress_.say(fmt::format("agents: not all came within {}; going on with those that did",
                            format(survey_.plan.wait)));
}

asio::awaitable<void> Participants::prepare() {
  auto const key = RunKey::random().hex();
  // No more than the run's cost was told for. In the order of their names, whoever came first.
  std::map<std::string, int> taken;
  for (auto const& [name, member] : roster_.members()) {
    if (taken[name.cluster] >= survey_.plan.expect.at(name.cluster)) continue;
    ++taken[name.cluster];
    indices_.emplace(name, static_cast<NodeIndex>(survey_.nodes.size()));
    survey_.nodes.push_back({.name = name, .version = member.version});
  }
  prepared_.resize(survey_.nodes.size());
  counted_.resize(survey_.nodes.size());
  for (auto const& [name, index] : indices_)
    roster_.send(name, Prepare{.run = run_, .key = key, .self = index});
  auto const all_answered = [this] {
    return std::ranges::all_of(indices_, [this](auto const& node) {
      return prepared_[node.second] || !roster_.members().contains(node.first);
    });
  };
  if (!co_await condition_.wait_until(Clock::now() + preparation_limit, all_answered))
    spdlog::warn("some agents did not get ready within {} s", preparation_limit.count());
}

void Participants::introduce(Logbook& logbook) {
  std::vector<NodeName> names;
  std::vector<std::vector<Family>> families(survey_.nodes.size());
  RosterSheet sheet{.run = run_};
  for (std::size_t i = 0; i < survey_.nodes.size(); ++i) {
    names.push_back(survey_.nodes[i].name);
    auto const& prepared = prepared_[i];
    if (!prepared) continue;
    for (auto const& at : prepared->listening) families[i].push_back(at.family);
    sheet.peers.push_back({.index = static_cast<NodeIndex>(i),
                           .node = survey_.nodes[i].name,
                           .listening = prepared->listening});
  }
  auto const& plan = survey_.plan;
  auto const dictionary = std::make_shared<Dictionary>();
  for (auto const& pair : choose_pairs(plan.mesh, plan.pairs, names, seed_of(survey_.run_id)))
    survey_.pairs.push_back(
        {.source = pair.source, .target = pair.target, .observations = Observations{dictionary}});
  logbook.open(std::move(families));
  auto const framed =
      std::make_shared<std::string const>(frame(encode(CoordinatorMessage{std::move(sheet)})));
  for (auto const& [name, index] : indices_) roster_.send(name, framed);
}

asio::awaitable<void> Participants::count_arrivals() {
  for (auto const& [name, index] : indices_)
    if (prepared_[index]) roster_.send(name, Count{.run = run_});
  co_await condition_.wait_until(Clock::now() + count_limit, [this] {
    return std::ranges::all_of(indices_, [this](auto const& node) {
      auto const& [name, index] = node;
      return !prepared_[index] || counted_[index] || !roster_.members().contains(name);
    });
  });
}

void Participants::account_for_all() {
  for (auto const& [name, member] : roster_.members()) {
    if (indices_.contains(name)) continue;
    if (indices_.empty())
      survey_.nodes.push_back({.name = name, .version = member.version});
    else
      survey_.refusals.push_back(why_left_out(name));
  }
}

std::string Participants::why_left_out(NodeName const& name) const {
  auto const wanted = survey_.plan.expect.at(name.cluster);
  auto const taken = std::ranges::count_if(
      survey_.nodes, [&](NodeRecord const& node) { return node.name.cluster == name.cluster; });
  if (taken < wanted)
    return fmt::format(
        "{}: came when the run had begun, and took no part: a longer --wait gives it "
        "time",
        format(name));
  return fmt::format(
      "{}: took no part: {} of its cluster {} expected, and there; a higher --expect "
      "measures more",
      format(name), wanted, wanted == 1 ? "is" : "are");
}

void Participants::said(NodeIndex index, AgentMessage message) {
  if (auto* prepared = std::get_if<Prepared>(&message); prepared != nullptr)
    file(index, std::move(*prepared));
  else if (auto const* counted = std::get_if<Counted>(&message); counted != nullptr)
    file(index, *counted);
}

void Participants::file(NodeIndex index, Prepared prepared) {
  if (prepared.run != run_ || prepared_[index]) return;
  auto& node = survey_.nodes[index];
  auto const told = prepared.listening.size();
  prepared.listening = plausible(std::move(prepared.listening));
  if (prepared.listening.size() < told)
    spdlog::warn("{} says it answers at what is no address, or at several of a family: ignored",
                 format(node.name));
  node.facts = prepared.facts;
  for (auto const& at : prepared.listening) node.addresses.push_back(at.at.address);
  node.unprepared = prepared.problem;
  prepared_[index] = std::move(prepared);
}

void Participants::file(NodeIndex index, Counted const& counted) {
  if (counted.run != run_ || counted_[index]) return;
  counted_[index] = true;
  survey_.counted.insert(index);
  for (auto const& [from, family, udp_requests, tcp_connections] : counted.arrived)
    if (from < survey_.nodes.size())
      survey_.arrivals.push_back({.at = index,
                                  .from = from,
                                  .family = family,
                                  .udp_requests = udp_requests,
                                  .tcp_connections = tcp_connections});
  for (auto lost : counted.lost_answers) {
    lost.from = index;
    if (lost.to < survey_.nodes.size()) survey_.lost_answers.push_back(std::move(lost));
  }
}

std::optional<NodeIndex> Participants::index_of(NodeName const& name) const {
  auto const at = indices_.find(name);
  return at == indices_.end() ? std::nullopt : std::optional{at->second};
}

std::vector<Listening> const& Participants::listening(NodeIndex index) const {
  static std::vector<Listening> const none;
  auto const& prepared = prepared_[index];
  return prepared ? prepared->listening : none;
}
}  // namespace leadline
