#include "probes/path_mtu.hpp"

#include "probes/core/units.hpp"
#include "probes/core/within.hpp"
#include "probes/linux/interface_mtu.hpp"
#include "probes/linux/shortage.hpp"
#include "probes/path_mtu_exchange.hpp"
#include "probes/path_mtu_search.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace leadline {
namespace asio = boost::asio;
using Clock = PathMtuExchange::Clock;
using namespace std::chrono_literals;

namespace {
constexpr std::uint32_t largest_ip_packet = 65535;

Expected<PathMtuExchange> open_exchange(asio::any_io_executor executor, Path const& path,
                                        UdpProbeSocket::Fragmentation fragmentation,
                                        Clock::time_point deadline) {
  auto socket = UdpProbeSocket::open(std::move(executor), {path.source, 0},
                                     UdpProbeSocket::Options{.fragmentation = fragmentation});
  if (!socket) return tl::unexpected(socket.error());
  if (auto const error = socket->connect(path.udp_target()))
    return tl::unexpected(Error{.stage = Error::Stage::connect,
                                .code = error,
                                .detail = "route to " + path.target.to_string()});
  return PathMtuExchange{std::move(*socket), path, deadline};
}

asio::awaitable<void> sound(PathMtuSearch* search, PathMtuExchange* exchange) {
  for (auto round = search->next(); !round.sizes.empty() && !exchange->out_of_time();
       round = search->next()) {
    auto const outcome = co_await exchange->carry(round);
    // Out of time: what is unanswered was not waited for.
    if (exchange->out_of_time()) round = {};
    search->learn(round, outcome);
  }
}

/// What TCP will believe: packets as large as the kernel thinks fit, until none is objected to.
asio::awaitable<std::uint32_t> classical_path_mtu(PathMtuExchange* exchange,
                                                  std::uint32_t ceiling) {
  constexpr int most_hops_that_object = 6;
  for (int i = 0; i < most_hops_that_object; ++i) {
    auto const believed = exchange->believed_path_mtu();
    PathMtuSearch::Round const round{
        .sizes = {std::clamp(believed, exchange->sentinel_octets(), ceiling)}, .copies = 1};
    auto const outcome = co_await exchange->carry(round);
    if (outcome.confirmed.contains(round.sizes.front())) break;
    if (exchange->believed_path_mtu() == believed) break;  // lost, and nobody objected
  }
  co_return exchange->believed_path_mtu();
}

void fill(PathMtu::Result& result, PathMtuSearch const& search, PathMtuExchange const& exchange) {
  result.path_mtu_octets = search.largest_confirmed();
  result.smallest_lost_octets = search.smallest_lost();
  result.exact = search.settled();
  result.ttl_seen = exchange.ttl_seen();
  result.rounds = search.rounds();
  result.packets_sent = exchange.packets_sent();
  result.evidence = exchange.socket().evidence();
  explain_limit(result);
}
}  // namespace

bool is_on_link(int ttl) {
  return ttl == 64 || ttl == 128 || ttl == 255;
}

void explain_limit(PathMtu::Result& result) {
  result.limit = MtuLimit::unknown;
  result.signalled_by.clear();
  result.signalled_mtu_octets = 0;
  if (result.path_mtu_octets == 0) return;
  auto const lost = result.smallest_lost_octets;
  if (lost == 0) {
    if (result.path_mtu_octets >= std::min(result.interface_mtu_octets, largest_ip_packet))
      result.limit = MtuLimit::local;
    return;
  }
  result.limit = MtuLimit::silent;
  for (auto const& said : result.evidence) {
    if (said.origin == "local" || said.error_number != EMSGSIZE) continue;
    // A router that names a larger MTU than what is lost speaks of another hop.
    if (said.mtu >= lost || said.mtu < result.signalled_mtu_octets) continue;
    result.limit = MtuLimit::signalled;
    result.signalled_by = said.offender;
    result.signalled_mtu_octets = said.mtu;
  }
}

