#include "coordinator/roster.hpp"

#include "coordinator/admission.hpp"
#include "coordinator/clock_offsets.hpp"
#include "probes/core/within.hpp"
#include "probes/wire/close_gently.hpp"
#include "probes/wire/identity.hpp"
#include "probes/wire/refusal.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>
#include <openssl/ssl.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <sstream>
#include <utility>

namespace leadline {
namespace {
namespace asio = boost::asio;
using asio::ip::tcp;

constexpr std::size_t most_refusals_kept = 100;

std::int64_t wall_clock_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::string text_of(tcp::endpoint const& endpoint) {
  std::ostringstream text;
  text << endpoint;
  return text.str();
}

Error at_handshake(std::string why) {
  return {.stage = Error::Stage::handshake, .code = {}, .detail = std::move(why)};
}

Async<bool> let_hear(tcp::socket* socket) {
  co_await close_gently(socket);
  co_return true;
}

bool is_silent(Channel const& channel) {
  return std::chrono::steady_clock::now() - channel.heard() > Roster::agent_silence_limit;
}

using Decoded = tl::expected<AgentMessage, std::string>;

asio::awaitable<Decoded> decode_here(std::string text) {
  co_return decode_agent_message(text);
}

/// Observations by the hundred are read on another processor; a short message here, at once.
asio::awaitable<Decoded> decode(std::string text, asio::any_io_executor decoders) {
  constexpr std::size_t short_octets = 4096;
  if (text.size() <= short_octets) co_return decode_agent_message(text);
  auto decoding = decode_here(std::move(text));
  co_return co_await asio::co_spawn(decoders, std::move(decoding), asio::use_awaitable);
}

void report(char const* what, std::exception_ptr const& failure) {
  if (!failure) return;
  try {
    std::rethrow_exception(failure);
  } catch (std::exception const& e) {
    spdlog::error("{}: {}", what, e.what());
  }
}
}  // namespace

std::shared_ptr<Roster> Roster::open(tcp::acceptor acceptor, asio::any_io_executor decoders,
                                     std::shared_ptr<TlsIdentity const> identity, Plan plan) {
  std::shared_ptr<Roster> roster{
      new Roster{std::move(acceptor), std::move(decoders), std::move(identity), std::move(plan)}};
  auto const executor = roster->acceptor_.get_executor();
  asio::co_spawn(executor, accept_all(roster),
                 [](auto const& e) { report("accepting agents", e); });
  asio::co_spawn(executor, ping_all(roster), [](auto const& e) { report("pinging agents", e); });
  return roster;
}

Roster::Roster(tcp::acceptor acceptor, asio::any_io_executor decoders,
               std::shared_ptr<TlsIdentity const> identity, Plan plan)
    : acceptor_{std::move(acceptor)},
      decoders_{std::move(decoders)},
      identity_{std::move(identity)},
      plan_{std::move(plan)} {}

asio::awaitable<void> Roster::accept_all(std::shared_ptr<Roster> roster) {
  while (roster->acceptor_.is_open()) {
    if (roster->unknown_ >= most_unknown) {
      co_await elapse(std::chrono::milliseconds{50});
      continue;
    }
    auto [error, socket] = co_await roster->acceptor_.async_accept(no_throw);
    if (error == asio::error::operation_aborted || !roster->acceptor_.is_open()) co_return;
    if (error) {  // no descriptors left, or the peer gave up already: others may still get through
      spdlog::warn("cannot accept an agent: {}", error.message());
      co_await elapse(std::chrono::milliseconds{100});
      continue;
    }
    ++roster->unknown_;
    asio::co_spawn(roster->acceptor_.get_executor(), attend(roster, std::move(socket)),
                   [](auto const& e) { report("attending an agent", e); });
  }
}

asio::awaitable<void> Roster::ping_all(std::shared_ptr<Roster> roster) {
  while (roster->acceptor_.is_open()) {
    for (auto const& [name, member] : roster->members_) {
      // Looked at here and not by a timer of each message, which would cost as much as reading it.
      if (is_silent(*member.channel))
        member.channel->close();
      else
        member.channel->send(encode(CoordinatorMessage{Ping{.coordinator_ns = wall_clock_ns()}}));
    }
    co_await elapse(std::chrono::seconds{1});
  }
}

asio::awaitable<void> Roster::attend(std::shared_ptr<Roster> roster, tcp::socket socket) {
  boost::system::error_code gone;
  auto const from = text_of(socket.remote_endpoint(gone));
  auto introduction = introduce(roster, std::move(socket), from);
  auto const introduced = co_await within(introduction_limit, std::move(introduction));
  --roster->unknown_;
  if (!introduced) {
    roster->refuse(from, describe(introduced.error()));
    co_return;
  }
  auto const& member = *introduced;
  roster->events_.changed();
  auto hearing = hear(roster, member);
  auto const why = co_await std::move(hearing);
  member.channel->close();
  roster->members_.erase(member.name);
  roster->events_.left(member, why);
  roster->events_.changed();
}

Async<Roster::Member> Roster::introduce(std::shared_ptr<Roster> roster, tcp::socket socket,
                                        std::string from) {
  // Past its time limit it still has to close what it opened.
  co_await asio::this_coro::throw_if_cancelled(false);
  HandshakeRecord record;
  Channel::Stream stream{std::move(socket), roster->identity_->server()};
  keep_record(stream.native_handle(), record);
  auto const [error] = co_await stream.async_handshake(asio::ssl::stream_base::server, no_throw);
  forget_record(stream.native_handle());  // it ends with this function, the connection does not
  if (error) {
    auto parting = let_hear(&stream.next_layer());
    co_await within(std::chrono::seconds{1}, std::move(parting));  // else it never learns why
    co_return tl::unexpected(
        at_handshake(why_refused(record, roster->identity_->client_leaf(), error)));
  }
  auto const identity = identity_of(SSL_get0_peer_certificate(stream.native_handle()));
  auto const channel = Channel::over(std::move(stream), agent_frame_limit);
  auto const turn_away = [&](std::string why) {
    channel->send(encode(CoordinatorMessage{Refused{.reason = why}}));
    return tl::unexpected(at_handshake(std::move(why)));
  };
  auto receiving = channel->receive();
  auto const text = co_await std::move(receiving);
  std::string why;
  if (!identity) {
    why = identity.error();
  } else if (!text) {
    why = describe(text.error());
  } else if (auto const message = decode_agent_message(*text); !message) {
    why = message.error();
  } else if (auto const* hello = std::get_if<Hello>(&*message); hello == nullptr) {
    why = "its first message is not a hello";
  } else {
    std::set<NodeName> present;
    for (auto const& [name, member] : roster->members_) present.insert(name);
    auto const name = admit(*hello, *identity, roster->plan_, present);
    if (name) {
      Member member{.name = *name, .version = hello->version, .from = from, .channel = channel};
      roster->members_.emplace(*name, member);
      channel->send(encode(CoordinatorMessage{Accepted{}}));
      channel->send(encode(CoordinatorMessage{Ping{.coordinator_ns = wall_clock_ns()}}));
      co_return member;
    }
    why = fmt::format("{}/{}: {}", printable(hello->cluster), printable(hello->node), name.error());
  }
  auto refusal = turn_away(why);
  co_await channel->flush(std::chrono::seconds{1});  // else it never learns why
  channel->close();
  co_return refusal;
}

asio::awaitable<std::string> Roster::hear(std::shared_ptr<Roster> roster, Member member) {
  for (;;) {
    auto receiving = member.channel->receive();
    auto text = co_await std::move(receiving);
    if (!text) {
      if (!is_silent(*member.channel)) co_return describe(text.error());
      co_return fmt::format("silent for {} s", agent_silence_limit.count());
    }
    auto decoding = decode(*std::move(text), roster->decoders_);
    auto message = co_await std::move(decoding);
    if (!message) {
      member.channel->send(encode(CoordinatorMessage{Refused{.reason = message.error()}}));
      co_await member.channel->flush(std::chrono::seconds{1});
      co_return message.error();
    }
    if (auto const* pong = std::get_if<Pong>(&*message))
      roster->compare_clock(member.name, *pong);
    else
      roster->events_.said(member, *std::move(message));
  }
}

void Roster::refuse(std::string const& who, std::string const& why) {
  // The port changes with each attempt of the same agent: it is told once.
  auto const host = who.substr(0, who.rfind(':'));
  auto const sentence = fmt::format("{}: {}", host, why);
  if (refusals_.size() >= most_refusals_kept || !refusals_.insert(sentence).second) return;
  spdlog::warn("refused a connection from {}", sentence);
  events_.changed();
}

void Roster::compare_clock(NodeName const& name, Pong const& pong) {
  auto const member = members_.find(name);
  auto const offset = told_offset(pong, wall_clock_ns());
  if (member == members_.end() || !offset) return;
  auto& best = member->second.clock;
  if (!best || offset->uncertainty_ms < best->uncertainty_ms) best = offset;
}

void Roster::send(NodeName const& to, std::shared_ptr<std::string const> framed) {
  if (auto const member = members_.find(to); member != members_.end())
    member->second.channel->send_framed(std::move(framed));
}

void Roster::send(NodeName const& to, CoordinatorMessage const& message) {
  send(to, std::make_shared<std::string const>(frame(encode(message))));
}

asio::awaitable<void> Roster::close() {
  boost::system::error_code ignored;  // closing what is closed already
  acceptor_.close(ignored);
  auto const members = members_;
  // For all of them together: many may have died.
  using Clock = std::chrono::steady_clock;
  auto const deadline = Clock::now() + std::chrono::seconds{2};
  for (auto const& [name, member] : members)
    co_await member.channel->flush(std::clamp<Clock::duration>(
        deadline - Clock::now(), std::chrono::milliseconds{1}, std::chrono::seconds{1}));
  for (auto const& [name, member] : members) member.channel->close();
}
}  // namespace leadline
