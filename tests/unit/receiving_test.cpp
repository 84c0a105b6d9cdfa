#include "probes/gathering_pause.hpp"
#include "probes/receive_room.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

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

TEST(ReceiveRoom, IsNeverJustBehindWhereTheOctetsAreCopiedFrom) {
  constexpr std::size_t octets = 1U << 20U;
  ReceiveRoom room{octets};
  std::uint64_t position = 0;
  auto before = distance(room.next(position), position);
  for (int i = 0; i < 1000; ++i) {
    position += i < 100 ? octets : static_cast<std::uint64_t>(i) * 1448;
    auto const next = room.next(position);
    EXPECT_EQ(next.size(), octets);
    auto const now = distance(next, position);
    EXPECT_GE(now, page / 4);
    EXPECT_LE(now, 3 * page / 4);
    EXPECT_NE(now, before) << "who copies from elsewhere would stay where it is slow";
    before = now;
    next.front() = next.back() = std::byte{1};  // for the address sanitizer
  }
}

class GatheringPauses : public testing::Test {
 protected:
  GatheringPauses() { EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends_.data()), 0); }

  ~GatheringPauses() override {
    for (int const end : ends_) ::close(end);
  }

  /// Whether there is a pause after each of many reads of so many octets: for that long it takes,
  /// however busy the machine.
  [[nodiscard]] bool come_after(std::size_t octets) const {
    GatheringPause pause{ends_[0]};
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
    EXPECT_EQ(::setsockopt(ends_[0], SOL_SOCKET, SO_RCVBUF, &octets, sizeof octets), 0);
    socklen_t length = sizeof octets;
    EXPECT_EQ(::getsockopt(ends_[0], SOL_SOCKET, SO_RCVBUF, &octets, &length), 0);
    return static_cast<std::size_t>(octets);
  }

  [[nodiscard]] int end() const { return ends_[0]; }

 private:
  static constexpr int reads = 200;

  static long switches() {
    rusage used{};
    ::getrusage(RUSAGE_THREAD, &used);
    return used.ru_nvcsw;
  }

  std::array<int, 2> ends_{-1, -1};
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
