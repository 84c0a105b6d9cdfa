#include "probes/bulk_channel.hpp"

#include "probes/bulk_pattern.hpp"
#include "probes/wire/batching_bio.hpp"
#include "tests/sanitizers.hpp"
#include "tests/unit/migration_certificates.hpp"
#include "tests/unit/refused_system_call.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstring>
#include <functional>
#include <pthread.h>
#include <set>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace leadline {
namespace {
using tcp = boost::asio::ip::tcp;

/// Two ends of one connection over loopback.
struct Connection {
  boost::asio::io_context context;
  tcp::acceptor acceptor{context, {boost::asio::ip::address_v4::loopback(), 0}};
  tcp::socket near{context};
  tcp::socket far{context};

  Connection() {
    near.connect(acceptor.local_endpoint());
    far = acceptor.accept();
  }
};

struct Transfer {
  std::uint64_t received{};
  std::string sender_failure;
  std::string receiver_failure;
  std::string sending;
  std::string cipher;
};

/// Sends so many octets of the pattern from one thread to another and ends; `before_sending` runs
/// in the sender's once the channel is open.
Transfer transfer(
    BulkChannel::Settings const& settings, std::uint64_t octets,
    std::function<void()> const& before_sending = [] {}) {
  Connection connection;
  Transfer seen;
  std::thread receiver{[&] {
    auto const channel = make_bulk_channel(connection.far.native_handle(), settings);
    if (channel->open(false))
      for (auto got = channel->receive(); got > 0; got = channel->receive())
        seen.received += static_cast<std::uint64_t>(got);
    seen.receiver_failure = channel->failure();
    connection.far.close();
  }};
  auto const channel = make_bulk_channel(connection.near.native_handle(), settings);
  if (channel->open(true)) {
    before_sending();
    for (auto left = octets; left > 0;) {
      auto const sent = channel->send(left);
      if (sent <= 0) break;
      left -= static_cast<std::uint64_t>(sent);
    }
    channel->finish();
  }
  receiver.join();
  seen.sender_failure = channel->failure();
  seen.sending = channel->sending();
  seen.cipher = channel->cipher();
  return seen;
}

class BulkChannels : public testing::Test {
 protected:
  ScratchDirectory scratch;
  std::shared_ptr<TlsIdentity const> identity =
      make_identity(scratch, "identity", make_cluster_authority("now"));
};

TEST_F(BulkChannels, CarryThePatternUnharmedInEveryMode) {
  for (auto const mode : {BulkMode::ceiling, BulkMode::migration, BulkMode::verify})
    for (std::uint64_t const octets : {1U, 4095U, 1U << 20U, 12'345'678U})
      for (auto const& used : {std::shared_ptr<TlsIdentity const>{}, identity}) {
        auto const seen = transfer({.mode = mode, .identity = used}, octets);
        EXPECT_EQ(seen.received, octets);
        EXPECT_EQ(seen.sender_failure, "");
        EXPECT_EQ(seen.receiver_failure, "");
        EXPECT_EQ(seen.sending, used ? "TLS" : "splice");
      }
}

TEST_F(BulkChannels, UseTheCipherAndTheRecordSizeThatWereAskedFor) {
  for (auto const& [cipher, suite] : std::vector<std::pair<std::string, std::string>>{
           {"aes128gcm", "TLS_AES_128_GCM_SHA256"},
           {"aes256gcm", "TLS_AES_256_GCM_SHA384"},
           {"chacha20", "TLS_CHACHA20_POLY1305_SHA256"}})
    for (int const record : {512, 4096, 16384}) {
      auto const seen = transfer({.mode = BulkMode::verify,
                                  .identity = identity,
                                  .cipher = cipher,
                                  .record_octets = record},
                                 3'000'001);
      EXPECT_EQ(seen.received, 3'000'001U) << seen.receiver_failure;
      EXPECT_EQ(seen.cipher, suite);
    }
}

TEST_F(BulkChannels, TakeTheCipherThatThePeersPolicyLeaves) {
  ASSERT_EQ(
      SSL_CTX_set_ciphersuites(identity->server().native_handle(), "TLS_CHACHA20_POLY1305_SHA256"),
      1);
  auto const seen = transfer({.mode = BulkMode::verify, .identity = identity}, 3'000'001);
  EXPECT_EQ(seen.received, 3'000'001U) << seen.receiver_failure;
  EXPECT_EQ(seen.cipher, "TLS_CHACHA20_POLY1305_SHA256");
}

struct SendingCall {
  char const* name;
  std::uint32_t number;
  bool tls;
  std::string sending;
};

TEST_F(BulkChannels, TryAgainWhenTheKernelHasNoBufferAtTheMoment) {
  constexpr std::uint64_t octets = 5'000'001;
  for (auto const& row : std::vector<SendingCall>{{"vmsplice", SYS_vmsplice, false, "splice"},
                                                  {"splice", SYS_splice, false, "splice"},
                                                  {"sendto", SYS_sendto, true, "TLS"}})
    for (int const error : {ENOBUFS, ENOMEM}) {
      Transfer seen;
      bool offered = true;
      PassingRefusal refusal{error, 3};
      std::thread{[&] {
        seen = transfer({.mode = BulkMode::verify, .identity = row.tls ? identity : nullptr},
                        octets, [&] { offered = refusal.begin(row.number); });
      }}.join();
      if (!offered) GTEST_SKIP() << "this kernel lets nobody judge system calls";
      EXPECT_EQ(seen.sender_failure, "") << row.name;
      EXPECT_EQ(seen.receiver_failure, "") << row.name;
      EXPECT_EQ(seen.received, octets) << row.name;
      EXPECT_EQ(seen.sending, row.sending);
    }
}

TEST_F(BulkChannels, SayThatTheKernelHasNoBufferWhenThatDoesNotPass) {
#ifdef LEADLINE_ADDRESS_SANITIZER
  // UBSan's vptr check looks at memory through a pipe, and calls it invalid where none can be made.
  GTEST_SKIP() << "the sanitizers need the system call that this test refuses";
#endif
  for (bool const tls : {false, true}) {
    Transfer seen;
    auto const start = std::chrono::steady_clock::now();
    std::thread{[&] {
      seen = transfer({.identity = tls ? identity : nullptr}, 5'000'001, [] {
        refuse_system_call(SYS_pipe2, EPERM);  // so that the plain one writes as well
        refuse_system_call(SYS_sendto, ENOBUFS);
      });
    }}.join();
    EXPECT_EQ(seen.sender_failure, "No buffer space available");
    EXPECT_EQ(seen.received, 0U);
    EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::seconds{1});
  }
}

