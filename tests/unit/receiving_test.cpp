#include "probes/gathering_pause.hpp"
#include "probes/receive_room.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace leadline {
namespace {
using namespace std::chrono_literals;
constexpr std::uintptr_t page = 4096;

/// How far behind it an octet is copied, in pages of their own, whose offset in its page is that
/// in the stream.
std::uintptr_t distance(std::span<std::byte> room, std::uint64_t position) {
  auto const at = reinterpret_cast<std::uintptr_t>(room.data());  // NOLINT(*-reinterpret-cast)
  return (at + page - position % page) % page;
}

class SocketPair : public testing::Test {
 protected:
  SocketPair() { EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends_.data()), 0); }

  ~SocketPair() override {
    for (int const end : ends_)
      if (end >= 0) ::close(end);
  }

  [[nodiscard]] int end() const { return ends_[0]; }

  [[nodiscard]] int other_end() const { return ends_[1]; }

  void close_other_end() { ::close(std::exchange(ends_[1], -1)); }

 private:
  std::array<int, 2> ends_{-1, -1};
};

class ReceiveRooms : public SocketPair {};

TEST_F(ReceiveRooms, AreNeverJustBehindWhereTheOctetsAreCopiedFrom) {
  constexpr std::size_t octets = 20'000;
  ReceiveRoom room{octets};
  std::vector<std::byte> const sent(octets, std::byte{7});
  std::uint64_t position = 0;
  std::uintptr_t before = 0;
  for (std::size_t i = 0; i < 1000; ++i) {
    auto const length = i < 100 ? octets : 1 + i * 1448 % octets;
    ASSERT_EQ(::send(other_end(), sent.data(), length, 0), static_cast<ssize_t>(length));
    auto const received = room.receive(end(), 0).value();
    ASSERT_EQ(received.size(), length);
    EXPECT_EQ(received.front(), sent.front());
    EXPECT_EQ(received.back(), sent.back());
    auto const now = distance(received, position);
    EXPECT_GE(now, page / 4);
    EXPECT_LE(now, 3 * page / 4);
    EXPECT_NE(now, before) << "who copies from elsewhere would stay where it is slow";
    before = now;
    position += length;
  }
}

TEST_F(ReceiveRooms, TellTheStreamsEndFromAFailure) {
  ReceiveRoom room{100};
  EXPECT_FALSE(room.receive(end(), MSG_DONTWAIT).has_value());
  EXPECT_EQ(errno, EAGAIN);
  close_other_end();
  EXPECT_TRUE(room.receive(end(), 0).value().empty());
}

class GatheringPauses : public SocketPair {
 protected:
  /// Whether there is a pause after each of many reads of so many octets: for that long it takes,
  /// however busy the machine.
  [[nodiscard]] bool come_after(std::size_t octets) const {
    GatheringPause pause{end()};
    auto const start = std::chrono::steady_clock::now();
    for (int i = 0; i < reads; ++i) pause.after(octets);
    return std::chrono::steady_clock::now() - start >= reads * 50us;
  }

  /// Whether there is none, by the kernel's count of how often the thread gave its processor up.
  [[nodiscard]] bool stay_away_after(std::size_t octets, int descriptor) const {
    GatheringPause pause{descriptor};
    auto const before = switches();
    for (int i = 0; i < reads; ++i) pause.after(octets);
    return switches() - before < reads / 2;
  }

  /// As much as the system allows; what came of it.
  [[nodiscard]] std::size_t set_buffer(int octets) const {
    EXPECT_EQ(::setsockopt(end(), SOL_SOCKET, SO_RCVBUF, &octets, sizeof octets), 0);
    socklen_t length = sizeof octets;
    EXPECT_EQ(::getsockopt(end(), SOL_SOCKET, SO_RCVBUF, &octets, &length), 0);
    return static_cast<std::size_t>(octets);
  }

 private:
  static constexpr int reads = 200;

  static long switches() {
    rusage used{};
    ::getrusage(RUSAGE_THREAD, &used);
    return used.ru_nvcsw;
  }
};

TEST_F(GatheringPauses, ComeAfterReadsThatAreNeitherSmallNorLarge) {
  EXPECT_GE(set_buffer(200'000), 80'000U);
  EXPECT_TRUE(come_after(8192));
  EXPECT_TRUE(come_after(9999));
  EXPECT_TRUE(stay_away_after(8191, end()));
  EXPECT_TRUE(stay_away_after(256U << 10U, end()));
}

TEST_F(GatheringPauses, StayAwayWhereTheyCouldCloseTheWindow) {
  auto const buffer = set_buffer(40'000);
  EXPECT_TRUE(come_after(buffer / 8 - 1));
  EXPECT_TRUE(stay_away_after(buffer / 8, end()));
}

TEST_F(GatheringPauses, StayAwayOfAConnectionThatIsClosed) {
  EXPECT_TRUE(stay_away_after(9000, -1));
}
}  // namespace
}  // namespace leadline
