#include "probes/responder.hpp"
#include "tests/sanitizers.hpp"
#include "tests/unit/bandwidth_loopback.hpp"
#include "tests/unit/refused_system_call.hpp"

#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>

#include <functional>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>

namespace leadline::bandwidth_tests {
namespace {
TEST_F(BandwidthOverLoopback, IsMeasuredForEachTransportAndNumberOfStreams) {
  for (auto const transport : {Transport::tcp, Transport::tls})
    for (int const streams : {1, 8}) {
      auto const result = await_on(context, run(probe(transport, streams)));
      ASSERT_TRUE(result.has_value()) << describe(result.error());
      EXPECT_EQ(result->transport, transport);
      EXPECT_EQ(result->streams, streams);
      EXPECT_GT(result->rate_bits_per_second, 1e6);
      EXPECT_GT(result->measured_seconds, 0.0);
      EXPECT_FALSE(result->samples_bits_per_second.empty());
      EXPECT_LT(result->relative_uncertainty, 1.0);
      EXPECT_GT(result->sender_cpu_share, 0.0);
      EXPECT_GT(result->receiver_cpu_share, 0.0);
      EXPECT_EQ(result->sender.size(), static_cast<std::size_t>(streams));
      EXPECT_EQ(result->receiver.size(), static_cast<std::size_t>(streams));
      EXPECT_FALSE(result->sender.front().congestion_control.empty());
      std::uint64_t acknowledged = 0;
      for (auto const& stream : result->sender) acknowledged += stream.acknowledged_bytes;
      EXPECT_GT(acknowledged, 1'000'000U);
      EXPECT_EQ(assess(*result).status, Status::ok);
      EXPECT_TRUE(source_slot->free());
      EXPECT_TRUE(target_becomes_free());
      EXPECT_TRUE(threads_are_joined());
    }
}

TEST_F(BandwidthOverLoopback, KeepsTheByteLimitToTheOctet) {
  for (auto const transport : {Transport::tcp, Transport::tls})
    for (int const streams : {1, 8}) {
      auto limited = probe(transport, streams);
      limited.byte_limit_bytes = Bytes{10'000'019};
      auto const result = await_on(context, run(limited));
      ASSERT_TRUE(result.has_value()) << describe(result.error());
      EXPECT_EQ(result->transferred_bytes, 10'000'019U);
      EXPECT_EQ(result->limit, "byte_limit");
      EXPECT_TRUE(target_becomes_free());
    }
}

TEST_F(BandwidthOverLoopback, HasNoRateWhereTheByteLimitEndsItAtOnce) {
  for (auto const transport : {Transport::tcp, Transport::tls}) {
    auto limited = probe(transport, 2);
    limited.byte_limit_bytes = Bytes{102'400};
    auto const result = await_on(context, run(limited));
    ASSERT_TRUE(result.has_value()) << describe(result.error());
    EXPECT_EQ(result->transferred_bytes, 102'400U);
    EXPECT_EQ(result->limit, "byte_limit");
    EXPECT_EQ(result->rate_bits_per_second, 0.0);
    auto const seen = assess(*result);
    EXPECT_EQ(seen.status, Status::inconclusive);
    EXPECT_NE(seen.reason.find("102 kB that the test was allowed"), std::string::npos)
        << seen.reason;
    EXPECT_TRUE(target_becomes_free());
  }
}

TEST_F(BandwidthOverLoopback, KeepsTheRateLimit) {
  auto limited = probe(Transport::tcp, 4);
  limited.rate_limit_bits_per_second = 100_Mbps;
  limited.whole_duration = true;
  auto const result = await_on(context, run(limited)).value();
  // A sample each 100 ms; one may be missing to a late reader.
  EXPECT_NEAR(static_cast<double>(result.samples_bits_per_second.size()),
              10 * result.measured_seconds, 1.5);
  EXPECT_LT(result.rate_bits_per_second, 115e6);
  EXPECT_GT(result.rate_bits_per_second, 20e6);
  // What the receiver counted in 1.5 s, and what the burst and the last chunks add.
  EXPECT_LT(result.transferred_bytes, 25'000'000U);
  // The kernel spreads what the bucket grants: twice a stream's share.
  EXPECT_EQ(result.sender.front().pacing_limit_bits_per_second, 50'000'000U);
}

TEST(BulkStreamSettings, PaceWhereAGrantIsNotGoneAtOnce) {
  Bandwidth const test{.streams = 4};
  EXPECT_EQ(sending({}, test, BitRate{25e9}).pacing, BitRate{12.5e9});
  EXPECT_EQ(sending({}, test, BitRate{25.1e9}).pacing, BitRate{0});
  EXPECT_EQ(sending({}, test, BitRate{0}).pacing, BitRate{0});
}

TEST(BulkStreamSettings, LetOctetsGatherWhereOneStreamRuns) {
  EXPECT_TRUE(stream_settings({.streams = 1}, nullptr, false).channel.alone);
  EXPECT_FALSE(stream_settings({.streams = 2}, nullptr, false).channel.alone);
  EXPECT_FALSE(
      stream_settings({.bidirectional = true, .streams = 1}, nullptr, false).channel.alone);
}

TEST_F(BandwidthOverLoopback, IsRefusedWhileEitherNodeMeasures) {
  auto const taken = target_slot->take();
  EXPECT_EQ(await_on(context, run(probe(Transport::tcp, 1))).error().code, asio::error::try_again);
  EXPECT_TRUE(source_slot->free());
  auto const own = source_slot->take();
  auto const second = await_on(context, run(probe(Transport::tcp, 1)));
  EXPECT_EQ(second.error().code, asio::error::try_again);
  EXPECT_NE(second.error().detail.find("this node"), std::string::npos);
}

TEST_F(BandwidthOverLoopback, SaysWhatIsWrongWithItsSettings) {
  auto wrong = probe(Transport::tcp, 0);
  EXPECT_EQ(await_on(context, run(wrong)).error().stage, Error::Stage::configuration);
  wrong = probe(Transport::tcp, 33);
  EXPECT_NE(await_on(context, run(wrong)).error().detail.find("1 to 32"), std::string::npos);
  wrong = probe(Transport::tcp, 1);
  wrong.warm_up_ms = wrong.duration_ms;
  EXPECT_EQ(await_on(context, run(wrong)).error().stage, Error::Stage::configuration);
  wrong = probe(Transport::tls, 1);
  wrong.identity = nullptr;
  EXPECT_NE(await_on(context, run(wrong)).error().detail.find("TLS identity"), std::string::npos);
  wrong = probe(Transport::tcp, 1);
  wrong.slot = nullptr;
  EXPECT_EQ(await_on(context, run(wrong)).error().stage, Error::Stage::configuration);
}

TEST_F(BandwidthOverLoopback, FailsWithTheReasonWhenTheCertificatesDoNotMatch) {
  auto mismatched = probe(Transport::tls, 2);
  mismatched.identity = stranger;
  auto const result = await_on(context, run(mismatched));
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().stage, Error::Stage::transfer);
  EXPECT_NE(result.error().detail.find("TLS handshake"), std::string::npos)
      << result.error().detail;
  EXPECT_TRUE(target_becomes_free());
  EXPECT_TRUE(threads_are_joined());
}

TEST_F(BandwidthOverLoopback, EndsAtOnceWhenItIsCancelled) {
  for (auto const transport : {Transport::tcp, Transport::tls}) {
    auto const start = std::chrono::steady_clock::now();
    auto const result = await_on(context, within(400ms, run(probe(transport, 8))));
    EXPECT_EQ(result.error().stage, Error::Stage::timeout);
    EXPECT_LT(std::chrono::steady_clock::now() - start, 5s);
    EXPECT_TRUE(source_slot->free());
    EXPECT_TRUE(target_becomes_free());
    EXPECT_TRUE(threads_are_joined());
  }
}

asio::awaitable<void> stop_after(BulkTarget* bulk, std::chrono::milliseconds time) {
  co_await elapse(time);
  bulk->stop();
}

TEST_F(BandwidthOverLoopback, EndsWhenTheTargetIsStopped) {
  std::exception_ptr thrown;
  asio::co_spawn(context, stop_after(bulk.get(), 300ms), [&](std::exception_ptr e) { thrown = e; });
  auto const result = await_on(context, run(probe(Transport::tcp, 8)));
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().stage, Error::Stage::transfer);
  EXPECT_FALSE(thrown);
  EXPECT_TRUE(source_slot->free());
  EXPECT_TRUE(target_becomes_free());
  EXPECT_TRUE(threads_are_joined());
  EXPECT_FALSE(bulk->admits({.purpose = Preamble::Purpose::bulk_control}));
}

asio::awaitable<void> stop_responder_after(Responder* responder, std::chrono::milliseconds time) {
  co_await elapse(time);
  responder->stop();
}

TEST_F(BandwidthOverLoopback, IsServedByTheResponder) {
  auto const key = RunKey::random();
  auto opened =
      Responder::open(context.get_executor(), {.passport = {.run = 1, .key = key, .self = 2},
                                               .addresses = {asio::ip::address_v4::loopback()},
                                               .tcp_listeners = 3,
                                               .identity = identity,
                                               .bulk_slot = target_slot});
  ASSERT_TRUE(opened.has_value()) << describe(opened.error());
  auto const responder = std::move(*opened);
  auto served = probe(Transport::tls, 8);
  served.path = {.passport = {.run = 1, .key = key, .self = 1},
                 .peer = 2,
                 .source = asio::ip::address_v4::loopback(),
                 .target = asio::ip::address_v4::loopback(),
                 .tcp_ports = responder->ports().front().tcp};
  auto const result = await_on(context, run(served));
  ASSERT_TRUE(result.has_value()) << describe(result.error());
  EXPECT_GT(result->rate_bits_per_second, 1e6);
  EXPECT_TRUE(target_becomes_free());
  {
    auto const taken = target_slot->take();
    EXPECT_EQ(await_on(context, run(served)).error().code, asio::error::try_again);
  }
  std::exception_ptr thrown;
  asio::co_spawn(context, stop_responder_after(responder.get(), 300ms),
                 [&](std::exception_ptr e) { thrown = e; });
  EXPECT_FALSE(await_on(context, run(served)).has_value());
  EXPECT_FALSE(thrown);
  EXPECT_TRUE(target_becomes_free());
  EXPECT_TRUE(threads_are_joined());
}

TEST_F(BandwidthOverLoopback, SaysInWhichModeItMeasured) {
  for (auto const mode : {BulkMode::ceiling, BulkMode::migration, BulkMode::verify})
    for (auto const transport : {Transport::tcp, Transport::tls}) {
      auto asked = probe(transport, 2);
      asked.mode = mode;
      asked.duration_ms = 500ms;
      asked.warm_up_ms = 100ms;
      auto const result = await_on(context, run(asked));
      ASSERT_TRUE(result.has_value()) << describe(result.error());
      bool const tls = transport == Transport::tls;
      EXPECT_EQ(result->mode, mode);
      EXPECT_EQ(result->sending, tls ? "TLS" : "splice");
      EXPECT_EQ(result->record_octets, tls ? 16384 : 0);
      EXPECT_EQ(result->cipher.empty(), !tls);
      EXPECT_GT(result->sender_cpu_seconds, 0.0);
      EXPECT_GT(result->receiver_cpu_seconds, 0.0);
      EXPECT_FALSE(result->limit.empty());
      EXPECT_FALSE(result->limit_detail.empty());
      EXPECT_FALSE(result->timeline.at_ms.empty());
      EXPECT_GT(result->timeline.congestion_window_segments.back(), 0U);
      EXPECT_FALSE(result->receiver_timeline.at_ms.empty());
      EXPECT_GT(result->receiver_timeline.receive_space_bytes.back(), 0U);
      EXPECT_EQ(result->sender.front().pacing_limit_bits_per_second, 0U);
      EXPECT_FALSE(result->congestion_sender.empty());
      EXPECT_FALSE(result->congestion_receiver.empty());
      EXPECT_FALSE(result->reverse.has_value());
      EXPECT_TRUE(target_becomes_free());
    }
}

TEST_F(BandwidthOverLoopback, MeasuresBothDirectionsAtOnce) {
  for (auto const transport : {Transport::tcp, Transport::tls}) {
    auto asked = probe(transport, 2);
    asked.bidirectional = true;
    asked.duration_ms = 700ms;
    asked.warm_up_ms = 100ms;
    auto const result = await_on(context, run(asked));
    ASSERT_TRUE(result.has_value()) << describe(result.error());
    ASSERT_TRUE(result->reverse.has_value());
    auto const& back = *result->reverse;
    EXPECT_GT(result->rate_bits_per_second, 1e6);
    EXPECT_GT(back.rate_bits_per_second, 1e6);
    EXPECT_GT(back.transferred_bytes, 0U);
    EXPECT_GT(back.sender_cpu_seconds, 0.0);
    EXPECT_GT(back.receiver_cpu_seconds, 0.0);
    EXPECT_EQ(back.sending, transport == Transport::tls ? "TLS" : "splice");
    EXPECT_EQ(back.sender.size(), 2U);
    EXPECT_EQ(back.receiver.size(), 2U);
    EXPECT_FALSE(back.timeline.at_ms.empty());
    EXPECT_FALSE(back.receiver_timeline.at_ms.empty());
    EXPECT_TRUE(target_becomes_free());
    EXPECT_TRUE(threads_are_joined());
  }
}

TEST_F(BandwidthOverLoopback, KeepsTheByteLimitInEachDirection) {
  auto asked = probe(Transport::tcp, 3);
  asked.bidirectional = true;
  asked.byte_limit_bytes = Bytes{5'000'011};
  auto const result = await_on(context, run(asked));
  ASSERT_TRUE(result.has_value()) << describe(result.error());
  EXPECT_EQ(result->transferred_bytes, 5'000'011U);
  EXPECT_EQ(result->reverse.value().transferred_bytes, 5'000'011U);
}

TEST_F(BandwidthOverLoopback, KeepsToTheCapOfTheTargetInBothDirections) {
  auto const limited = std::make_shared<BulkSlot>(100_Mbps);
  bulk = std::make_unique<BulkTarget>(limited, identity);
  auto asked = probe(Transport::tcp, 2);
  asked.bidirectional = true;
  asked.duration_ms = 700ms;
  asked.warm_up_ms = 100ms;
  auto const result = await_on(context, run(asked)).value();
  EXPECT_LT(result.rate_bits_per_second, 115e6);
  EXPECT_LT(result.reverse.value().rate_bits_per_second, 115e6);
  EXPECT_EQ(result.limit, "rate_limit");
}

TEST_F(BandwidthOverLoopback, EndsAsSoonAsTheRateIsKnown) {
  auto asked = probe(Transport::tcp, 1);
  asked.rate_limit_bits_per_second = 100_Mbps;  // as steady as a link
  asked.duration_ms = 20s;
  auto const result = await_on(context, run(asked)).value();
  EXPECT_TRUE(result.stopped_early);
  EXPECT_LT(result.measured_seconds, 15);
  EXPECT_LE(result.relative_uncertainty, 0.03);
  asked.whole_duration = true;
  asked.duration_ms = 3s;
  auto const whole = await_on(context, run(asked)).value();
  EXPECT_FALSE(whole.stopped_early);
  EXPECT_GT(whole.measured_seconds, 2.5);
  asked.whole_duration = false;
  asked.duration_ms = 1s;
  asked.bidirectional = true;  // one direction's end would unburden the other
  EXPECT_FALSE(await_on(context, run(asked)).value().stopped_early);
}

TEST_F(BandwidthOverLoopback, UsesTheCongestionControlMssAndCipherAskedFor) {
  auto asked = probe(Transport::tls, 2);
  asked.duration_ms = 400ms;
  asked.warm_up_ms = 100ms;
  asked.bidirectional = true;
  asked.congestion = "reno";  // built into every kernel, allowed to everybody
  asked.mss = 1200;
  asked.dscp = 46;
  asked.cipher = "aes256gcm";
  asked.record_octets = 4096;
  auto const result = await_on(context, run(asked));
  ASSERT_TRUE(result.has_value()) << describe(result.error());
  EXPECT_EQ(result->congestion_sender, "reno");
  EXPECT_EQ(result->reverse.value().congestion_sender, "reno");
  EXPECT_LE(result->sender.front().send_mss, 1200U);
  EXPECT_LE(result->reverse.value().sender.front().send_mss, 1200U);
  EXPECT_EQ(result->cipher, "TLS_AES_256_GCM_SHA384");
  EXPECT_EQ(result->record_octets, 4096);
}

TEST_F(BandwidthOverLoopback, SaysWhichCongestionControlsThereAre) {
  auto asked = probe(Transport::tcp, 1);
  asked.congestion = "nonesuch";
  auto const result = await_on(context, run(asked));
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().stage, Error::Stage::configuration);
  EXPECT_NE(result.error().detail.find("no congestion control 'nonesuch'; it offers:"),
            std::string::npos)
      << result.error().detail;
  EXPECT_NE(result.error().detail.find("reno"), std::string::npos);
  EXPECT_TRUE(target_becomes_free());
}

TEST_F(BandwidthOverLoopback, WritesWhereItMayNotSplice) {
  struct Row {
    std::uint32_t call;
    std::uint16_t error;
    std::string words;
  };

  for (auto const& [call, error, words] :
       std::vector<Row>{{SYS_vmsplice, EPERM, "vmsplice was refused: Operation not permitted"},
                        {SYS_splice, EPERM, "splice was refused: Operation not permitted"},
                        {SYS_splice, EINVAL, "splice was refused: Invalid argument"},
                        {SYS_pipe2, EPERM, "pipe2 was refused: Operation not permitted"}}) {
    auto asked = probe(Transport::tcp, 1);
    asked.byte_limit_bytes = Bytes{30'000'001};
    std::thread{[&] {
      refuse_system_call(call, error);
      auto const result = await_on(context, run(asked));
      ASSERT_TRUE(result.has_value()) << describe(result.error());
      EXPECT_EQ(result->sending, "write, as " + words);
      EXPECT_EQ(result->transferred_bytes, 30'000'001U);
    }}.join();
    EXPECT_TRUE(target_becomes_free());
  }
}

TEST_F(BandwidthOverLoopback, NeedsNoMoreThanOneProcessorFor32Streams) {
  cpu_set_t before;
  ASSERT_EQ(::sched_getaffinity(0, sizeof before, &before), 0);
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(0, &one);
  if (::sched_setaffinity(0, sizeof one, &one) != 0) GTEST_SKIP() << "processor 0 is not ours";
  auto const result = await_on(context, run(probe(Transport::tcp, 32)));
  ::sched_setaffinity(0, sizeof before, &before);
  ASSERT_TRUE(result.has_value()) << describe(result.error());
  EXPECT_EQ(result->sender.size(), 32U);
  EXPECT_GT(result->rate_bits_per_second, 1e6);
  EXPECT_TRUE(target_becomes_free());
  EXPECT_TRUE(threads_are_joined());
}

TEST_F(BandwidthOverLoopback, SaysThatDescriptorsHaveRunOut) {
#ifdef LEADLINE_ADDRESS_SANITIZER
  // UBSan's vptr check looks at memory through a pipe, and calls it invalid where none can be made.
  GTEST_SKIP() << "the sanitizers need the descriptors that this test takes away";
#endif
  context.poll();  // the target's accept(2) must not be the first to meet the limit
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit const few{.rlim_cur = 3, .rlim_max = before.rlim_max};  // those that are open stay so
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
  auto const result = await_on(context, run(probe(Transport::tcp, 1)));
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  ASSERT_FALSE(result.has_value());
  EXPECT_NE(describe(result.error()).find("Too many open files"), std::string::npos)
      << describe(result.error());
  EXPECT_TRUE(source_slot->free());
  EXPECT_TRUE(await_on(context, run(probe(Transport::tcp, 1))).has_value());
}

/// A target that takes a test and its streams, and never reads one.
struct SilentTarget {
  std::vector<tcp::socket> kept;