std::atomic<int> key_updates;
std::atomic<int> records;
std::atomic<std::size_t> largest_record;

void note_message(int sending, int, int type, void const* octets, std::size_t size, SSL*, void*) {
  auto const* const text = static_cast<unsigned char const*>(octets);
  if (sending == 0) return;
  if (type == SSL3_RT_HANDSHAKE && size > 0 && text[0] == SSL3_MT_KEY_UPDATE) ++key_updates;
  if (type != SSL3_RT_HEADER) return;
  ++records;
  largest_record =
      std::max(largest_record.load(), (std::size_t{text[3]} << 8U) + std::size_t{text[4]});
}

TEST_F(BulkChannels, RenewTheKeyBeforeItIsUsedUp) {
  key_updates = 0;
  SSL_CTX_set_msg_callback(identity->client().native_handle(), note_message);
  auto const seen = transfer(
      {.mode = BulkMode::verify, .identity = identity, .records_per_key = 100}, 400 * 16384);
  EXPECT_EQ(seen.received, 400U * 16384);
  EXPECT_EQ(seen.receiver_failure, "");
  // 16 records a call: the key goes after the sixth.
  EXPECT_EQ(key_updates, 4);
}

TEST_F(BulkChannels, KeepRecordsToTheSizeThatWasAskedFor) {
  records = 0;
  largest_record = 0;
  SSL_CTX_set_msg_callback(identity->client().native_handle(), note_message);
  auto const seen =
      transfer({.mode = BulkMode::verify, .identity = identity, .record_octets = 4096}, 1U << 20U);
  EXPECT_EQ(seen.received, 1U << 20U);
  EXPECT_GE(records, 256);
  // The content type and the tag come on top (RFC 8446, 5.2).
  EXPECT_LE(largest_record, std::max<std::size_t>(4096 + 17, 2048));
}

TEST_F(BulkChannels, SayWhichOctetIsWrong) {
  Connection connection;
  auto const channel =
      make_bulk_channel(connection.far.native_handle(), {.mode = BulkMode::verify});
  std::vector<std::byte> octets(bulk_pattern().begin(), bulk_pattern().begin() + 1000);
  octets[700] ^= std::byte{0x01};
  boost::asio::write(connection.near, boost::asio::buffer(octets));
  connection.near.close();
  std::ptrdiff_t got = 1;
  while (got > 0) got = channel->receive();
  EXPECT_LT(got, 0);
  EXPECT_NE(channel->failure().find("octet 700 of the stream is 0x"), std::string::npos)
      << channel->failure();
}

