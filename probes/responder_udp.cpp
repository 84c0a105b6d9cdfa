#include "probes/responder_udp.hpp"

#include "probes/core/within.hpp"
#include "probes/linux/shortage.hpp"
#include "probes/linux/turn.hpp"
#include "probes/reach_outcome.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <limits>
#include <random>
#include <utility>

namespace leadline {
namespace asio = boost::asio;

namespace {
// A session is one probe of one peer; with 1000 peers each has a few under way.
constexpr std::size_t most_sessions = 16384;
constexpr int most_draws = 64;  // of a port that may be taken
// For room in the own queue; the others wait as long.
constexpr std::chrono::milliseconds patience_for_room{20};

Family family_of(asio::ip::address const& address) {
  return address.is_v4() ? Family::ipv4 : Family::ipv6;
}

void report(std::exception_ptr const& problem) {
  if (!problem) return;
  try {
    std::rethrow_exception(problem);
  } catch (std::exception const& e) {
    spdlog::error("the UDP answerer stopped: {}", e.what());
  }
}
}  // namespace

std::optional<Datagram> answer_to(Datagram const& request, Arrival const& arrival,
                                  Passport const& passport) {
  if (request.kind != Datagram::Kind::request || request.run != passport.run) return std::nullopt;
  auto answer = request;
  answer.kind = Datagram::Kind::answer;
  answer.answered_by = passport.self;
  answer.received_ns = arrival.received_ns;
  answer.seen_octets = static_cast<std::uint16_t>(
      std::min<std::uint32_t>(arrival.ip_octets, std::numeric_limits<std::uint16_t>::max()));
  answer.seen_ttl = arrival.ttl;
  answer.seen_tos = arrival.tos;
  answer.seen_address = arrival.from.address();
  answer.seen_port = arrival.from.port();
  answer.answerer_drops = arrival.dropped;
  return answer;
}

Expected<std::shared_ptr<UdpAnswerer>> UdpAnswerer::open(asio::any_io_executor executor,
                                                         asio::ip::address address, PortRange range,
                                                         Passport passport,
                                                         std::shared_ptr<ResponderCounts> counts) {
  std::mt19937 random{std::random_device{}()};
  Error last;
  UdpProbeSocket::Options const options{.errors_by_peer = true};
  for (int draw = 0; draw < most_draws; ++draw) {
    auto socket = UdpProbeSocket::open(executor, {address, draw_port(range, random)}, options);
    if (socket)
      return std::shared_ptr<UdpAnswerer>{
          new UdpAnswerer{executor, std::move(*socket), passport, std::move(counts)}};
    last = socket.error();
    if (last.code != asio::error::address_in_use) break;
  }
  return tl::unexpected(last);
}

UdpAnswerer::UdpAnswerer(asio::any_io_executor executor, UdpProbeSocket socket, Passport passport,
                         std::shared_ptr<ResponderCounts> counts)
    : executor_{std::move(executor)},
      socket_{std::move(socket)},
      passport_{passport},
      counts_{std::move(counts)},
      sessions_{most_sessions},
      askers_{most_sessions},
      port_{socket_.local().port()} {}

void UdpAnswerer::start() {
  asio::co_spawn(executor_, serve(shared_from_this()), report);
}

void UdpAnswerer::stop() {
  open_ = false;
  socket_.close();
}

asio::awaitable<void> UdpAnswerer::serve(std::shared_ptr<UdpAnswerer> self) {
  constexpr std::chrono::hours until_something_comes{24};
  while (self->open_) {
    Arrival arrival;
    int taken = 0;
    while (taken < most_in_a_row && self->open_ && self->socket_.receive(arrival)) {
      auto const answer = self->answer(arrival);
      if (answer && !self->send(*answer, arrival.from))
        co_await self->send_when_there_is_room(*answer, arrival.from);
      ++taken;
    }
    self->note_lost_answers();
    if (taken == most_in_a_row)
      co_await asio::post(self->executor_, asio::use_awaitable);
    else if (self->open_)
      co_await self->socket_.readable(until_something_comes);
  }
}

std::optional<Datagram> UdpAnswerer::answer(Arrival const& arrival) {
  auto const request = decode_datagram(arrival.packet, passport_.key);
  auto answer = request ? answer_to(*request, arrival, passport_) : std::nullopt;
  if (!answer) {
    counts_->unsigned_packet();
    return std::nullopt;
  }
  counts_->udp_request(request->source, family_of(arrival.from.address()));
  askers_.asked(arrival.from, request->source);
  answer->received_count = sessions_.arrived(request->source, request->session);
  answer->answerer_drops += given_up_;
  return answer;
}

bool UdpAnswerer::send(Datagram answer, asio::ip::udp::endpoint const& to) {
  answer.answered_ns = realtime_ns();
  auto const sent = socket_.send_to(encode(answer, passport_.key), to);
  return sent != UdpProbeSocket::Sent::no_room_here;
}

/// An answer that cannot leave all the same is a lost one, and those that follow say so.
asio::awaitable<void> UdpAnswerer::send_when_there_is_room(Datagram answer,
                                                           asio::ip::udp::endpoint to) {
  auto const give_up = std::chrono::steady_clock::now() + patience_for_room;
  bool sent = false;
  do {
    co_await elapse(pause_in_shortage);
    sent = open_ && send(answer, to);
  } while (open_ && !sent && std::chrono::steady_clock::now() < give_up);
  if (!sent) ++given_up_;
}

/// An ICMP "unreachable" about an answer tells where the way back breaks, unless it is the asker
/// itself: he no longer waits.
void UdpAnswerer::note_lost_answers() {
  for (auto const& [to, said] : socket_.take_undelivered()) {
    auto const asker = askers_.at(to);
    if (!asker || !decisive({&said, 1})) continue;
    auto const outcome = outcome_of({.error_number = said.error_number,
                                     .evidence = said,
                                     .own = socket_.local().address(),
                                     .target = to.address()});
    if (outcome == Outcome::refused) continue;
    counts_->lost_answer(
        {.from = passport_.self, .to = *asker, .family = family_of(to.address()), .said = said});
  }
}
}  // namespace leadline
