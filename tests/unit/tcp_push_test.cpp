#include "probes/tcp_push.hpp"

#include "probes/core/within.hpp"
#include "probes/tcp_push_report.hpp"
#include "probes/wire/frame.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace leadline {
namespace {
namespace asio = boost::asio;
using asio::ip::tcp;

constexpr NodeIndex source = 3;
constexpr NodeIndex target = 7;

/// Takes one connection as the responder does, then serves it in the way under test.
struct Peer {
  using Serve = std::function<asio::awaitable<void>(tcp::socket, Preamble)>;

  asio::io_context loop{1};
  RunKey key = RunKey::random();
  NodeIndex self = target;
  Serve serve = serve_push;
  tcp::acceptor acceptor{loop, {asio::ip::make_address("127.0.0.1"), 0}};

  asio::awaitable<void> take_one() {
    auto [error, socket] = co_await acceptor.async_accept(no_throw);
    if (error) co_return;
    Preamble::Packed packed{};
    auto const [unread, in] = co_await asio::async_read(socket, asio::buffer(packed), no_throw);
    if (unread) co_return;
    auto const preamble = decode_preamble(packed, key);
    if (!preamble) co_return;
    Welcome const welcome{.status = Welcome::Status::accepted,
                          .answered_by = self,
                          .nonce = preamble->nonce,
                          .seen_address = asio::ip::make_address("127.0.0.1")};
    auto const answer = encode(welcome, key);
    co_await asio::async_write(socket, asio::buffer(answer), no_throw);
    auto serving = serve(std::move(socket), *preamble);
    co_await std::move(serving);
  }

  [[nodiscard]] TcpPush probe() const {
    TcpPush probe;
    probe.path.passport = {.run = 1, .key = key, .self = source};
    probe.path.peer = target;
    probe.path.source = asio::ip::make_address("127.0.0.1");
    probe.path.target = probe.path.source;
    probe.path.tcp_ports = {acceptor.local_endpoint().port()};
    return probe;
  }

