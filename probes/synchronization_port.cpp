#include "probes/synchronization_port.hpp"

#include "probes/tcp_attempt.hpp"

#include <boost/asio/error.hpp>
#include <fmt/format.h>

#include <charconv>
#include <optional>

namespace leadline {
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {
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
  auto const attempt = co_await connect_tcp(probe.path.source, *target, start + probe.timeout_ms);
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
