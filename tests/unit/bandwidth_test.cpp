#include "probes/bandwidth.hpp"

#include "probes/bulk_exchange.hpp"
#include "probes/bulk_target.hpp"
#include "probes/data_connection.hpp"
#include "probes/responder.hpp"
#include "probes/wire/frame.hpp"
#include "tests/sanitizers.hpp"
#include "tests/unit/loopback_target.hpp"
#include "tests/unit/migration_certificates.hpp"
#include "tests/unit/refused_system_call.hpp"

#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <thread>

// g++ 12 takes the two halves of a coroutine's own operator new and delete for strangers when it
// clones the coroutine for a constant argument.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

namespace leadline {
namespace {
namespace asio = boost::asio;
using namespace literals;
using namespace std::chrono_literals;
using tcp = asio::ip::tcp;

std::size_t threads_now() {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator{"/proc/self/task"}, {}));
}

/// With those that a sanitizer starts along with the first.
std::size_t threads_at_rest() {
  std::thread{[] {}}.join();
  return threads_now();
}

/// Source and target on one thread over loopback, each with a slot of its own.
class BandwidthOverLoopback : public testing::Test {
 protected:
  BandwidthOverLoopback() {
    auto const authority = make_cluster_authority("now");
    identity = make_identity(scratch, "identity", authority);
    auto const foreign = make_cluster_authority("elsewhere");
    stranger = make_identity(scratch, "stranger", foreign);
    bulk = std::make_unique<BulkTarget>(target_slot, identity);
  }

  ~BandwidthOverLoopback() override {
    bulk->stop();
    target.close();
    context.run();
  }

  Bandwidth probe(Transport transport, int streams) {
    return {.path = target.path(),
            .identity = identity,
            .slot = source_slot,
            .transport = transport,
            .streams = streams,
            .duration_ms = 1500ms,
            .warm_up_ms = 300ms};
  }

  asio::awaitable<void> serve(tcp::socket socket, Preamble preamble) {
    return preamble.purpose == Preamble::Purpose::bulk_control
               ? bulk->serve_control(std::move(socket), preamble)
               : bulk->serve_stream(std::move(socket), preamble);
  }

  /// Lets the target finish what a caller left behind.
  bool target_becomes_free() {
    auto const deadline = std::chrono::steady_clock::now() + 10s;
    while (!target_slot->free() && std::chrono::steady_clock::now() < deadline)
      context.run_one_for(10ms);
    return target_slot->free();
  }

  /// The kernel lists a joined thread for a moment longer.
  bool threads_are_joined() const {
    auto const deadline = std::chrono::steady_clock::now() + 5s;
    while (threads_now() > threads_before && std::chrono::steady_clock::now() < deadline)
      std::this_thread::yield();
    return threads_now() <= threads_before;
  }

  ScratchDirectory scratch;
  asio::io_context context;
  std::shared_ptr<TlsIdentity const> identity;
  std::shared_ptr<TlsIdentity const> stranger;
  std::shared_ptr<BulkSlot> source_slot = std::make_shared<BulkSlot>();
  std::shared_ptr<BulkSlot> target_slot = std::make_shared<BulkSlot>();
  std::unique_ptr<BulkTarget> bulk;
  LoopbackTarget target{
      context, [this](tcp::socket socket, Preamble p) { return serve(std::move(socket), p); },
      [this](Preamble const& p) {
        return bulk->admits(p) ? Welcome::Status::accepted : Welcome::Status::busy;
      }};
  std::size_t threads_before = threads_at_rest();
};

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
      EXPECT_GT(result->rate_bits_per_second, 0.0);
      EXPECT_TRUE(target_becomes_free());
    }
}