Async<PathMtu::Result> run(PathMtu probe) {
  auto const started = Clock::now();
  auto const deadline = started + probe.timeout_ms;
  auto const& path = probe.path;
  auto const interface = interface_mtu(path.source);
  if (!interface) co_return tl::unexpected(interface.error());
  auto const executor = co_await asio::this_coro::executor;
  auto exchange = open_exchange(executor, path, UdpProbeSocket::Fragmentation::probe, deadline);
  if (!exchange) co_return tl::unexpected(exchange.error());

  PathMtu::Result result;
  result.family = path.target.is_v4() ? Family::ipv4 : Family::ipv6;
  result.interface_mtu_octets = *interface;
  auto const ceiling =
      std::min(probe.ceiling_octets == 0 ? *interface : probe.ceiling_octets, largest_ip_packet);
  PathMtuSearch search{result.family, exchange->sentinel_octets(), ceiling};
  bool const answered = co_await exchange->find_peer();
  if (answered) co_await sound(&search, &*exchange);
  fill(result, search, *exchange);

  auto classical =
      open_exchange(executor, path, UdpProbeSocket::Fragmentation::obey_path_mtu, deadline);
  if (answered && classical) {
    classical->expect_round_trip(exchange->round_trip());
    result.kernel_path_mtu_octets = co_await classical_path_mtu(&*classical, ceiling);
    result.packets_sent += classical->packets_sent();
  }
  result.elapsed_ms = std::chrono::duration<double, std::milli>(Clock::now() - started).count();
  co_return result;
}

Assessment assess(PathMtu::Result const& r) {
  bool const own_queue_full = std::ranges::any_of(r.evidence, [](IcmpEvidence const& said) {
    return said.origin == "local" && is_shortage(said.error_number);
  });
  if (own_queue_full && r.packets_sent == 0)
    return {.status = Status::inconclusive,
            .reason = fmt::format("no packet left this node in {:.1f} s: the queue of its own "
                                  "interface is full",
                                  r.elapsed_ms / 1000)};
  if (r.path_mtu_octets == 0)
    return {.status = Status::inconclusive,
            .reason = fmt::format("nothing answered in {:.1f} s, not even the smallest packet",
                                  r.elapsed_ms / 1000)};
  if (!r.exact)
    return {.status = Status::inconclusive,
            .reason = fmt::format(
                "out of time after {:.1f} s: packets of {} octets arrive, of {} none did yet{}",
                r.elapsed_ms / 1000, r.path_mtu_octets, r.smallest_lost_octets,
                own_queue_full ? "; the queue of this node's own interface was full"
                               : "; whether for their size or by chance is not known")};
  std::uint32_t const least = r.family == Family::ipv4 ? 576 : least_ipv6_mtu.octets;  // RFC 791
  if (r.path_mtu_octets < least && r.smallest_lost_octets != 0)
    return {.status = Status::fail,
            .reason = fmt::format("only packets of up to {} octets arrive; {} must",
                                  r.path_mtu_octets, least)};
  if (r.smallest_lost_octets == 0)
    return {.status = Status::ok,
            .reason = fmt::format("packets of {} octets arrive", r.path_mtu_octets)};
  auto const seen = fmt::format("packets of up to {} octets arrive, the interface's MTU is {}",
                                r.path_mtu_octets, r.interface_mtu_octets);
  if (r.limit == MtuLimit::signalled)
    return {.status = Status::warn,
            .reason = fmt::format("{}: {} says by ICMP that {} is the limit", seen, r.signalled_by,
                                  r.signalled_mtu_octets)};
  if (is_on_link(r.ttl_seen))
    return {
        .status = Status::warn,
        .reason = seen + ": larger ones vanish on the link, a switch or a port has a smaller MTU"};
  return {.status = Status::warn,
          .reason = seen + ": larger ones vanish without an ICMP error, a black hole"};
}
}  // namespace leadline
