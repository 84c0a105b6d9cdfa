#include "probes/bandwidth.hpp"

#include "probes/bulk_exchange.hpp"
#include "probes/bulk_limit.hpp"
#include "probes/bulk_sampling.hpp"
#include "probes/bulk_stream.hpp"
#include "probes/core/all_of.hpp"
#include "probes/core/quantity.hpp"
#include "probes/core/within.hpp"
#include "probes/data_connection.hpp"
#include "probes/wire/nonce.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace leadline {
namespace {
using boost::asio::ip::tcp;
using namespace std::chrono_literals;

Error failed(boost::system::error_code code, std::string detail) {
  return {.stage = Error::Stage::transfer, .code = code, .detail = std::move(detail)};
}

Error misconfigured(std::string detail) {
  return {.stage = Error::Stage::configuration,
          .code = make_error_code(boost::system::errc::invalid_argument),
          .detail = std::move(detail)};
}

FlowFacts facts_of(Bandwidth const& probe, BulkCount const& count, BulkEnd const& sender,
                   BulkEnd const& receiver) {
  FlowFacts facts{.rate = {count.rate_bits_per_second},
                  .transferred_bytes = count.transferred_bytes,
                  .measured_seconds = count.measured_seconds,
                  .rate_limit = probe.rate_limit_bits_per_second,
                  .byte_limit = probe.byte_limit_bytes,
                  .link_speed = probe.link_speed,
                  .sender = sender.load,
                  .receiver = receiver.load,
                  .sender_delay = sender.delay,
                  .receiver_delay = receiver.delay};
  for (auto const& stream : sender.streams) {
    facts.busy_seconds += 1e-6 * static_cast<double>(stream.busy_us);
    facts.receive_window_limited_seconds +=
        1e-6 * static_cast<double>(stream.receive_window_limited_us);
    facts.send_buffer_limited_seconds += 1e-6 * static_cast<double>(stream.send_buffer_limited_us);
    facts.retransmitted_segments += stream.retransmitted_segments;
    facts.delivery_rate.per_second += static_cast<double>(stream.delivery_rate_bits_per_second);
  }
  return facts;
}

/// The target's own cap becomes the probe's, if it is the tighter one, and so does its link.
Async<bool> agree(Bandwidth* probe, tcp::socket* control) {
  nlohmann::json const request = BulkRequest{.bandwidth = *probe};
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
  probe->rate_limit_bits_per_second =
      tighter(probe->rate_limit_bits_per_second, reply->rate_limit_bits_per_second);
  probe->link_speed = tighter(probe->link_speed, reply->link_speed_bits_per_second);
  co_return true;
}

/// One direction at this end: its connections, then its threads.
struct Side {
  std::vector<tcp::socket> sockets;
  BulkStreams streams;
};

/// One after the other, 64 streams would not all be open within bulk_set_up_limit where a round
/// trip takes 40 ms: each needs two.
constexpr std::size_t connect_at_once = 8;

/// What came of one call; a socket cannot be made without an executor, which all_of() has not.
struct Called {
  std::optional<tcp::socket> socket;
  Error error;
};

boost::asio::awaitable<Called> call(Path path, DataCall how) {
  auto opened = co_await open_data_connection(std::move(path), how);
  Called called;
  if (opened)
    called.socket = std::move(*opened);
  else
    called.error = std::move(opened.error());
  co_return called;
}

Async<bool> connect(Bandwidth probe, std::uint32_t session, BulkWay way, Side* side) {
  auto const streams = static_cast<std::size_t>(probe.streams);
  while (side->sockets.size() < streams) {
    DataCall const how{
        .purpose = Preamble::Purpose::bulk_stream,
        .session = session,
        .parameter = static_cast<std::uint64_t>(way),
        .options = {.congestion = probe.congestion, .dscp = probe.dscp, .mss = probe.mss}};
    std::vector<boost::asio::awaitable<Called>> calls;
    while (calls.size() < std::min(connect_at_once, streams - side->sockets.size()))
      calls.push_back(call(probe.path, how));
    auto called = co_await all_of(std::move(calls));
    for (auto& [socket, error] : called) {
      if (!socket) co_return tl::unexpected(std::move(error));
      side->sockets.push_back(std::move(*socket));
    }
  }
  co_return true;
}

Expected<bool> start(Side& side, BulkStream::Settings const& settings) {
  for (auto& socket : side.sockets) {
    auto stream = BulkStream::start(std::move(socket), settings);
    if (!stream) return tl::unexpected(std::move(stream.error()));
    side.streams.push_back(std::move(*stream));
  }
  return true;
}

/// All connections first, then all threads, so that the streams start together.
Async<bool> open_streams(Bandwidth probe, std::uint32_t session, Side* out, Side* back) {
  auto connected = co_await connect(probe, session, BulkWay::forward, out);
  if (connected && probe.bidirectional)
    connected = co_await connect(probe, session, BulkWay::reverse, back);
  if (!connected) co_return connected;
  auto const receiving = stream_settings(probe, probe.identity, true);
  if (auto const started = start(*back, receiving); !started) co_return started;
  co_return start(*out, sending(receiving, probe, probe.rate_limit_bits_per_second));
}

/// What the two ends of a direction know together.
BulkFlow flow_of(Bandwidth const& probe, BulkCount count, BulkEnd sender, BulkEnd receiver) {
  auto const facts = facts_of(probe, count, sender, receiver);
  auto limit = limit_of(facts);
  BulkFlow flow;
  flow.measured_seconds = count.measured_seconds;
  flow.transferred_bytes = count.transferred_bytes;
  flow.rate_bits_per_second = cut_short(facts) ? 0 : count.rate_bits_per_second;
  flow.relative_uncertainty = count.relative_uncertainty;
  flow.relative_spread = count.relative_spread;
  flow.relative_drift = count.relative_drift;
  flow.stopped_early = count.stopped_early;
  flow.samples_bits_per_second = std::move(count.samples_bits_per_second);
  flow.sender_cpu_share = sender.load.busiest_share;
  flow.receiver_cpu_share = receiver.load.busiest_share;
  flow.sender_cpu_seconds = sender.cpu_seconds;
  flow.receiver_cpu_seconds = receiver.cpu_seconds;
  for (auto const& stream : sender.streams)
    flow.retransmitted_segments += stream.retransmitted_segments;
  if (!sender.streams.empty()) flow.congestion_sender = sender.streams.front().congestion_control;
  if (!receiver.streams.empty())
    flow.congestion_receiver = receiver.streams.front().congestion_control;
  flow.sending = std::move(sender.sending);
  flow.sender = std::move(sender.streams);
  flow.receiver = std::move(receiver.streams);
  flow.timeline = std::move(sender.timeline);
  flow.receiver_timeline = std::move(receiver.timeline);
  flow.worst_schedule_delay_ms = std::max(sender.delay.worst_ms, receiver.delay.worst_ms);
  flow.limit = std::move(limit.name);
  flow.limit_detail = std::move(limit.detail);
  return flow;
}

Async<BulkReport> fetch_report(tcp::socket* control) {
  nlohmann::json const halted = BulkHalt{};
  if (auto const told = co_await send_json(control, halted); !told)
    co_return tl::unexpected(told.error());
  auto const message = co_await receive_json(control, bulk_report_limit, bulk_report_time_limit);
  if (!message) co_return tl::unexpected(message.error());
  co_return read_as<BulkReport>(*message);
}

/// From the first octet to the target's word that it has seen enough.
Async<Bandwidth::Result> watch(Bandwidth probe, tcp::socket* control, Side* out, Side* back) {
  using namespace boost::asio::experimental::awaitable_operators;
  BulkSampling forward{out->streams, probe.warm_up_ms};
  BulkSampling reverse{back->streams, probe.warm_up_ms};
  std::vector<BulkSampling*> samplings{&forward, &reverse};
  auto waiting =
      receive_json(control, bulk_message_limit, probe.duration_ms + bulk_set_up_limit + 1s);
  auto const ending = co_await (std::move(waiting) || keep_sampling(std::move(samplings)));
  auto sender = forward.end();
  auto const reverse_count = reverse.count();
  auto const reverse_receiver = reverse.end();
  auto failure = failure_of(out->streams);
  if (failure.empty()) failure = failure_of(back->streams);
  for (auto const* side : {out, back})
    for (auto const& stream : side->streams) stream->stop();
  sender.sending = out->streams.front()->sending();
  auto const* const halt = std::get_if<0>(&ending);
  if (halt == nullptr)
    co_return tl::unexpected(failed(boost::asio::error::operation_aborted, "cancelled"));
  if (!*halt) co_return tl::unexpected(halt->error());

  auto report = co_await fetch_report(control);
  if (!report) co_return tl::unexpected(std::move(report.error()));
  if (!report->failure.empty() || !failure.empty())
    co_return tl::unexpected(failed(make_error_code(boost::system::errc::io_error),
                                    failure.empty() ? "the target: " + report->failure : failure));
  Bandwidth::Result result;
  result.cipher = sender.cipher;
  static_cast<BulkFlow&>(result) =
      flow_of(probe, std::move(report->count), std::move(sender), std::move(report->receiver));
  if (auto& reverse_sender = report->reverse_sender)
    result.reverse = flow_of(probe, reverse_count, std::move(*reverse_sender), reverse_receiver);
  co_return result;
}

Async<Bandwidth::Result> measure(Bandwidth probe) {
  auto const session = static_cast<std::uint32_t>(random_nonce());
  auto control = co_await open_data_connection(
      probe.path, {.purpose = Preamble::Purpose::bulk_control, .session = session});
  if (!control) co_return tl::unexpected(std::move(control.error()));
  auto const agreed = co_await agree(&probe, &*control);
  if (!agreed) co_return tl::unexpected(agreed.error());
  Side out;
  Side back;
  auto const opened = co_await open_streams(probe, session, &out, &back);
  if (!opened) co_return tl::unexpected(opened.error());
  auto result = co_await watch(probe, &*control, &out, &back);
  if (!result) co_return result;
  result->transport = probe.transport;
  result->mode = probe.mode;
  result->streams = probe.streams;
  if (probe.transport == Transport::tls)
    result->record_octets = probe.record_octets == 0 ? 16384 : probe.record_octets;
  co_return result;
}

/// What is to be said beside the rate itself.
std::string_view restraint(std::string_view limit) {
  if (limit == "sender_cpu") return "bound by the CPU of the source";
  if (limit == "receiver_cpu") return "bound by the CPU of the target";
  if (limit == "rate_limit") return "held back by the test's own rate limit";
  if (limit == "byte_limit") return "held back by the test's own byte limit";
  if (limit == "receive_window") return "bound by the receive window of the target";
  if (limit == "send_buffer") return "bound by the send buffer of the source";
  return {};
}
}  // namespace