TEST_F(BandwidthOverLoopback, KeepsTheRateLimit) {
  auto limited = probe(Transport::tcp, 4);
  limited.rate_limit_bits_per_second = 100_Mbps;
  auto const result = await_on(context, run(limited)).value();
  EXPECT_LT(result.rate_bits_per_second, 115e6);
  EXPECT_GT(result.rate_bits_per_second, 20e6);
  // What the receiver counted in 1.5 s, and what the burst and the last chunks add.
  EXPECT_LT(result.transferred_bytes, 25'000'000U);
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
  for (auto const& [call, name] : std::vector<std::pair<std::uint32_t, std::string>>{
           {SYS_vmsplice, "vmsplice"}, {SYS_splice, "splice"}, {SYS_pipe2, "pipe2"}}) {
    auto asked = probe(Transport::tcp, 1);
    asked.byte_limit_bytes = Bytes{30'000'001};
    std::thread{[&] {
      refuse_system_call(call, EPERM);
      auto const result = await_on(context, run(asked));
      ASSERT_TRUE(result.has_value()) << describe(result.error());
      EXPECT_EQ(result->sending, "write, as " + name + " was refused: Operation not permitted");
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

struct Objection {
  char const* words;
  std::function<void(Bandwidth&)> change;
};

TEST(BandwidthSettings, AreObjectedToWithTheValueAndWhatIsAllowed) {
  std::vector<Objection> const rows{
      {"0 streams, allowed are 1 to 32", [](Bandwidth& b) { b.streams = 0; }},
      {"33 streams", [](Bandwidth& b) { b.streams = 33; }},
      {"99 ms, allowed are 100 to 60000", [](Bandwidth& b) { b.duration_ms = 99ms; }},
      {"61000 ms", [](Bandwidth& b) { b.duration_ms = 61s; }},
      {"warm-up of -1 ms", [](Bandwidth& b) { b.warm_up_ms = -1ms; }},
      {"rate limit of -1 bit/s", [](Bandwidth& b) { b.rate_limit_bits_per_second = {-1}; }},
      {"'Cubic;'", [](Bandwidth& b) { b.congestion = "Cubic;"; }},
      {"'averyveryverylongname'", [](Bandwidth& b) { b.congestion = "averyveryverylongname"; }},
      {"DSCP 64, allowed are 0 to 63", [](Bandwidth& b) { b.dscp = 64; }},
      {"DSCP -1", [](Bandwidth& b) { b.dscp = -1; }},
      {"MSS of 87 octets, allowed are 88 to 32767", [](Bandwidth& b) { b.mss = 87; }},
      {"MSS of 40000", [](Bandwidth& b) { b.mss = 40000; }},
      {"cipher 'rc4', known are aes128gcm", [](Bandwidth& b) { b.cipher = "rc4"; }},
      {"records of 511 octets, allowed are 512 to 16384",
       [](Bandwidth& b) { b.record_octets = 511; }},
      {"records of 16385", [](Bandwidth& b) { b.record_octets = 16385; }}};
  for (auto const& row : rows) {
    Bandwidth probe;
    row.change(probe);
    EXPECT_NE(objection_to(probe).find(row.words), std::string::npos) << objection_to(probe);
  }
}

TEST(BandwidthSettings, AreTakenAtTheirBounds) {
  std::vector<std::function<void(Bandwidth&)>> const rows{
      [](Bandwidth&) {},
      [](Bandwidth& b) { b.streams = 32; },
      [](Bandwidth& b) { b.duration_ms = 60s; },
      [](Bandwidth& b) { b.rate_limit_bits_per_second = {1e15}; },
      [](Bandwidth& b) { b.byte_limit_bytes = {~std::uint64_t{0}}; },
      [](Bandwidth& b) { b.congestion = "system"; },
      [](Bandwidth& b) { b.congestion = "dctcp-2"; },
      [](Bandwidth& b) { b.dscp = 63; },
      [](Bandwidth& b) { b.mss = 88; },
      [](Bandwidth& b) { b.mss = 32767; },
      [](Bandwidth& b) { b.cipher = "chacha20"; },
      [](Bandwidth& b) { b.record_octets = 512; }};
  for (auto const& change : rows) {
    Bandwidth probe;
    change(probe);
    EXPECT_EQ(objection_to(probe), "");
  }
}

TEST(BandwidthResult, ComesBackFromJson) {
  Bandwidth::Result result;
  result.transport = Transport::tls;
  result.mode = BulkMode::verify;
  result.rate_bits_per_second = 5e9;
  result.limit = "receive_window";
  result.reverse = BulkFlow{};
  result.reverse->rate_bits_per_second = 4e9;
  result.reverse->timeline.at_ms = {100, 200};
  nlohmann::json const text = result;
  auto const back = text.get<Bandwidth::Result>();
  EXPECT_EQ(nlohmann::json(back), text);
  EXPECT_EQ(back.reverse.value().rate_bits_per_second, 4e9);
  EXPECT_EQ(back.mode, BulkMode::verify);
  result.reverse.reset();
  EXPECT_FALSE(nlohmann::json(result).get<Bandwidth::Result>().reverse.has_value());
}

TEST(BandwidthAssessment, FollowsFromTheCounters) {
  Bandwidth::Result result;
  EXPECT_EQ(assess(result).status, Status::fail);
  result.transferred_bytes = 1000;
  EXPECT_EQ(assess(result).status, Status::inconclusive);
  result.measured_seconds = 1;
  result.rate_bits_per_second = 9.4e9;
  result.streams = 8;
  EXPECT_EQ(assess(result).status, Status::ok);
  EXPECT_NE(assess(result).reason.find("8 TCP streams"), std::string::npos);
  result.limit = "sender_cpu";
  EXPECT_NE(assess(result).reason.find("CPU of the source"), std::string::npos);
  result.limit = "rate_limit";
  EXPECT_NE(assess(result).reason.find("own rate limit"), std::string::npos);
  result.reverse = BulkFlow{};
  result.reverse->rate_bits_per_second = 1e9;
  EXPECT_NE(assess(result).reason.find("1 Gbit/s back"), std::string::npos);
  EXPECT_EQ(assess(result).status, Status::ok);
  result.reverse->limit = "starved";
  result.reverse->limit_detail = "too busy";
  EXPECT_EQ(assess(result).status, Status::inconclusive);
  EXPECT_NE(assess(result).reason.find("too busy"), std::string::npos);
}
}  // namespace
}  // namespace leadline
