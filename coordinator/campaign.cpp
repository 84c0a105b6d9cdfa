#include "coordinator/campaign.hpp"

#include "coordinator/bulk_round.hpp"
#include "coordinator/layer2_probes.hpp"
#include "coordinator/saturation.hpp"
#include "coordinator/stage_probes.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <utility>

namespace leadline {
namespace {
namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

RunId random_run_id() {
  std::random_device source;
  return (RunId{source()} << 32U) | source();
}
}  // namespace

Campaign::Campaign(asio::any_io_executor executor, std::shared_ptr<Roster> roster, Survey& survey,
                   Progress& progress)
    : roster_{std::move(roster)},
      survey_{survey},
      progress_{progress},
      condition_{std::move(executor)},
      run_{random_run_id()},
      participants_{*roster_, survey, progress, condition_, run_},
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
  co_await participants_.gather();
  if (participants_.indices().empty()) co_return;
  participants_.introduce(logbook_);
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
    co_await participants_.count_arrivals();
  }
}

Campaign::Errands Campaign::errands_of(std::vector<AnyProbe> const& probes) {
  Errands errands;
  for (auto const& aim : logbook_.aims()) {
    std::vector<bool> open;
    for (auto const& probe : probes) {
      auto const why = logbook_.blocked(aim, name_of(probe));
      open.push_back(why.empty());
      if (!why.empty())
        logbook_.record({.source = aim.source,
                         .target = aim.target,
                         .family = aim.family,
                         .probe = name_of(probe),
                         .status = Status::skipped,
                         .reason = why});
    }
    if (std::ranges::count(open, true) > 0)
      errands[{aim.source, std::move(open)}].push_back({.peer = aim.target, .family = aim.family});
  }
  return errands;
}

void Campaign::file_missing(Errands const& errands, std::vector<AnyProbe> const& probes) {
  for (auto const& [errand, peers] : errands) {
    auto const& [source, open] = errand;
    auto const* why = survey_.nodes.at(source).lost.empty() ? "its agent did not finish in time"
                                                            : "its agent left before";
    for (auto const& peer : peers)
      for (std::size_t i = 0; i < open.size(); ++i) {
        auto probe = name_of(probes[i]);
        Aim const aim{.source = source, .target = peer.peer, .family = peer.family};
        if (!open[i] || logbook_.heard_of(aim, probe)) continue;
        logbook_.record({.source = aim.source,
                         .target = aim.target,
                         .family = aim.family,
                         .probe = std::move(probe),
                         .status = Status::inconclusive,
                         .reason = why});
      }
  }
}

asio::awaitable<void> Campaign::probe_stage(Stage stage) {
  auto const work = stage_probes(stage, survey_.plan);
  auto const errands = errands_of(work.probes);
  auto const before = batches_.observations();
  std::size_t expected = 0;
  std::size_t most = 0;
  std::vector<std::uint32_t> ids;
  for (auto const& [errand, peers] : errands) {
    auto const& [source, open] = errand;
    std::vector<AnyProbe> probes;
    for (std::size_t i = 0; i < open.size(); ++i)
      if (open[i]) probes.push_back(work.probes[i]);
    expected += peers.size() * probes.size();
    most = std::max(most, peers.size());
    ids.push_back(batches_.hand_out(
        source, {.probes = std::move(probes), .targets = peers, .concurrency = work.concurrency}));
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
  if (batches_.observations() - before < expected) file_missing(errands, work.probes);
}

asio::awaitable<void> Campaign::probe_nodes(std::string_view what, NodeProbes probes_of,
                                            std::chrono::seconds longest) {
  std::vector<std::vector<std::uint32_t>> asked;  // of each node, a batch a family
  for (auto const& [name, index] : participants_.indices()) {
    auto const& listening = participants_.listening(index);
    if (listening.empty()) continue;
    std::vector<std::uint32_t> ids;
    for (auto& [family, probes] : by_family(probes_of(index), listening))
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

asio::awaitable<void> Campaign::bulk_stage() {
  BulkRound round{survey_, logbook_, batches_, Clock::now()};
  while (!round.finished()) {
    auto const now = Clock::now();  // one for both: what is due by it is handed out, or waits
    round.hand_out(now);
    progress_.step("bandwidth", round.settled(), round.total(), "tests" + round.outlook(now));
    co_await condition_.wait_until(round.look_again(now), [&] { return round.any_ended(); });
    round.take_in(Clock::now());
  }
  progress_.step("bandwidth", round.total(), round.total(), "tests");
  round.close(Clock::now());
}

void Campaign::said(Roster::Member const& member, AgentMessage message) {
  auto const index = participants_.index_of(member.name);
  if (!index) return;  // came too late for this run
  if (auto* observed = std::get_if<Observed>(&message); observed != nullptr)
    batches_.said(*index, std::move(*observed));
  else if (auto const* done = std::get_if<BatchDone>(&message); done != nullptr)
    batches_.said(*index, *done);
  else
    participants_.said(*index, std::move(message));
  condition_.notify();
}

void Campaign::left(Roster::Member const& member, std::string const& why) {
  auto const index = participants_.index_of(member.name);
  if (!index || finished_) return;
  survey_.nodes[*index].lost = why;
  progress_.say(fmt::format("{}: lost: {}", format(member.name), why));
  batches_.left(*index);
  condition_.notify();
}

void Campaign::finish() {
  participants_.account_for_all();
  finished_ = true;  // who leaves from now on was there when it mattered
  for (auto const& [name, index] : participants_.indices()) {
    roster_->send(name, Stop{.run = run_});
    if (auto const member = roster_->members().find(name); member != roster_->members().end())
      survey_.nodes[index].clock = member->second.clock;
  }
  batches_.abandon_all();
}
}  // namespace leadline
