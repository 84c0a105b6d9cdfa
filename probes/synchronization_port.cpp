#include "probes/synchronization_port.hpp"

#include "probes/core/all_of.hpp"
#include "probes/tcp_attempt.hpp"

#include <boost/asio/error.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

namespace leadline {
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {
constexpr int connections_of_the_second_try = 4;

/// "10.0.0.1:9185", "[fd00::1]:9185".
std::optional<tcp::endpoint> parse_endpoint(std::string_view text) {
  auto const colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  auto host = text.substr(0, colon);
  auto const digits = text.substr(colon + 1);
  bool const bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);
  boost::system::error_code invalid;
  auto const address = asio::ip::make_address(host, invalid);
  if (invalid || address.is_v6() != bracketed) return std::nullopt;
  std::uint16_t port = 0;
  auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || end != digits.data() + digits.size() || port == 0)
    return std::nullopt;
  return tcp::endpoint{address, port};
}

/// Where 5 % are lost each way, one connection in a thousand stays silent for 4 s: of a hundred
/// nodes one in ten runs. All of these at once do not. What says most: a connection, else a
/// refusal.
asio::awaitable<TcpAttempt> connect_again(asio::ip::address source, tcp::endpoint target,
                                          std::chrono::milliseconds timeout) {
  auto const deadline = std::chrono::steady_clock::now() + timeout;
  std::vector<asio::awaitable<TcpAttempt>> works;
  works.reserve(connections_of_the_second_try);
  for (int i = 0; i < connections_of_the_second_try; ++i)
    works.push_back(connect_tcp(source, target, deadline));
  auto attempts = co_await all_of(std::move(works));
  auto const says = [](TcpAttempt const& attempt) {
    bool const told = attempt.outcome != Outcome::silent && attempt.outcome != Outcome::unclear;
    return attempt.socket ? 2 : static_cast<int>(told);
  };
  co_return std::move(*std::ranges::max_element(attempts, {}, says));
}
}  // namespace

Async<SyncPort::Result> run(SyncPort probe) {
  auto const target = parse_endpoint(probe.endpoint);
  if (!target || target->address().is_v4() != probe.path.source.is_v4())
    co_return tl::unexpected(
        Error{.stage = Error::Stage::configuration,
              .code = asio::error::invalid_argument,
              .detail = fmt::format("'{}' is not ADDRESS:PORT of the family of {}", probe.endpoint,
                                    probe.path.source.to_string())});
  auto const start = std::chrono::steady_clock::now();
  auto attempt = co_await connect_tcp(probe.path.source, *target, start + probe.timeout_ms);
  if (!attempt.socket && attempt.outcome == Outcome::silent)
    attempt = co_await connect_again(probe.path.source, *target, probe.timeout_ms);
  SyncPort::Result result;
  result.endpoint = probe.endpoint;
  result.outcome = attempt.socket ? Outcome::answered : attempt.outcome;
  result.elapsed_ms = milliseconds_since(start);
  if (attempt.error) result.system_error = attempt.error.message();
  result.evidence = attempt.evidence;
  co_return result;
}

Assessment assess(SyncPort::Result const& result) {
  if (result.outcome == Outcome::answered)
    return {.status = Status::ok, .reason = fmt::format("{} accepts connections", result.endpoint)};
  auto const by = result.evidence ? fmt::format(", said {}", result.evidence->offender) : "";
  return {.status = Status::fail,
          .reason = fmt::format("{}: {}{}", result.endpoint, describe(result.outcome), by)};
}
}  // namespace leadline