  Expected<TcpPush::Result> result_of(TcpPush probe) {
    auto served = asio::co_spawn(loop, take_one(), asio::use_future);
    auto result = asio::co_spawn(loop, run(std::move(probe)), asio::use_future);
    while (result.wait_for(std::chrono::seconds{0}) != std::future_status::ready) loop.run_one();
    acceptor.close();
    loop.run();
    served.get();
    return result.get();
  }
};

asio::awaitable<void> report_nothing_arrived(tcp::socket socket, Preamble /*preamble*/) {
  TcpPushReport const report{.arrived_bytes = 0, .receiver = tcp_snapshot(socket.native_handle())};
  co_await write_report(&socket, report);
  std::vector<char> rest(1 << 20);  // stay until the pusher gives up
  co_await asio::async_read(socket, asio::buffer(rest), no_throw);
}

asio::awaitable<void> say_nothing(tcp::socket socket, Preamble /*preamble*/) {
  std::vector<char> rest(1 << 21);
  co_await asio::async_read(socket, asio::buffer(rest), no_throw);
}

/// Instead of a report; then reads on, as a close before the end would reset the connection.
asio::awaitable<void> say(tcp::socket socket, std::string text) {
  co_await asio::async_write(socket, asio::buffer(text), no_throw);
  std::vector<char> rest(1 << 20);
  co_await asio::async_read(socket, asio::buffer(rest), no_throw);
}

asio::awaitable<void> report_garbage(tcp::socket socket, Preamble /*preamble*/) {
  return say(std::move(socket), frame("oops"));
}

asio::awaitable<void> report_more_than_there_is(tcp::socket socket, Preamble /*preamble*/) {
  nlohmann::json report = TcpPushReport{.arrived_bytes = 1, .receiver = {}};
  report["arrived_bytes"] = 8e38;
  return say(std::move(socket), frame(report.dump()));
}

asio::awaitable<void> announce_a_huge_report(tcp::socket socket, Preamble /*preamble*/) {
  std::string const length{"\x7f\xff\xff\xff", 4};
  co_await asio::async_write(socket, asio::buffer(length), no_throw);
  std::vector<char> rest(1 << 20);
  co_await asio::async_read(socket, asio::buffer(rest), no_throw);
}

TEST(TcpPush, CarriesEverythingOverAHealthyPath) {
  Peer peer;
  auto const r = peer.result_of(peer.probe());
  ASSERT_TRUE(r.has_value()) << describe(r.error());
  EXPECT_TRUE(r->connected);
  EXPECT_TRUE(r->peer_reported);
  EXPECT_EQ(r->pushed_bytes, 262144U);
  EXPECT_EQ(r->arrived_bytes, 262144U);
  EXPECT_GE(r->receiver.received_bytes, 262144U);
  EXPECT_FALSE(r->sender.congestion_control.empty());
  EXPECT_EQ(r->clamped_mss_octets, 0U);
  EXPECT_EQ(assess(*r).status, Status::ok);
}

TEST(TcpPush, SaysWhenNothingArrived) {
  Peer peer{.serve = report_nothing_arrived};
  auto const r = peer.result_of(peer.probe());
  ASSERT_TRUE(r.has_value()) << describe(r.error());
  EXPECT_TRUE(r->peer_reported);
  EXPECT_EQ(r->arrived_bytes, 0U);
  EXPECT_EQ(assess(*r).status, Status::fail);
}

TEST(TcpPush, TakesNoReportFromAPeerThatTalksNonsense) {
  for (auto const& nonsense : std::vector<Peer::Serve>{report_garbage, report_more_than_there_is,
                                                       announce_a_huge_report}) {
    Peer peer{.serve = nonsense};
    auto const r = peer.result_of(peer.probe());
    ASSERT_TRUE(r.has_value()) << describe(r.error());
    EXPECT_FALSE(r->peer_reported);
    EXPECT_NE(assess(*r).status, Status::ok);
  }
}

TEST(TcpPush, NeverPushesMoreThanTheServerReads) {
  Peer peer;
  auto probe = peer.probe();
  probe.push_bytes = 1ULL << 40U;
  auto const r = peer.result_of(probe);
  ASSERT_TRUE(r.has_value()) << describe(r.error());
  EXPECT_EQ(r->arrived_bytes, 1U << 20U);
}

TEST(TcpPush, TriesTheNextPortWhereOneRefuses) {
  Peer peer;
  auto probe = peer.probe();
  tcp::acceptor closed{peer.loop, {asio::ip::make_address("127.0.0.1"), 0}};
  auto const port = closed.local_endpoint().port();
  closed.close();
  probe.path.tcp_ports.insert(probe.path.tcp_ports.begin(), port);
  auto const r = peer.result_of(probe);
  ASSERT_TRUE(r.has_value()) << describe(r.error());
  EXPECT_EQ(r->arrived_bytes, 262144U);
}

TEST(TcpPush, CannotBeWhereEveryPortRefuses) {
  Peer peer;
  auto const probe = peer.probe();
  peer.acceptor.close();
  auto const r = peer.result_of(probe);
  ASSERT_FALSE(r.has_value());
  EXPECT_EQ(r.error().stage, Error::Stage::connect);
  EXPECT_EQ(r.error().code, boost::system::errc::connection_refused);
}

TEST(TcpPush, PushesNothingToAnotherNode) {
  Peer peer{.self = target + 1};
  auto const r = peer.result_of(peer.probe());
  ASSERT_FALSE(r.has_value());
  EXPECT_EQ(r.error().stage, Error::Stage::handshake);
}

TEST(TcpPush, EndsInTimeWhereThePeerIsSilent) {
  Peer peer{.serve = say_nothing};
  auto probe = peer.probe();
  probe.timeout_ms = std::chrono::milliseconds{50};
  auto const r = peer.result_of(probe);
  ASSERT_TRUE(r.has_value()) << describe(r.error());
  EXPECT_TRUE(r->connected);
  EXPECT_FALSE(r->peer_reported);
  EXPECT_LT(r->elapsed_ms, 1000);
}

TEST(TcpPush, IsRefusedByAPeerOfAnotherRun) {
  Peer peer;
  auto probe = peer.probe();
  probe.path.passport.key = RunKey::random();  // the peer hangs up on what it cannot verify
  auto const r = peer.result_of(probe);
  ASSERT_FALSE(r.has_value());
  EXPECT_EQ(r.error().stage, Error::Stage::handshake);
}

TEST(TcpPush, ClampedMssShowsAsAnMssThatNeitherEndNorThePathExplains) {
  struct Row {
    char const* what;
    Family family;
    TcpSnapshot sender, receiver;
    std::uint32_t clamped;
  };

  auto const end = [](std::uint32_t send, std::uint32_t advertised, std::uint32_t mtu,
                      bool timestamps = true) {
    return TcpSnapshot{
        .timestamps = timestamps, .send_mss = send, .advertised_mss = advertised, .path_mtu = mtu};
  };
  for (auto const& row : std::vector<Row>{
           {"1500", Family::ipv4, end(1448, 1448, 1500), end(1448, 1448, 1500), 0},
           {"9000", Family::ipv4, end(8948, 8948, 9000), end(8948, 8948, 9000), 0},
           {"9000, v6", Family::ipv6, end(8928, 8928, 9000), end(8928, 8928, 9000), 0},
           {"the peer's link is smaller", Family::ipv4, end(1448, 8948, 9000),
            end(1448, 1448, 1500), 0},
           {"own path MTU is smaller", Family::ipv4, end(1398, 8948, 1450), end(8948, 8948, 9000),
            0},
           {"no timestamps", Family::ipv4, end(1460, 1460, 1500, false),
            end(1460, 1460, 1500, false), 0},
           {"loopback", Family::ipv4, end(32768, 65483, 65535), end(32768, 65483, 65535), 0},
           {"the peer did not say", Family::ipv4, end(1348, 1448, 1500), {}, 0},
           {"clamped to 1360", Family::ipv4, end(1348, 1448, 1500), end(1448, 1448, 1500), 1360},
           {"clamped in a jumbo network", Family::ipv4, end(1398, 8948, 9000),
            end(8948, 8948, 9000), 1410},
           {"clamped, v6", Family::ipv6, end(1328, 1428, 1500), end(1428, 1428, 1500), 1340},
           {"clamped, no timestamps", Family::ipv4, end(1360, 1460, 1500, false),
            end(1460, 1460, 1500, false), 1360}})
    EXPECT_EQ(clamped_mss(row.family, row.sender, row.receiver), row.clamped) << row.what;
}

/// 1024 octets of payload at first, where net.ipv4.tcp_mtu_probing is 2.
TEST(TcpPush, AnMssThatTheOwnKernelProbesIsNoClamp) {
  auto const end = [](std::uint32_t send, std::uint32_t advertised, std::uint32_t mtu) {
    return TcpSnapshot{
        .timestamps = true, .send_mss = send, .advertised_mss = advertised, .path_mtu = mtu};
  };
  auto const peer = end(1448, 1448, 1500);
  EXPECT_EQ(clamped_mss(Family::ipv4, end(1024, 1448, 1500), peer), 1036U);
  EXPECT_EQ(clamped_mss(Family::ipv4, end(1024, 1448, 1500), peer, 1024), 0U);
  EXPECT_EQ(clamped_mss(Family::ipv6, end(1012, 1428, 1500), end(1428, 1428, 1500), 1024), 0U);
  EXPECT_EQ(clamped_mss(Family::ipv4, end(1212, 1448, 1500), peer, 1024), 0U);  // it has risen
  EXPECT_EQ(clamped_mss(Family::ipv4, end(948, 1448, 1500), peer, 1024), 960U);
}

TEST(TcpPush, TheKernelProbesFromTheStartOnlyWhereItIsToldTo) {
  EXPECT_EQ(mss_probed_from({2}, {1024}), 1024U);
  EXPECT_EQ(mss_probed_from({2}, {512}), 512U);
  EXPECT_EQ(mss_probed_from({2}, {}), 1024U);
  EXPECT_EQ(mss_probed_from({1}, {1024}), 0U);
  EXPECT_EQ(mss_probed_from({0}, {1024}), 0U);
  EXPECT_EQ(mss_probed_from({}, {}), 0U);
}

TEST(TcpPush, AssessmentTellsAStallFromSilence) {
  struct Row {
    TcpPush::Result result;
    Status status;
    char const* part;
  };

  for (auto const& row : std::vector<Row>{
           {{}, Status::fail, "no connection"},
           {{.connected = true, .pushed_bytes = 9, .arrived_bytes = 9, .peer_reported = true},
            Status::ok,
            "all 9 octets"},
           {{.connected = true,
             .pushed_bytes = 9,
             .arrived_bytes = 9,
             .peer_reported = true,
             .clamped_mss_octets = 1360},
            Status::warn,
            "MSS to 1360"},
           {{.connected = true, .pushed_bytes = 9, .peer_reported = true},
            Status::fail,
            "MTU black hole"},
           {{.connected = true, .pushed_bytes = 9, .arrived_bytes = 4, .peer_reported = true},
            Status::warn,
            "slow: 4 of 9"},
           {{.connected = true, .pushed_bytes = 9}, Status::fail, "stalled"},
           {{.connected = true, .pushed_bytes = 99999, .sender = {.acknowledged_bytes = 50000}},
            Status::warn,
            "50000 of 99999 octets acknowledged"}}) {
    auto const a = assess(row.result);
    EXPECT_EQ(a.status, row.status) << a.reason;
    EXPECT_NE(a.reason.find(row.part), std::string::npos) << a.reason;
  }
}
}  // namespace
}  // namespace leadline