TEST_F(BulkChannels, SayWhatGarbageIsInsteadOfTls) {
  Connection connection;
  std::string const garbage(1000, 'x');
  boost::asio::write(connection.near, boost::asio::buffer(garbage));
  auto const channel = make_bulk_channel(connection.far.native_handle(), {.identity = identity});
  EXPECT_FALSE(channel->open(false));
  EXPECT_EQ(channel->failure().find("TLS handshake: "), 0U) << channel->failure();
  EXPECT_GT(channel->failure().size(), sizeof "TLS handshake: ");
}

TEST_F(BulkChannels, SayThatThePeerIsGone) {
  for (auto const mode : {BulkMode::ceiling, BulkMode::migration}) {
    Connection connection;
    auto const channel = make_bulk_channel(connection.near.native_handle(), {.mode = mode});
    connection.far.set_option(boost::asio::socket_base::linger{true, 0});
    connection.far.close();
    std::thread{[&] {  // a thread of its own: as a stream does, it blocks SIGPIPE
      sigset_t pipe;
      sigemptyset(&pipe);
      sigaddset(&pipe, SIGPIPE);
      pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
      std::ptrdiff_t sent = 1;
      while (sent > 0) sent = channel->send(1U << 20U);
      EXPECT_LT(sent, 0);
    }}
        .join();
    EXPECT_FALSE(channel->failure().empty());
  }
}

TEST(BatchingBio, SendsManyRecordsInOneCall) {
  std::array<int, 2> ends{};
  // One send is one message there.
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends.data()), 0);
  {
    BatchingBio socket{ends[0]};
    auto const bio = socket.bio();
    std::string const record(5000, 'r');
    for (int i = 0; i < 16; ++i) EXPECT_EQ(BIO_write(bio.get(), record.data(), 5000), 5000);
    std::vector<char> message(200'000);
    EXPECT_LT(::recv(ends[1], message.data(), message.size(), MSG_DONTWAIT), 0);
    EXPECT_EQ(BIO_flush(bio.get()), 1);
    EXPECT_EQ(::recv(ends[1], message.data(), message.size(), MSG_DONTWAIT), 16 * 5000);
  }
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST(BatchingBio, FetchesManyRecordsInOneCall) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends.data()), 0);
  {
    BatchingBio socket{ends[0]};
    auto const bio = socket.bio();
    std::vector<char> const message(std::size_t{16} * 5000, 'r');
    for (int i = 0; i < 2; ++i)
      ASSERT_EQ(::send(ends[1], message.data(), message.size(), 0), 16 * 5000);
    std::array<char, 5000> record{};
    for (int left = 15; left >= 0; --left) {
      ASSERT_EQ(BIO_read(bio.get(), record.data(), 5000), 5000);
      EXPECT_EQ(socket.pending(), static_cast<std::size_t>(left) * 5000U);
    }
  }
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST(BulkPattern, LeavesNothingToCompress) {
  auto const pattern = bulk_pattern();
  std::array<int, 256> count{};
  std::set<std::uint64_t> words;
  for (std::size_t at = 0; at < pattern.size(); at += sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, pattern.data() + at, sizeof word);
    words.insert(word);
    for (std::size_t i = 0; i < sizeof word; ++i)
      ++count.at(std::to_integer<std::size_t>(pattern[at + i]));
  }
  EXPECT_EQ(words.size(), pattern.size() / sizeof(std::uint64_t)) << "something is there twice";
  // 4096 of each octet are to be expected, give or take 64.
  EXPECT_GT(std::ranges::min(count), 4096 - 6 * 64);
  EXPECT_LT(std::ranges::max(count), 4096 + 6 * 64);
}

TEST(PatternCheck, AcceptsThePatternHoweverItIsCut) {
  PatternCheck check;
  auto const pattern = bulk_pattern();
  std::vector<std::byte> three;
  for (int i = 0; i < 3; ++i) three.insert(three.end(), pattern.begin(), pattern.end());
  std::span<std::byte const> rest = three;
  for (std::size_t cut = 1; !rest.empty(); cut = cut * 3 + 1) {
    auto const length = std::min(cut, rest.size());
    EXPECT_TRUE(check.accept(rest.first(length)));
    rest = rest.subspan(length);
  }
  EXPECT_FALSE(check.accept(pattern.subspan(1, 10)));
  EXPECT_NE(check.mismatch().find("octet 3145728 "), std::string::npos) << check.mismatch();
}
}  // namespace
}  // namespace leadline
