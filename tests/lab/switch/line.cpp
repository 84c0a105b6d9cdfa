#include "tests/lab/switch/line.hpp"

#include <algorithm>

namespace leadline::lab {
namespace {
bool is_perfect(Impairment impairment) {
  impairment.mtu = Impairment{}.mtu;
  impairment.queue = Impairment{}.queue;
  impairment.held_back = Impairment{}.held_back;
  return impairment == Impairment{};
}
}  // namespace

std::string_view format(DropReason reason) {
  switch (reason) {
    case DropReason::malformed:
      return "malformed";
    case DropReason::cut:
      return "cut";
    case DropReason::mtu:
      return "mtu";
    case DropReason::icmp:
      return "icmp";
    case DropReason::loss:
      return "loss";
    case DropReason::queue_full:
      return "queue_full";
    case DropReason::tagged_on_access:
      return "tagged_on_access";
    case DropReason::vlan_not_allowed:
      return "vlan_not_allowed";
    case DropReason::no_native_vlan:
      return "no_native_vlan";
    case DropReason::write_failed:
      return "write_failed";
    case DropReason::count:
      break;
  }
  return "unknown";
}

Line::Line(Impairment const& impairment, std::uint64_t seed)
    : impairment_{impairment}, perfect_{is_perfect(impairment)}, random_{seed} {}

// Not std::uniform_real_distribution: its numbers differ between standard libraries.
bool Line::chance(double share) {
  return share > 0 && static_cast<double>(random_() >> 11U) * 0x1p-53 < share;
}

std::optional<DropReason> Line::reason_to_drop(FrameOutline const& frame) {
  if (frame.ip_octets > impairment_.mtu.octets) return DropReason::mtu;
  if (perfect_) return std::nullopt;
  if (impairment_.cut) return DropReason::cut;
  if (frame.icmp_error && impairment_.drop_icmp_errors) return DropReason::icmp;
  if (chance(impairment_.loss)) return DropReason::loss;
  return std::nullopt;
}

Passage Line::pass(FrameOutline const& frame, TimePoint now) {
  auto reason = reason_to_drop(frame);
  if (!reason && impairment_.rate.per_second > 0) {
    std::chrono::duration<double> const backlog = std::max(sent_until_, now) - now;
    auto const waiting = backlog.count() * impairment_.rate.per_second / 8.0;
    if (waiting + static_cast<double>(frame.octets) > static_cast<double>(impairment_.queue.count))
      reason = DropReason::queue_full;
  }
  if (reason) {
    counters.drop(*reason);
    return {};
  }
  ++counters.forwarded_frames;
  counters.forwarded_octets += frame.octets;
  if (perfect_) return {.due = now, .duplicate_due = std::nullopt};
  auto const due = leave(frame, now);
  Passage passage{.due = due, .duplicate_due = std::nullopt};
  if (chance(impairment_.duplication)) passage.duplicate_due = due;
  return passage;
}

TimePoint Line::leave(FrameOutline const& frame, TimePoint now) {
  auto due = now;
  if (impairment_.rate.per_second > 0) {
    std::chrono::duration<double> const sending{static_cast<double>(frame.octets) * 8.0 /
                                                impairment_.rate.per_second};
    sent_until_ = std::max(sent_until_, now) +
                  std::chrono::round<std::chrono::steady_clock::duration>(sending);
    due = sent_until_;
  }
  due += impairment_.delay;
  if (impairment_.jitter.count() > 0) {
    auto const span = static_cast<std::uint64_t>((2 * impairment_.jitter.count()) + 1);
    auto const offset = static_cast<std::int64_t>(random_() % span) - impairment_.jitter.count();
    due = std::max(now, due + std::chrono::nanoseconds{offset});
  }
  due = std::max(due, last_arrival_);
  // A frame that is held back does not hold back those behind it: that is the reordering.
  if (chance(impairment_.reordering)) return due + impairment_.held_back;
  last_arrival_ = due;
  return due;
}
}  // namespace leadline::lab
