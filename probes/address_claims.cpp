#include "probes/address_claims.hpp"

#include "probes/claim_frames.hpp"
#include "probes/core/network.hpp"
#include "probes/linux/interface.hpp"
#include "probes/linux/packet_socket.hpp"
#include "probes/linux/turn.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <linux/filter.h>
#include <map>
#include <net/ethernet.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <set>
#include <utility>

namespace leadline {
namespace asio = boost::asio;
namespace ip = asio::ip;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

namespace {
constexpr auto between_questions = 1ms;  // a thousand broadcasts a second at most

/// ARP, and neighbour advertisements without extension headers.
constexpr std::array<sock_filter, 9> only_claims{{
    {BPF_LD | BPF_H | BPF_ABS, 0, 0, 12},
    {BPF_JMP | BPF_JEQ | BPF_K, 5, 0, ETHERTYPE_ARP},
    {BPF_JMP | BPF_JEQ | BPF_K, 0, 5, ETHERTYPE_IPV6},
    {BPF_LD | BPF_B | BPF_ABS, 0, 0, 14 + 6},
    {BPF_JMP | BPF_JEQ | BPF_K, 0, 3, IPPROTO_ICMPV6},
    {BPF_LD | BPF_B | BPF_ABS, 0, 0, 14 + 40},
    {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, ND_NEIGHBOR_ADVERT},
    {BPF_RET | BPF_K, 0, 0, 256},
    {BPF_RET | BPF_K, 0, 0, 0},
}};

Expected<std::vector<ip::address>> parse(std::vector<std::string> const& texts) {
  std::vector<ip::address> addresses;
  auto const mistake = [](std::string detail) {
    return tl::unexpected(Error{.stage = Error::Stage::configuration,
                                .code = asio::error::invalid_argument,
                                .detail = std::move(detail)});
  };
  if (texts.size() > AddressClaims::most_addresses)
    return mistake(fmt::format("{} addresses, at most {} are allowed", texts.size(),
                               AddressClaims::most_addresses));
  for (auto const& text : texts) {
    boost::system::error_code error;
    addresses.push_back(ip::make_address(text, error));
    if (error) return mistake(fmt::format("'{}' is not an address", text));
  }
  return addresses;
}

/// Without those that a router leads to: nobody on this link holds them.
std::vector<ip::address> on_link(std::vector<ip::address> addresses, std::string const& interface) {
  std::vector<Network> networks;
  for (auto const& own : read_interface(interface).addresses)
    networks.emplace_back(ip::make_address(own.address), own.prefix_length);
  std::erase_if(addresses, [&](ip::address const& address) {
    return std::ranges::none_of(networks,
                                [&](Network const& network) { return network.contains(address); });
  });
  return addresses;
}

/// Every frame that claims one of the addresses, by address and MAC.
using Claims = std::map<std::pair<ip::address, std::string>, int>;

void take(PacketSocket& socket, std::set<ip::address> const& wanted, Claims& claims, int most) {
  FrameArrival arrival;
  for (int taken = 0; taken < most && socket.receive(arrival); ++taken) {
    auto const claim = read_claim(arrival.octets, arrival.stripped_tag);
    if (claim && wanted.contains(claim->address)) ++claims[{claim->address, format(claim->mac)}];
  }
}

asio::awaitable<void> listen(PacketSocket* socket, std::set<ip::address> const* wanted,
                             Claims* claims, Clock::time_point until) {
  for (auto now = Clock::now(); now < until && !socket->broken(); now = Clock::now()) {
    co_await socket->readable(until - now);
    take(*socket, *wanted, *claims, most_in_a_row);
  }
}
}  // namespace

Async<AddressClaims::Result> run(AddressClaims probe) {
  auto const parsed = parse(probe.addresses);
  if (!parsed) co_return tl::unexpected(parsed.error());
  AddressClaims::Result result;
  result.interface = probe.interface;
  auto const executor = co_await asio::this_coro::executor;
  auto socket = PacketSocket::open(executor, probe.interface, only_claims);
  if (!socket) {
    result.skipped = reason_without(socket.error());
    co_return result;
  }
  result.mac = format(socket->mac());
  auto const addresses = on_link(*parsed, probe.interface);
  result.asked = static_cast<int>(addresses.size());
  std::set<ip::address> const wanted{addresses.begin(), addresses.end()};
  Claims claims;
  int sent = 0;
  auto const start = Clock::now();
  for (int i = 0; i < probe.tries && !socket->broken(); ++i) {
    auto next = Clock::now();
    for (auto const& address : addresses) {
      // What a full queue refuses goes out with one of the other tries.
      if (!socket->send(question_frame(address, socket->mac()))) ++sent;
      co_await listen(&*socket, &wanted, &claims, next += between_questions);
    }
    co_await listen(&*socket, &wanted, &claims, Clock::now() + probe.between_ms);
  }
  co_await listen(&*socket, &wanted, &claims,
                  std::max(start + probe.window_ms, Clock::now() + probe.between_ms));
  take(*socket, wanted, claims, most_at_the_end);
  for (auto const& [claim, count] : claims)
    result.claims.push_back(
        {.address = claim.first.to_string(), .mac = claim.second, .count = count});
  if (socket->broken())
    result.skipped = fmt::format("{} went away: {}", probe.interface, socket->broken().message());
  else if (sent == 0 && !addresses.empty())
    result.skipped = fmt::format("no question could be sent on {}", probe.interface);
  co_return result;
}

Assessment assess(AddressClaims::Result const& result) {
  if (!result.skipped.empty()) return {.status = Status::skipped, .reason = result.skipped};
  std::map<std::string, std::vector<std::string>> holders;
  for (auto const& claim : result.claims) holders[claim.address].push_back(claim.mac);
  for (auto const& [address, macs] : holders)
    if (macs.size() > 1)
      return {.status = Status::warn,
              .reason = fmt::format("{} is claimed by {}", address, fmt::join(macs, " and "))};
  return {.status = Status::ok,
          .reason = fmt::format("asked for {} addresses: {} answered, none twice", result.asked,
                                holders.size())};
}
}  // namespace leadline
