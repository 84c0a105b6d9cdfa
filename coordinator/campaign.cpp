#include "coordinator/campaign.hpp"

#include "coordinator/bulk_round.hpp"
#include "coordinator/layer2_probes.hpp"
#include "coordinator/saturation.hpp"
#include "coordinator/stage_probes.hpp"
#include "probes/core/within.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <random>
#include <utility>

namespace leadline {
namespace {
namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto preparation_limit = 15s;

RunId random_run_id() {
  std::random_device source;
  return (RunId{source()} << 32U) | source();
}

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
}  // namespace

Campaign::Campaign(asio::any_io_executor executor, std::shared_ptr<Roster> roster, Survey& survey,
                   Progress& progress)
    : roster_{std::move(roster)},
      survey_{survey},
      progress_{progress},
      condition_{std::move(executor)},
      run_{random_run_id()},
      logbook_{survey},
      batches_{*roster_, survey, logbook_, condition_, run_} {
  survey_.run_id = fmt::format("{:016x}", run_);
  roster_->listen(
      {.changed = [this] { condition_.notify(); },
       .said = [this](auto const& member, auto message) { said(member, std::move(message)); },
       .left = [this](auto const& member, auto const& why) { left(member, why); }});
}

Campaign::~Campaign() {
  roster_->listen({.changed = [] {},
                   .said = [](auto const&, auto const&) {},
                   .left = [](auto const&, auto const&) {}});
}

asio::awaitable<void> Campaign::run() {
  co_await wait_for_agents();
  if (roster_->members().empty()) co_return;
  co_await prepare();
  introduce_peers();
  for (auto const stage : survey_.plan.stages) {
    if (stage == Stage::facts) continue;  // they came with the preparation
    if (stage == Stage::layer2) {
      NodeProbes const probes_of = [this](NodeIndex node) { return layer2_probes(survey_, node); };
      co_await probe_nodes("layer 2", probes_of, 20s);
    } else if (stage == Stage::bandwidth) {
      co_await bulk_stage();
      Saturation saturation{survey_, logbook_, batches_, condition_, progress_};
      if (survey_.plan.look_again) co_await saturation.look_again();
      if (survey_.plan.saturate) co_await saturation.run();
    } else {
      co_await probe_stage(stage);
    }
    if (stage != Stage::reach) continue;
    NodeProbes const same = [this](NodeIndex) { return synchronization_probes(survey_.plan); };
    co_await probe_nodes("synchronization", same, 15s);
    co_await count_arrivals();
  }
}

asio::awaitable<void> Campaign::wait_for_agents() {
  auto const deadline = Clock::now() + survey_.plan.wait;
  std::string told;
  auto const tell_and_check = [&] {
    auto const line = expectation(survey_.plan, roster_->members());
    if (line != told) progress_.say("agents: " + line);
    told = line;
    return all_here(survey_.plan, roster_->members());
  };
  if (!co_await condition_.wait_until(deadline, tell_and_check))
    progress_.say(fmt::format("agents: not all came within {} s; going on with those that did",
                              survey_.plan.wait.count() / 1000));
}

asio::awaitable<void> Campaign::prepare() {
  auto const key = RunKey::random().hex();
  for (auto const& [name, member] : roster_->members()) {
    index_.emplace(name, static_cast<NodeIndex>(survey_.nodes.size()));
    survey_.nodes.push_back({.name = name, .version = member.version});
  }
  prepared_.resize(survey_.nodes.size());
  counted_.resize(survey_.nodes.size());
  for (auto const& [name, index] : index_)
    roster_->send(name, Prepare{.run = run_, .key = key, .self = index});
  auto const all_answered = [this] {
    return std::ranges::all_of(index_, [this](auto const& node) {
      return prepared_[node.second] || !roster_->members().contains(node.first);
    });
  };
  if (!co_await condition_.wait_until(Clock::now() + preparation_limit, all_answered))
    spdlog::warn("some agents did not get ready within {} s", preparation_limit.count());
}

void Campaign::introduce_peers() {
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
  logbook_.open(std::move(families));
  auto const framed =
      std::make_shared<std::string const>(frame(encode(CoordinatorMessage{std::move(sheet)})));
  for (auto const& [name, index] : index_) roster_->send(name, framed);
}

std::map<NodeIndex, std::vector<BatchTarget>> Campaign::targets_of(
    std::vector<AnyProbe> const& probes) {
  std::map<NodeIndex, std::vector<BatchTarget>> targets;
  for (auto const& aim : logbook_.aims()) {
    auto const why = logbook_.blocked(aim);
    if (why.empty()) {
      targets[aim.source].push_back({.peer = aim.target, .family = aim.family});
      continue;
    }
    for (auto const& probe : probes)
      logbook_.record({.source = aim.source,
                       .target = aim.target,
                       .family = aim.family,
                       .probe = name_of(probe),
                       .status = Status::skipped,
                       .reason = why});
  }
  return targets;
}

asio::awaitable<void> Campaign::probe_stage(Stage stage) {
  auto const work = stage_probes(stage, survey_.plan);
  auto const targets = targets_of(work.probes);
  auto const before = batches_.observations();
  std::size_t expected = 0;
  std::size_t most = 0;
  std::vector<std::uint32_t> ids;
  for (auto const& [source, peers] : targets) {
    expected += peers.size() * work.probes.size();
    most = std::max(most, peers.size());
    ids.push_back(batches_.hand_out(
        source, {.probes = work.probes, .targets = peers, .concurrency = work.concurrency}));
  }
  auto const rounds = (static_cast<int>(most) / work.concurrency) + 1;
  auto const deadline = Clock::now() + rounds * work.longest + 10s;
  auto const finished = [&] {
    progress_.step(std::string{format(stage)}, batches_.observations() - before, expected,
                   "measurements");
    return batches_.count_out() == 0;
  };
  if (expected > 0 && !co_await condition_.wait_until(deadline, finished))
    progress_.say(
        fmt::format("{}: {} agents did not finish in time", format(stage), batches_.count_out()));
  batches_.abandon_all();
  for (auto const id : ids) batches_.take(id);
}

asio::awaitable<void> Campaign::probe_nodes(std::string_view what, NodeProbes probes_of,
                                            std::chrono::seconds longest) {
  std::vector<std::vector<std::uint32_t>> asked;  // of each node, a batch a family
  for (auto const& [name, index] : index_) {
    auto const& prepared = prepared_[index];
    if (!prepared || prepared->listening.empty()) continue;
    std::vector<std::uint32_t> ids;
    for (auto& [family, probes] : by_family(probes_of(index), prepared->listening))
      ids.push_back(batches_.hand_out(index, {.probes = std::move(probes),
                                              .targets = {{.peer = index, .family = family}},
                                              .together = true}));
    if (!ids.empty()) asked.push_back(std::move(ids));
  }
  auto const count_busy = [&] {
    return static_cast<std::size_t>(std::ranges::count_if(asked, [&](auto const& ids) {
      return std::ranges::any_of(ids, [&](auto id) { return batches_.is_out(id); });
    }));
  };
  auto const finished = [&] {
    auto const busy = count_busy();
    progress_.step(std::string{what}, asked.size() - busy, asked.size(), "nodes");
    return busy == 0;
  };
  if (!asked.empty() && !co_await condition_.wait_until(Clock::now() + longest, finished))
    progress_.say(fmt::format("{}: {} agents did not finish in time", what, count_busy()));
  batches_.abandon_all();
  for (auto const& ids : asked)
    for (auto const id : ids) batches_.take(id);
}

asio::awaitable<void> Campaign::count_arrivals() {
  for (auto const& [name, index] : index_)
    if (prepared_[index]) roster_->send(name, Count{.run = run_});
  co_await condition_.wait_until(Clock::now() + 5s, [this] {
    return std::ranges::all_of(index_, [this](auto const& node) {
      auto const& [name, index] = node;
      return !prepared_[index] || counted_[index] || !roster_->members().contains(name);
    });
  });
}

asio::awaitable<void> Campaign::bulk_stage() {
  BulkRound round{survey_, logbook_, batches_, Clock::now()};
  while (!round.finished()) {
    round.hand_out(Clock::now());
    progress_.step("bandwidth", round.settled(), round.total(),
                   "tests" + round.outlook(Clock::now()));
    co_await condition_.wait_until(round.look_again(Clock::now()),
                                   [&] { return round.any_ended(); });
    round.take_in(Clock::now());
  }
  progress_.step("bandwidth", round.total(), round.total(), "tests");
  round.close(Clock::now());
}

void Campaign::said(Roster::Member const& member, AgentMessage message) {
  auto const index = index_of(member.name);
  if (!index) return;  // came too late for this run
  if (auto* prepared = std::get_if<Prepared>(&message); prepared != nullptr) {
    file(*index, std::move(*prepared));
  } else if (auto* observed = std::get_if<Observed>(&message); observed != nullptr) {
    batches_.said(*index, std::move(*observed));
  } else if (auto const* done = std::get_if<BatchDone>(&message); done != nullptr) {
    batches_.said(*index, *done);
  } else if (auto const* counted = std::get_if<Counted>(&message);
             counted != nullptr && counted->run == run_ && !counted_[*index]) {
    counted_[*index] = true;
    for (auto const& [from, family, udp_requests, tcp_connections] : counted->arrived)
      if (from < survey_.nodes.size())
        survey_.arrivals.push_back({.at = *index,
                                    .from = from,
                                    .family = family,
                                    .udp_requests = udp_requests,
                                    .tcp_connections = tcp_connections});
    for (auto lost : counted->lost_answers) {
      lost.from = *index;
      if (lost.to < survey_.nodes.size()) survey_.lost_answers.push_back(std::move(lost));
    }
  }
  condition_.notify();
}

void Campaign::file(NodeIndex index, Prepared prepared) {
  if (prepared.run != run_ || prepared_[index]) return;
  auto& node = survey_.nodes[index];
  node.facts = prepared.facts;
  for (auto const& at : prepared.listening) node.addresses.push_back(at.at.address);
  if (!prepared.problem.empty()) spdlog::warn("{}: {}", format(node.name), prepared.problem);
  prepared_[index] = std::move(prepared);
}

void Campaign::left(Roster::Member const& member, std::string const& why) {
  auto const index = index_of(member.name);
  if (!index || finished_) return;
  survey_.nodes[*index].lost = why;
  progress_.say(fmt::format("{}: lost: {}", format(member.name), why));
  batches_.left(*index);
  condition_.notify();
}

std::optional<NodeIndex> Campaign::index_of(NodeName const& name) const {
  auto const at = index_.find(name);
  return at == index_.end() ? std::nullopt : std::optional{at->second};
}

void Campaign::finish() {
  finished_ = true;  // who leaves from now on was there when it mattered
  for (auto const& [name, index] : index_) {
    roster_->send(name, Stop{.run = run_});
    if (auto const member = roster_->members().find(name); member != roster_->members().end())
      survey_.nodes[index].clock = member->second.clock;
  }
  batches_.abandon_all();
}
}  // namespace leadline