  asio::awaitable<void> serve(tcp::socket socket, Preamble preamble) {
    kept.push_back(std::move(socket));
    if (preamble.purpose != Preamble::Purpose::bulk_control) co_return;
    tcp::socket& control = kept.back();
    auto const request = co_await receive_json(&control, bulk_message_limit, 5s);
    nlohmann::json const reply = BulkReply{.accepted = true, .busy = false, .reason = {}};
    co_await send_json(&kept.front(), reply);
  }
};

TEST_F(BandwidthOverLoopback, GivesUpOnAPeerThatStopsReading) {
  SilentTarget silent;
  silent.kept.reserve(8);
  LoopbackTarget deaf{
      context, [&](tcp::socket socket, Preamble p) { return silent.serve(std::move(socket), p); }};
  auto asked = probe(Transport::tcp, 2);
  asked.path = deaf.path();
  asked.duration_ms = 100ms;
  asked.warm_up_ms = 0ms;
  auto const start = std::chrono::steady_clock::now();
  auto const result = await_on(context, run(asked));
  EXPECT_FALSE(result.has_value());
  EXPECT_LT(std::chrono::steady_clock::now() - start, 100ms + bulk_overhead + 1s);
  EXPECT_TRUE(source_slot->free());
  EXPECT_TRUE(threads_are_joined());
  deaf.close();
  context.poll();
}
}  // namespace
}  // namespace leadline::bandwidth_tests