Async<Bandwidth::Result> run(Bandwidth probe) {
  if (auto const wrong = objection_to(probe); !wrong.empty())
    co_return tl::unexpected(misconfigured(wrong));
  if (!probe.slot) co_return tl::unexpected(misconfigured("no bulk slot"));
  if (probe.transport == Transport::tls && !probe.identity)
    co_return tl::unexpected(misconfigured("no TLS identity"));
  auto const lease = probe.slot->take();
  if (!lease)
    co_return tl::unexpected(
        failed(boost::asio::error::try_again, "this node has a bulk test already"));
  // A bound over the bounds of its steps: nothing keeps this node busy for longer.
  auto result = co_await within(probe.duration_ms + bulk_overhead, measure(probe));
  if (!result && result.error().stage == Error::Stage::timeout && result.error().detail.empty())
    result.error().detail = "the bulk test did not come to its end";
  co_return result;
}

Assessment assess(Bandwidth::Result const& result) {
  if (result.transferred_bytes == 0) return {.status = Status::fail, .reason = "no octet arrived"};
  for (BulkFlow const* flow :
       {static_cast<BulkFlow const*>(&result), result.reverse ? &*result.reverse : nullptr})
    if (flow != nullptr && flow->limit == "byte_limit" && flow->rate_bits_per_second <= 0)
      return {.status = Status::inconclusive, .reason = flow->limit_detail};
  if (result.limit == flow_stalled)
    return {.status = Status::fail, .reason = "stalled: " + result.limit_detail};
  if (result.reverse && result.reverse->limit == flow_stalled)
    return {.status = Status::fail,
            .reason = "stalled on the way back: " + result.reverse->limit_detail};
  if (result.measured_seconds <= 0)
    return {.status = Status::inconclusive,
            .reason = fmt::format("{} is too little to measure a rate",
                                  format(Bytes{result.transferred_bytes}))};
  auto reason = fmt::format("{} over {} {} stream{}", format(BitRate{result.rate_bits_per_second}),
                            result.streams, result.transport == Transport::tls ? "TLS" : "TCP",
                            result.streams == 1 ? "" : "s");
  if (result.reverse)
    reason += fmt::format(", {} back", format(BitRate{result.reverse->rate_bits_per_second}));
  for (BulkFlow const* flow :
       {static_cast<BulkFlow const*>(&result), result.reverse ? &*result.reverse : nullptr})
    if (flow != nullptr && (flow->limit == sender_starved || flow->limit == receiver_starved))
      return {.status = Status::inconclusive, .reason = reason + ", but " + flow->limit_detail};
  if (auto const what = restraint(result.limit); !what.empty()) reason += fmt::format(", {}", what);
  return {.status = Status::ok, .reason = std::move(reason)};
}
}  // namespace leadline
