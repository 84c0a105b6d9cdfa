#include "agent/run.hpp"

#include "agent/allowance.hpp"
#include "agent/beside_load.hpp"
#include "agent/migration_addresses.hpp"
#include "agent/observe.hpp"
#include "probes/bulk_slot.hpp"
#include "probes/core/within.hpp"
#include "probes/wire/identity.hpp"
#include "probes/wire/tls_identity.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <exception>
#include <optional>
#include <utility>

namespace leadline::agent {
namespace {
namespace asio = boost::asio;

constexpr int most_at_once = 64;
constexpr int most_listeners = 64;  // of a node, in each family

/// Runs all to their end; cancelling the caller cancels each.
template <class Op>
asio::awaitable<void> all_of(std::vector<Op> ops) {
  if (ops.empty()) co_return;
  auto [order, failures] = co_await asio::experimental::make_parallel_group(std::move(ops))
                               .async_wait(asio::experimental::wait_for_all(), asio::use_awaitable);
  for (auto const& failure : failures)
    if (failure) std::rethrow_exception(failure);
}

Family family_of(std::string const& address) {
  return address.find(':') == std::string::npos ? Family::ipv4 : Family::ipv6;
}

Observation unmeasured(AnyProbe const& probe, Status status, std::string reason) {
  auto name = std::visit([](auto const& p) { return std::string{p.name}; }, probe);
  return {.probe = std::move(name), .status = status, .reason = std::move(reason)};
}

std::vector<Observation> all_unmeasured(std::vector<AnyProbe> const& probes, Status status,
                                        std::string const& reason) {
  std::vector<Observation> observations;
  observations.reserve(probes.size());
  for (auto const& probe : probes) observations.push_back(unmeasured(probe, status, reason));
  return observations;
}
}  // namespace

std::shared_ptr<Run> Run::begin(asio::any_io_executor executor, Options options,
                                Prepare const& order, Send send) {
  return std::shared_ptr<Run>{
      new Run{std::move(executor), std::move(options), order, std::move(send)}};
}

Run::Run(asio::any_io_executor executor, Options options, Prepare const& order, Send send)
    : executor_{std::move(executor)},
      options_{std::move(options)},
      passport_{.run = order.run, .key = {}, .self = order.self},
      bulk_slot_{std::make_shared<BulkSlot>(options_.max_rate)} {
  outbox_ = Outbox::open(executor_, order.run, std::move(send));
  prepared_.run = order.run;
  try {
    prepare(order);
  } catch (std::exception const& e) {
    // The coordinator hears of it and this agent lives on: it may be better off in the next run.
    responder_.reset();
    prepared_.listening.clear();
    prepared_.problem = fmt::format("the run cannot be prepared: {}", e.what());
    spdlog::error("{}", prepared_.problem);
  }
}

void Run::prepare(Prepare const& order) {
  passport_.key = RunKey::from_hex(order.key);
  prepared_.facts = gather_facts(migration_interface(options_));
  bulk_slot_->set_link_speed(
      {static_cast<double>(prepared_.facts.interface.speed_bits_per_second)});
  load_identity();
  open_responder(order);
}

void Run::load_identity() {
  // Afresh in each run: certificates are renewed while agents live on.
  auto loaded = options_.migration_tls.empty()
                    ? TlsIdentity::from_leadline(options_.tls)
                    : TlsIdentity::from_migration(options_.migration_tls);
  if (!options_.migration_tls.empty())
    prepared_.facts.migration_identity = migration_identity_facts(options_.migration_tls);
  if (loaded)
    identity_ = *std::move(loaded);
  else
    spdlog::error("no TLS probes in this run: {}", describe(loaded.error()));
}

void Run::open_responder(Prepare const& order) {
  auto const addresses = migration_addresses(prepared_.facts.interface, options_);
  if (addresses.empty()) {
    prepared_.problem = why_no_address(prepared_.facts.interface, options_);
    spdlog::warn("{}: the coordinator is told", prepared_.problem);
    return;
  }
  Responder::Options settings{.passport = passport_,
                              .first_port = options_.first_port,
                              .last_port = options_.last_port,
                              .tcp_listeners = std::clamp(order.tcp_listeners, 1, most_listeners),
                              .identity = identity_,
                              .bulk_slot = bulk_slot_};
  for (auto const& [address, prefix_length] : addresses)
    settings.addresses.push_back(asio::ip::make_address(address));
  auto opened = Responder::open(executor_, settings);
  if (!opened) {
    prepared_.problem = fmt::format("{} (--ports {}-{})", describe(opened.error()),
                                    options_.first_port, options_.last_port);
    spdlog::error("cannot answer probes: {}", prepared_.problem);
    return;
  }
  responder_ = *std::move(opened);
  for (auto const& ports : responder_->ports())
    for (auto const& address : addresses)
      if (family_of(address.address) == ports.family)
        prepared_.listening.push_back(
            {.family = ports.family, .at = address, .udp_port = ports.udp, .tcp_ports = ports.tcp});
}

void Run::learn(RosterSheet sheet) {
  for (auto& peer : sheet.peers) peers_.insert_or_assign(peer.index, std::move(peer));
}

tl::expected<Path, std::string> Run::path_to(BatchTarget const& target) const {
  auto const peer = peers_.find(target.peer);
  if (peer == peers_.end())
    return tl::unexpected(std::string{"the roster does not name this peer"});
  auto const of_family = [&](Listening const& at) { return at.family == target.family; };
  auto const own = std::ranges::find_if(prepared_.listening, of_family);
  auto const there = std::ranges::find_if(peer->second.listening, of_family);
  if (own == prepared_.listening.end() || there == peer->second.listening.end())
    return tl::unexpected(std::string{"no address of this family on both nodes"});
  boost::system::error_code unreadable;
  auto const address = asio::ip::make_address(there->at.address, unreadable);
  if (unreadable)
    return tl::unexpected(fmt::format("the peer says that it listens at '{}', which is no address",
                                      printable(there->at.address)));
  if (!may_probe(address, options_.allow))
    return tl::unexpected(
        fmt::format("{} is outside what the agent may probe (--allow)", there->at.address));
  auto ports = there->tcp_ports;
  ports.resize(std::min<std::size_t>(ports.size(), most_listeners));
  return Path{.passport = passport_,
              .peer = target.peer,
              .source = asio::ip::make_address(own->at.address),
              .target = address,
              .udp_port = there->udp_port,
              .tcp_ports = std::move(ports)};
}

void Run::start(Batch batch) {
  if (stopped_) return;
  auto const id = batch.batch;
  auto const self = shared_from_this();
  asio::co_spawn(
      executor_, carry_out(self, std::make_shared<Batch const>(std::move(batch))),
      asio::bind_cancellation_slot(under_way_[id].slot(), [self, id](std::exception_ptr failure) {
        self->under_way_.erase(id);
        if (!failure || self->stopped_) return;
        spdlog::error("batch {} ended early", id);
        self->outbox_->end(BatchDone{.run = self->id(), .batch = id});
      }));
}

asio::awaitable<void> Run::carry_out(std::shared_ptr<Run> run, std::shared_ptr<Batch const> batch) {
  auto const taken = std::make_shared<std::size_t>(0);
  auto const busy = std::make_shared<bool>(false);
  auto const workers = std::clamp(batch->concurrency, 1, most_at_once);
  using Worker =
      decltype(asio::co_spawn(run->executor_, work(run, batch, taken, busy), asio::deferred));
  std::vector<Worker> ops;
  for (int i = 0; i < workers && static_cast<std::size_t>(i) < batch->targets.size(); ++i)
    ops.push_back(asio::co_spawn(run->executor_, work(run, batch, taken, busy), asio::deferred));
  co_await all_of(std::move(ops));
  run->outbox_->end(BatchDone{.run = run->id(), .batch = batch->batch, .busy = *busy});
}

asio::awaitable<void> Run::work(std::shared_ptr<Run> run, std::shared_ptr<Batch const> batch,
                                std::shared_ptr<std::size_t> taken, std::shared_ptr<bool> busy) {
  auto const count = batch->targets.size();
  while (*taken < count) {
    // Each node begins at another target: nobody sees the first packets of all at once.
    auto const at = (*taken)++;
    auto const target = batch->targets.at((at + run->passport_.self) % count);
    auto attempt = probe_target(run, batch, target);
    std::optional<std::string> broken;  // why: descriptors that have run out, for one
    try {
      bool const refused = co_await std::move(attempt);
      if (refused) *busy = true;
    } catch (std::exception const& e) {
      if (run->stopped_) throw;  // that is how it ends
      broken = e.what();
    }
    if (!broken) continue;
    run->report(batch->batch, target, all_unmeasured(batch->probes, Status::inconclusive, *broken));
  }
}

asio::awaitable<bool> Run::probe_target(std::shared_ptr<Run> run,
                                        std::shared_ptr<Batch const> batch, BatchTarget target) {
  auto const path = run->path_to(target);
  if (!path) {
    run->report(batch->batch, target, all_unmeasured(batch->probes, Status::skipped, path.error()));
    co_return false;
  }
  auto const seen = std::make_shared<std::vector<Sighting>>();
  using Probing = decltype(asio::co_spawn(run->executor_, observe(AnyProbe{}), asio::deferred));
  std::vector<Probing> ops;
  bool refused = false;
  auto const link_speed = run->prepared_.facts.interface.speed_bits_per_second;
  Equipment const equipment{.identity = run->identity_,
                            .slot = run->bulk_slot_,
                            .max_rate = run->options_.max_rate,
                            .link_speed = {static_cast<double>(link_speed)},
                            .interface = run->prepared_.facts.interface.name,
                            .host_netns = run->options_.host_netns};
  for (auto const& probe : batch->probes) {
    if (auto const* sync = std::get_if<SyncPort>(&probe);
        sync != nullptr && !may_probe_endpoint(sync->endpoint, run->options_.allow)) {
      auto reason = sync->endpoint + " is outside what the agent may probe";
      seen->push_back({.observation = unmeasured(probe, Status::skipped, std::move(reason))});
      continue;
    }
    auto sighting = observe(made_ready(probe, *path, equipment));
    if (!batch->together) {
      seen->push_back(co_await std::move(sighting));
      continue;
    }
    ops.push_back(asio::co_spawn(run->executor_, std::move(sighting), asio::deferred));
  }
  if (!ops.empty()) {
    auto [order, failures, sightings] =
        co_await asio::experimental::make_parallel_group(std::move(ops))
            .async_wait(asio::experimental::wait_for_all(), asio::use_awaitable);
    for (auto const& failure : failures)
      if (failure) std::rethrow_exception(failure);
    for (auto& sighting : sightings) seen->push_back(std::move(sighting));
    leave_out_latency_without_load(batch->probes, *seen);
  }
  for (auto const& sighting : *seen) refused = refused || sighting.busy;
  if (refused) co_return true;  // whatever ran beside it means nothing either
  std::vector<Observation> observations;
  for (auto& sighting : *seen) observations.push_back(std::move(sighting.observation));
  run->report(batch->batch, target, std::move(observations));
  co_return false;
}

void Run::report(std::uint32_t batch, BatchTarget const& target,
                 std::vector<Observation> observations) {
  for (auto& observation : observations) {
    observation.source = passport_.self;
    observation.target = target.peer;
    observation.family = target.family;
  }
  outbox_->add(batch, std::move(observations));
}

Counted Run::counted() const {
  Counted counted{.run = id()};
  if (!responder_) return counted;
  for (auto const& [from, family, udp_requests, tcp_connections] : responder_->counts())
    if (peers_.contains(from))
      counted.arrived.push_back({.from = from,
                                 .family = family,
                                 .udp_requests = udp_requests,
                                 .tcp_connections = tcp_connections});
  for (auto const& lost : responder_->lost_answers())
    if (peers_.contains(lost.to)) counted.lost_answers.push_back(lost);
  return counted;
}

void Run::stop() {
  if (std::exchange(stopped_, true)) return;
  for (auto& [id, signal] : under_way_) signal.emit(asio::cancellation_type::all);
  responder_.reset();
}
}  // namespace leadline::agent
