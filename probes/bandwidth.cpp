#include "probes/bandwidth.hpp"

#include "probes/bulk_exchange.hpp"
#include "probes/bulk_stream.hpp"
#include "probes/core/quantity.hpp"
#include "probes/core/within.hpp"
#include "probes/data_connection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <thread>
#include <utility>

namespace leadline {
namespace {
using boost::asio::ip::tcp;
using namespace std::chrono_literals;

/// A thread that is this busy has no time left to send more.
constexpr double busy_share = 0.9;
using Streams = std::vector<std::unique_ptr<BulkStream>>;

Error failed(boost::system::error_code code, std::string detail) {
  return {.stage = Error::Stage::transfer, .code = code, .detail = std::move(detail)};
}

Error misconfigured(std::string detail) {
  return {.stage = Error::Stage::configuration,
          .code = make_error_code(boost::system::errc::invalid_argument),
          .detail = std::move(detail)};
}

/// Settings of the interface that the engine does not honour yet.
std::string unsupported(Bandwidth const& probe) {
  if (probe.mode == BulkMode::verify) return "verify mode is not offered yet";
  if (probe.bidirectional) return "both directions at once are not offered yet";
  if (!probe.congestion.empty() || probe.dscp != 0 || probe.mss != 0 || !probe.cipher.empty() ||
      probe.record_octets != 0)
    return "socket and TLS settings are not offered yet";
  return {};
}

Async<bool> agree(Bandwidth probe, tcp::socket* control) {
  nlohmann::json const request = BulkRequest{.bandwidth = probe};
  if (auto const sent = co_await send_json(control, request); !sent) co_return sent;
  auto const message = co_await receive_json(control, bulk_message_limit, 5s);
  if (!message) co_return tl::unexpected(message.error());
  auto const reply = read_as<BulkReply>(*message);
  if (!reply) co_return tl::unexpected(reply.error());
  if (reply->busy)
    co_return tl::unexpected(failed(boost::asio::error::try_again, "the peer: " + reply->reason));
  if (!reply->accepted)
    co_return tl::unexpected(failed(make_error_code(boost::system::errc::permission_denied),
                                    "the peer refuses: " + reply->reason));
  co_return true;
}

/// All connections first, then all threads, so that the streams start together.
Async<Streams> open_streams(Bandwidth probe, std::uint32_t session) {
  std::vector<tcp::socket> sockets;
  while (std::cmp_less(sockets.size(), probe.streams)) {
    auto socket = co_await open_data_connection(
        probe.path, {.purpose = Preamble::Purpose::bulk_stream, .session = session});
    if (!socket) co_return tl::unexpected(std::move(socket.error()));
    sockets.push_back(std::move(*socket));
  }
  auto const allowance =
      std::make_shared<SendAllowance>(probe.byte_limit_bytes, probe.rate_limit_bits_per_second);
  // The bucket keeps the limit; the pacing only spreads what it grants, so it may be looser.
  BitRate const pacing{2 * probe.rate_limit_bits_per_second.per_second / probe.streams};
  Streams streams;
  for (auto& socket : sockets) {
    auto stream =
        BulkStream::start(std::move(socket),
                          {.identity = probe.transport == Transport::tls ? probe.identity : nullptr,
                           .mode = probe.mode,
                           .allowance = allowance,
                           .pacing = pacing});
    if (!stream) co_return tl::unexpected(std::move(stream.error()));
    streams.push_back(std::move(*stream));
  }
  co_return streams;
}

std::string failure_of(Streams const& streams) {
  for (auto const& stream : streams)
    if (stream->done() && !stream->failure().empty()) return stream->failure();
  return {};
}

struct SenderLoad {
  double busiest{};
  double all{};  ///< of all processors
};

SenderLoad load_of(Streams const& streams) {
  SenderLoad load;
  for (auto const& stream : streams) {
    load.busiest = std::max(load.busiest, stream->cpu_share());
    load.all += stream->cpu_share();
  }
  load.all /= std::max(1U, std::thread::hardware_concurrency());
  return load;
}

std::string limit_of(Bandwidth const& probe, BulkReport const& report, SenderLoad const& load) {
  auto const rate_limit = probe.rate_limit_bits_per_second.per_second;
  if (rate_limit > 0 && report.rate_bits_per_second > 0.9 * rate_limit) return "rate_limit";
  if (std::max(load.busiest, load.all) > busy_share) return "sender_cpu";
  if (std::max(report.cpu_share, report.cpu_share_all) > busy_share) return "receiver_cpu";
  auto const byte_limit = probe.byte_limit_bytes.count;
  if (byte_limit > 0 && report.transferred_bytes >= byte_limit) return "byte_limit";
  return report.samples_bits_per_second.empty() ? "" : "network";
}

Bandwidth::Result result_of(Bandwidth const& probe, BulkReport report, Streams const& streams,
                            std::vector<TcpSnapshot> sender) {
  auto const load = load_of(streams);
  Bandwidth::Result result;
  result.transport = probe.transport;
  result.mode = probe.mode;
  result.streams = probe.streams;
  result.measured_seconds = report.measured_seconds;
  result.transferred_bytes = report.transferred_bytes;
  result.rate_bits_per_second = report.rate_bits_per_second;
  result.relative_uncertainty = report.relative_uncertainty;
  result.stopped_early = report.stopped_early;
  result.sender_cpu_share = load.busiest;
  result.receiver_cpu_share = report.cpu_share;
  result.limit = limit_of(probe, report, load);
  for (auto const& stream : sender) result.retransmitted_segments += stream.retransmitted_segments;
  result.samples_bits_per_second = std::move(report.samples_bits_per_second);
  result.sender = std::move(sender);
  result.receiver = std::move(report.streams);
  return result;
}

Async<Bandwidth::Result> measure(Bandwidth probe) {
  auto const session = static_cast<std::uint32_t>(random_nonce());
  auto control = co_await open_data_connection(
      probe.path, {.purpose = Preamble::Purpose::bulk_control, .session = session});
  if (!control) co_return tl::unexpected(std::move(control.error()));
  auto const agreed = co_await agree(probe, &*control);
  if (!agreed) co_return tl::unexpected(agreed.error());
  auto streams = co_await open_streams(probe, session);
  if (!streams) co_return tl::unexpected(std::move(streams.error()));

  // Handshakes take their time, 6 s at most; then the target counts.
  auto const halt = co_await receive_json(&*control, bulk_message_limit, probe.duration_ms + 8s);
  std::vector<TcpSnapshot> sender;
  for (auto const& stream : *streams) sender.push_back(stream->snapshot());
  auto const failure = failure_of(*streams);
  for (auto const& stream : *streams) stream->stop();
  if (!halt) co_return tl::unexpected(halt.error());

  nlohmann::json const halted = BulkHalt{};
  if (auto const told = co_await send_json(&*control, halted); !told)
    co_return tl::unexpected(told.error());
  auto const message = co_await receive_json(&*control, bulk_report_limit, 3s);
  if (!message) co_return tl::unexpected(message.error());
  auto report = read_as<BulkReport>(*message);
  if (!report) co_return tl::unexpected(std::move(report.error()));
  if (!report->failure.empty() || !failure.empty())
    co_return tl::unexpected(failed(make_error_code(boost::system::errc::io_error),
                                    failure.empty() ? "the target: " + report->failure : failure));
  co_return result_of(probe, std::move(*report), *streams, std::move(sender));
}
}  // namespace

Async<Bandwidth::Result> run(Bandwidth probe) {
  if (auto const wrong = objection_to(probe); !wrong.empty())
    co_return tl::unexpected(misconfigured(wrong));
  if (auto const missing = unsupported(probe); !missing.empty())
    co_return tl::unexpected(misconfigured(missing));
  if (!probe.slot) co_return tl::unexpected(misconfigured("no bulk slot"));
  if (probe.transport == Transport::tls && !probe.identity)
    co_return tl::unexpected(misconfigured("no TLS identity"));
  auto const lease = probe.slot->take();
  if (!lease)
    co_return tl::unexpected(
        failed(boost::asio::error::try_again, "this node has a bulk test already"));
  // A bound over the bounds of its steps: nothing keeps this node busy for longer.
  co_return co_await within(probe.duration_ms + 40s, measure(probe));
}

Assessment assess(Bandwidth::Result const& result) {
  if (result.transferred_bytes == 0) return {.status = Status::fail, .reason = "no octet arrived"};
  if (result.measured_seconds <= 0)
    return {.status = Status::inconclusive,
            .reason = fmt::format("{} is too little to measure a rate",
                                  format(Bytes{result.transferred_bytes}))};
  auto reason = fmt::format("{} over {} {} stream{}", format(BitRate{result.rate_bits_per_second}),
                            result.streams, result.transport == Transport::tls ? "TLS" : "TCP",
                            result.streams == 1 ? "" : "s");
  if (result.limit == "sender_cpu" || result.limit == "receiver_cpu")
    reason += fmt::format(", bound by the CPU of the {}",
                          result.limit == "sender_cpu" ? "source" : "target");
  else if (result.limit == "rate_limit" || result.limit == "byte_limit")
    reason += fmt::format(", held back by the test's own {} limit",
                          result.limit == "rate_limit" ? "rate" : "byte");
  return {.status = Status::ok, .reason = std::move(reason)};
}
}  // namespace leadline
