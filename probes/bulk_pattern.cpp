#include "probes/bulk_pattern.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <memory>
#include <mutex>
#include <new>
#include <sys/mman.h>

namespace leadline {
namespace {
constexpr std::size_t pattern_octets = 1U << 20U;
constexpr std::size_t huge_page_octets = 2U << 20U;

/// Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014 (splitmix64).
std::uint64_t next_random(std::uint64_t& state) {
  std::uint64_t z = (state += 0x9e3779b97f4a7c15U);
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31U);
}

/// One transparent huge page if the node has one: a page is then one fragment of a packet, not 512.
/// None of the pool (MAP_HUGETLB): it belongs to VMs, and where a pod may have none of it, the
/// kernel says so by SIGBUS at the first touch and not here.
std::byte* map_memory() {
  // Twice as much, so that a huge page fits in somewhere at its alignment.
  void* const plain = ::mmap(nullptr, 2 * huge_page_octets, PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (plain == MAP_FAILED) throw std::bad_alloc{};
  void* aligned = plain;
  std::size_t room = 2 * huge_page_octets;
  std::align(huge_page_octets, huge_page_octets, aligned, room);
  ::madvise(aligned, huge_page_octets, MADV_HUGEPAGE);
  return static_cast<std::byte*>(aligned);
}

/// The memory stays where it is; what is in it comes with the first user and goes with the last.
struct Pattern {
  std::byte* memory{map_memory()};
  std::mutex mutex;  ///< of users, and of filling and emptying
  int users{};
  std::atomic<bool> filled;
};

Pattern& the_pattern() {
  static Pattern pattern;
  return pattern;
}

void fill(Pattern& pattern) {
  std::lock_guard const lock{pattern.mutex};
  if (pattern.filled.load(std::memory_order_relaxed)) return;
  ::mprotect(pattern.memory, huge_page_octets, PROT_READ | PROT_WRITE);
  std::uint64_t state = 0;
  for (std::size_t at = 0; at < pattern_octets; at += sizeof state) {
    auto const random = next_random(state);
    std::memcpy(pattern.memory + at, &random, sizeof random);
  }
  ::mprotect(pattern.memory, huge_page_octets, PROT_READ);
  pattern.filled.store(true, std::memory_order_release);
}
}  // namespace

std::span<std::byte const> bulk_pattern() {
  auto& pattern = the_pattern();
  if (!pattern.filled.load(std::memory_order_acquire)) fill(pattern);
  return {pattern.memory, pattern_octets};
}

BulkPatternUse::BulkPatternUse() {
  auto& pattern = the_pattern();
  std::lock_guard const lock{pattern.mutex};
  ++pattern.users;
}

BulkPatternUse::~BulkPatternUse() {
  auto& pattern = the_pattern();
  std::lock_guard const lock{pattern.mutex};
  if (--pattern.users > 0 || !pattern.filled.load(std::memory_order_relaxed)) return;
  // Where the kernel refuses (locked memory) all stays as it is.
  if (::madvise(pattern.memory, huge_page_octets, MADV_DONTNEED) == 0)
    pattern.filled.store(false, std::memory_order_release);
}

bool PatternCheck::accept(std::span<std::byte const> arrived) {
  while (mismatch_.empty() && !arrived.empty()) {
    auto const rest = bulk_pattern().subspan(position_ % pattern_octets);
    auto const length = std::min(rest.size(), arrived.size());
    if (std::memcmp(rest.data(), arrived.data(), length) != 0) {
      auto const [is, should] = std::ranges::mismatch(arrived.first(length), rest.first(length));
      mismatch_ =
          fmt::format("octet {} of the stream is 0x{:02x} instead of 0x{:02x}",
                      position_ + static_cast<std::uint64_t>(is - arrived.first(length).begin()),
                      std::to_integer<unsigned>(*is), std::to_integer<unsigned>(*should));
      break;
    }
    position_ += length;
    arrived = arrived.subspan(length);
  }
  return mismatch_.empty();
}
}  // namespace leadline
