#include "probes/wire/frame.hpp"
#include "tests/unit/bandwidth_loopback.hpp"

#include <fmt/format.h>

#include <string>
#include <vector>

namespace leadline::bandwidth_tests {
namespace {
/// A source that keeps to the protocol until its streams are open.
struct RawSource {
  tcp::socket control;
  std::vector<tcp::socket> streams;
};

Async<RawSource> open_raw_source(Path path, Bandwidth request) {
  constexpr std::uint32_t session = 77;
  auto control = co_await open_data_connection(
      path, {.purpose = Preamble::Purpose::bulk_control, .session = session});
  if (!control) co_return tl::unexpected(control.error());
  nlohmann::json const message = BulkRequest{.bandwidth = request};
  co_await send_json(&*control, message);
  auto const reply = co_await receive_json(&*control, bulk_message_limit, 5s);
  if (!reply || !reply->value("accepted", false))
    co_return tl::unexpected(Error{.detail = reply ? reply->dump() : describe(reply.error())});
  RawSource source{.control = std::move(*control), .streams = {}};
  for (int i = 0; i < request.streams; ++i) {
    auto stream = co_await open_data_connection(
        path, {.purpose = Preamble::Purpose::bulk_stream, .session = session});
    if (!stream) co_return tl::unexpected(stream.error());
    source.streams.push_back(std::move(*stream));
  }
  co_return source;
}

Async<nlohmann::json> read_halt_and_report(RawSource* source) {
  auto const halt = co_await receive_json(&source->control, bulk_message_limit, 10s);
  if (!halt) co_return tl::unexpected(halt.error());
  nlohmann::json const halted = BulkHalt{};
  co_await send_json(&source->control, halted);
  co_return co_await receive_json(&source->control, bulk_report_limit, 10s);
}

Bandwidth request_for(Transport transport, int streams) {
  return {.transport = transport, .streams = streams, .duration_ms = 1500ms, .warm_up_ms = 300ms};
}

TEST_F(BandwidthOverLoopback, TargetIsFreeAgainWhenItsSourceDies) {
  {
    auto source =
        await_on(context, open_raw_source(target.path(), request_for(Transport::tcp, 3))).value();
    EXPECT_FALSE(target_slot->free());
    EXPECT_FALSE(bulk->admits({.purpose = Preamble::Purpose::bulk_control}));
    for (auto& stream : source.streams)
      asio::write(stream, asio::buffer(std::string(100'000, 'x')));
  }
  EXPECT_TRUE(target_becomes_free());
  EXPECT_TRUE(threads_are_joined());
  EXPECT_TRUE(await_on(context, run(probe(Transport::tcp, 1))).has_value());
}

Async<nlohmann::json> ask(Path path, Bandwidth request) {
  auto control = co_await open_data_connection(
      path, {.purpose = Preamble::Purpose::bulk_control, .session = 78});
  if (!control) co_return tl::unexpected(control.error());
  nlohmann::json const message = BulkRequest{.bandwidth = request};
  co_await send_json(&*control, message);
  co_return co_await receive_json(&*control, bulk_message_limit, 5s);
}

TEST_F(BandwidthOverLoopback, TargetTellsItsCapAndTheSpeedOfItsLink) {
  target_slot->set_link_speed(25_Gbps);
  auto const reply = await_on(context, ask(target.path(), request_for(Transport::tcp, 1))).value();
  EXPECT_TRUE(reply.at("accepted"));
  auto const read = reply.get<BulkReply>();
  EXPECT_DOUBLE_EQ(read.link_speed_bits_per_second.per_second, 25e9);
  EXPECT_DOUBLE_EQ(read.rate_limit_bits_per_second.per_second, 0);
  EXPECT_TRUE(target_becomes_free());
}

TEST_F(BandwidthOverLoopback, TargetReportsGarbageInsteadOfTls) {
  auto source =
      await_on(context, open_raw_source(target.path(), request_for(Transport::tls, 1))).value();
  asio::write(source.streams.front(), asio::buffer(std::string(1000, 'x')));
  auto const report = await_on(context, read_halt_and_report(&source)).value();
  EXPECT_NE(report.at("failure").get<std::string>().find("TLS handshake"), std::string::npos)
      << report.at("failure");
}

TEST_F(BandwidthOverLoopback, TargetRefusesWhatItDoesNotUnderstand) {
  auto wrong = request_for(Transport::tcp, 1000);
  auto refused = await_on(context, open_raw_source(target.path(), wrong));
  EXPECT_NE(refused.error().detail.find("allowed are 1 to 32"), std::string::npos);
  wrong = request_for(Transport::tcp, 1);
  wrong.duration_ms = 24h;
  refused = await_on(context, open_raw_source(target.path(), wrong));
  EXPECT_NE(refused.error().detail.find("100 to 60000"), std::string::npos);
  EXPECT_TRUE(target_slot->free());
}

/// What the target answers; nothing if it hangs up.
Async<nlohmann::json> answer_to(Path path, std::string octets) {
  auto control = co_await open_data_connection(path, {.purpose = Preamble::Purpose::bulk_control});
  if (!control) co_return tl::unexpected(control.error());
  co_await asio::async_write(*control, asio::buffer(octets), no_throw);
  auto receiving = receive_json(&*control, bulk_message_limit, 10s);
  co_return co_await std::move(receiving);
}

TEST_F(BandwidthOverLoopback, TargetSurvivesGarbageOnTheControlConnection) {
  for (std::string const& garbage :
       std::vector<std::string>{std::string("\xff\xff\xff\xff", 4), std::string("\0\0\0\2{]", 6),
                                std::string("\0\0\0\2{}", 6), std::string("\0\0\0\4null", 8)}) {
    auto const answer = await_on(context, answer_to(target.path(), garbage));
    EXPECT_FALSE(answer && answer->value("accepted", false));
  }
  EXPECT_TRUE(target_slot->free());
  EXPECT_TRUE(await_on(context, run(probe(Transport::tcp, 1))).has_value());
}

TEST_F(BandwidthOverLoopback, TargetSaysWhichNumberFitsNoField) {
  for (auto const* number : {"8e38", "-2147483649", "1.5", "[1]"}) {
    auto const request = fmt::format(R"({{"bandwidth":{{"streams":{}}}}})", number);
    auto const answer = await_on(context, answer_to(target.path(), frame(request)));
    ASSERT_TRUE(answer.has_value()) << number << ": " << describe(answer.error());
    EXPECT_NE(answer->at("reason").get<std::string>().find("a whole number from -2147483648"),
              std::string::npos)
        << *answer;
  }
  EXPECT_TRUE(target_slot->free());
}

TEST_F(BandwidthOverLoopback, StreamOfNoTestIsNotAdmitted) {
  EXPECT_FALSE(bulk->admits({.purpose = Preamble::Purpose::bulk_stream, .session = 5}));
  EXPECT_FALSE(bulk->admits({.purpose = Preamble::Purpose::reach}));
}

TEST_F(BandwidthOverLoopback, TargetIsFreeAtOnceWhenItsSourceDiesInSetUp) {
  Bandwidth request = request_for(Transport::tcp, 3);
  {
    auto source = await_on(context, open_raw_source(target.path(), request)).value();
    EXPECT_FALSE(target_slot->free());
  }
  auto const start = std::chrono::steady_clock::now();
  EXPECT_TRUE(target_becomes_free());
  EXPECT_LT(std::chrono::steady_clock::now() - start, 1s);
}

asio::awaitable<bool> send_request(tcp::socket* control, Bandwidth request) {
  nlohmann::json const message = BulkRequest{.bandwidth = request};
  co_await send_json(control, message);
  auto const reply = co_await receive_json(control, bulk_message_limit, 5s);
  co_return reply && reply->value("accepted", false);
}

TEST_F(BandwidthOverLoopback, TargetDoesNotWaitForStreamsForLongerThanItsLease) {
  auto control = await_on(context, open_data_connection(
                                       target.path(), {.purpose = Preamble::Purpose::bulk_control}))
                     .value();
  auto const start = std::chrono::steady_clock::now();
  EXPECT_TRUE(await_on(context, send_request(&control, request_for(Transport::tcp, 1))));
  EXPECT_FALSE(target_slot->free());
  EXPECT_TRUE(target_becomes_free());
  EXPECT_LT(std::chrono::steady_clock::now() - start, 1500ms + bulk_overhead + 1s);
}

TEST_F(BandwidthOverLoopback, VerifyingTargetSaysWhatIsWrong) {
  auto request = request_for(Transport::tcp, 1);
  request.mode = BulkMode::verify;
  auto source = await_on(context, open_raw_source(target.path(), request)).value();
  asio::write(source.streams.front(), asio::buffer(std::string(1000, 'x')));
  auto const report = await_on(context, read_halt_and_report(&source)).value();
  EXPECT_NE(report.at("failure").get<std::string>().find("octet 0 of the stream"),
            std::string::npos)
      << report.at("failure");
}
}  // namespace
}  // namespace leadline::bandwidth_tests
