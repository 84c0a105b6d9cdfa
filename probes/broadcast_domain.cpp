#include "probes/broadcast_domain.hpp"

#include "probes/beacon_log.hpp"
#include "probes/linux/packet_socket.hpp"
#include "probes/linux/turn.hpp"
#include "probes/wire/beacon.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <linux/filter.h>
#include <set>
#include <utility>

namespace leadline {
namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

namespace {
// Agents get their orders within a few hundred milliseconds of each other: the first beacon waits
// for late listeners, and the last one leaves early enough for them.
constexpr auto first_after = 400ms;
constexpr auto between = 600ms;

/// Ethertype 0x88b5, directly or behind one tag: the kernel takes the outermost tag off where the
/// NIC did not.
constexpr std::array<sock_filter, 8> only_beacons{{
    {BPF_LD | BPF_H | BPF_ABS, 0, 0, 12},
    {BPF_JMP | BPF_JEQ | BPF_K, 4, 0, beacon_ethertype},
    {BPF_JMP | BPF_JEQ | BPF_K, 1, 0, customer_tag},
    {BPF_JMP | BPF_JEQ | BPF_K, 0, 3, service_tag},
    {BPF_LD | BPF_H | BPF_ABS, 0, 0, 16},
    {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, beacon_ethertype},
    {BPF_RET | BPF_K, 0, 0, 256},
    {BPF_RET | BPF_K, 0, 0, 0},
}};

std::optional<Error> mistake_in(BroadcastDomain const& probe) {
  auto const bad = std::ranges::find_if_not(probe.vlan_ids, is_vlan_id);
  std::string detail;
  if (bad != probe.vlan_ids.end())
    detail = fmt::format("VLAN {} is not from 1 to 4094", *bad);
  else if (probe.vlan_ids.size() > BroadcastDomain::most_vlans)
    detail = fmt::format("{} VLANs to try, at most {} are allowed", probe.vlan_ids.size(),
                         BroadcastDomain::most_vlans);
  else
    return std::nullopt;
  return Error{.stage = Error::Stage::configuration,
               .code = asio::error::invalid_argument,
               .detail = std::move(detail)};
}

void take(PacketSocket& socket, BeaconLog& log, int most) {
  FrameArrival arrival;
  for (int taken = 0; taken < most && socket.receive(arrival); ++taken)
    log.take(arrival.octets, arrival.stripped_tag);
}

asio::awaitable<void> listen(PacketSocket* socket, BeaconLog* log, Clock::time_point until) {
  for (auto now = Clock::now(); now < until && !socket->broken(); now = Clock::now()) {
    co_await socket->readable(until - now);
    take(*socket, *log, most_in_a_row);
  }
}

/// One of each kind. A full queue of the device is no reason to end: the next round comes.
void send_round(PacketSocket& socket, BroadcastDomain const& probe, int round,
                BroadcastDomain::Result& result) {
  Beacon beacon{.run = probe.path.passport.run,
                .sender = probe.path.passport.self,
                .sent_vlan = std::nullopt,
                .sequence = static_cast<std::uint16_t>(round),
                .source = socket.mac()};
  auto const send = [&] {
    if (!socket.send(encode(beacon, probe.path.passport.key))) ++result.sent;
  };
  send();
  for (auto const vlan : probe.vlan_ids) {
    beacon.sent_vlan = vlan;
    send();
  }
}
}  // namespace

Async<BroadcastDomain::Result> run(BroadcastDomain probe) {
  if (auto const mistake = mistake_in(probe)) co_return tl::unexpected(*mistake);
  BroadcastDomain::Result result;
  result.interface = probe.interface;
  auto const executor = co_await asio::this_coro::executor;
  auto socket = PacketSocket::open(executor, probe.interface, only_beacons);
  if (!socket) {
    result.skipped = reason_without(socket.error());
    co_return result;
  }
  result.mac = format(socket->mac());
  BeaconLog log{probe.path.passport};
  auto const start = Clock::now();
  for (int round = 0; round < probe.beacons; ++round) {
    co_await listen(&*socket, &log, start + first_after + round * between);
    send_round(*socket, probe, round, result);
  }
  co_await listen(&*socket, &log, start + probe.window_ms);
  take(*socket, log, most_at_the_end);
  log.tell(result);
  if (socket->broken())
    result.skipped = fmt::format("{} went away: {}", probe.interface, socket->broken().message());
  else if (result.sent == 0)
    result.skipped = fmt::format("no beacon could be sent on {}", probe.interface);
  co_return result;
}

Assessment assess(BroadcastDomain::Result const& result) {
  if (!result.skipped.empty()) return {.status = Status::skipped, .reason = result.skipped};
  std::set<NodeIndex> senders;
  for (auto const& entry : result.heard) senders.insert(entry.sender);
  auto reason =
      fmt::format("{} beacons sent, those of {} nodes heard", result.sent, senders.size());
  if (result.forged > 0)
    reason += fmt::format(", {} without this run's signature ignored", result.forged);
  if (result.repeated > 0) reason += fmt::format(", {} repeated ones ignored", result.repeated);
  if (result.returned > 0) reason += fmt::format(", {} of its own came back", result.returned);
  return {.status = Status::ok, .reason = std::move(reason)};
}
}  // namespace leadline
