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

  /// How often the reader sleeps in so many reads of so much, by the kernel's count of what it
  /// gave up.
  [[nodiscard]] long sleeps(int reads, std::size_t octets) const {
    GatheringPause pause{ends_[0]};
    auto const before = switches();
    for (int i = 0; i < reads; ++i) pause.after(octets);
    return switches() - before;
  }

  void set_buffer(int octets) const {
    ASSERT_EQ(::setsockopt(ends_[0], SOL_SOCKET, SO_RCVBUF, &octets, sizeof octets), 0);
  }

  static long switches() {
    rusage used{};
    ::getrusage(RUSAGE_THREAD, &used);
    return used.ru_nvcsw;
  }

 private:
  std::array<int, 2> ends_{-1, -1};
};

TEST_F(GatheringPauses, ComeAfterReadsThatAreNotLarge) {
  set_buffer(200'000);  // the kernel doubles it
  EXPECT_GE(sleeps(100, 8192), 100);
  EXPECT_GE(sleeps(100, 49'000), 100);
  EXPECT_LT(sleeps(100, 256U << 10U), 50);
}

TEST_F(GatheringPauses, GetLongerTheLessIsRead) {
  using namespace std::chrono_literals;
  GatheringPause pause{-1};  // that none is made is not to be waited for
  EXPECT_EQ(pause.length(), 50us);
  for (auto const longer : {100us, 200us, 400us, 400us}) {
    pause.after(32'767);
    EXPECT_EQ(pause.length(), longer);
  }
  pause.after(32'768);
  pause.after(131'071);
  EXPECT_EQ(pause.length(), 400us);
  for (auto const shorter : {200us, 100us, 50us, 50us}) {
    pause.after(131'072);
    EXPECT_EQ(pause.length(), shorter);
  }
}

TEST_F(GatheringPauses, ComeNotWhereTheyCouldCloseTheWindow) {
  set_buffer(40'000);
  EXPECT_GE(sleeps(100, 9'999), 100);
  EXPECT_LT(sleeps(100, 10'001), 50);
}

TEST_F(GatheringPauses, ComeNotOnAConnectionThatIsClosed) {
  GatheringPause pause{-1};
  auto const before = switches();
  for (int i = 0; i < 100; ++i) pause.after(9000);
  EXPECT_LT(switches() - before, 50);
}
}  // namespace
}  // namespace leadline
