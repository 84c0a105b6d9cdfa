#include "probes/bulk_limit.hpp"

#include "probes/core/quantity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace leadline {
namespace {
/// A thread that is this busy has no time left to move more.
constexpr double busy_share = 0.9;
/// Headers and gaps take up to 6 % of an Ethernet at an MTU of 1500.
constexpr double of_the_link = 0.9;
/// What carries more than its speed does not have it: a veth says 10 Gbit/s, and no wire is there.
constexpr double beyond_the_link = 1.1;
constexpr double of_the_limit = 0.9;
/// An agent's own cap is 10 Gbit/s unless it is told another: on a link that is no faster the link
/// is what holds the flow, and would without the cap.
constexpr double no_faster = 1.05;
/// Of the time in which there was something to send. By the kernel's count, which ends while it
/// paces, a flow that a window alone holds back waits for it for .44 to .50 of the time, and one
/// that the network holds back for .03 (bbr over 20 ms and over 100 Mbit/s).
constexpr double window_share = 0.3;

/// One sample. A queue of 1 MiB takes 84 ms to pass 100 Mbit/s.
constexpr double shortest_measurement = 0.1;

using Found = std::optional<FlowLimit>;

Found starvation(std::string_view name, char const* end, ScheduleDelay const& delay) {
  if (!starved(delay)) return std::nullopt;
  return FlowLimit{
      .name = std::string{name},
      .detail = fmt::format("the {}'s machine was too busy to measure: {} of {} samples more than "
                            "20 ms late, the worst {:.0f} ms",
                            end, delay.late, delay.samples, delay.worst_ms)};
}

bool reached_byte_limit(FlowFacts const& facts) {
  return facts.byte_limit.count != 0 && facts.transferred_bytes >= facts.byte_limit.count;
}

Found too_short(FlowFacts const& facts) {
  if (!cut_short(facts)) return std::nullopt;
  return FlowLimit{
      .name = "byte_limit",
      .detail = fmt::format("the {} that the test was allowed were over after {:.0f} ms, too soon "
                            "to measure a rate: raise the limit",
                            format(facts.byte_limit), 1000 * facts.measured_seconds)};
}

Found stall(FlowFacts const& facts) {
  if (facts.rate.per_second > 0 || facts.transferred_bytes == 0 || facts.measured_seconds <= 0)
    return std::nullopt;
  return FlowLimit{
      .name = std::string{flow_stalled},
      .detail = fmt::format("{} arrived at first, then nothing for {:.1f} s",
                            format(Bytes{facts.transferred_bytes}), facts.measured_seconds)};
}

Found rate_limit(FlowFacts const& facts) {
  auto const limit = facts.rate_limit.per_second;
  if (limit <= 0 || facts.rate.per_second < of_the_limit * limit) return std::nullopt;
  return FlowLimit{
      .name = "rate_limit",
      .detail = fmt::format("held at the {} that the test was allowed", format(facts.rate_limit))};
}

std::string describe_load(char const* end, ThreadLoad const& load) {
  if (load.busiest_share > busy_share)
    return fmt::format("the {}'s thread of stream {} is {:.0f} % busy", end,
                       load.busiest_stream + 1, 100 * load.busiest_share);
  return fmt::format("all processors of the {} are {:.0f} % busy with the streams", end,
                     100 * load.all_share);
}

Found processors(FlowFacts const& facts) {
  auto const sender = std::max(facts.sender.busiest_share, facts.sender.all_share);
  auto const receiver = std::max(facts.receiver.busiest_share, facts.receiver.all_share);
  if (std::max(sender, receiver) <= busy_share) return std::nullopt;
  bool const at_sender = sender >= receiver;
  auto detail =
      at_sender ? describe_load("sender", facts.sender) : describe_load("receiver", facts.receiver);
  if (std::min(sender, receiver) > busy_share)
    detail += "; " + (at_sender ? describe_load("receiver", facts.receiver)
                                : describe_load("sender", facts.sender));
  return FlowLimit{.name = at_sender ? "sender_cpu" : "receiver_cpu", .detail = std::move(detail)};
}

Found byte_limit(FlowFacts const& facts) {
  if (!reached_byte_limit(facts)) return std::nullopt;
  return FlowLimit{.name = "byte_limit",
                   .detail = fmt::format("ended after the {} that the test was allowed",
                                         format(facts.byte_limit))};
}

Found link(FlowFacts const& facts) {
  auto const speed = facts.link_speed.per_second;
  if (speed <= 0 || facts.rate.per_second < of_the_link * speed) return std::nullopt;
  if (facts.rate.per_second > beyond_the_link * speed) return std::nullopt;
  return FlowLimit{
      .name = "link_speed",
      .detail = fmt::format("{:.0f} % of a link of {}", 100 * facts.rate.per_second / speed,
                            format(facts.link_speed))};
}

Found link_within_the_limit(FlowFacts const& facts) {
  if (facts.link_speed.per_second > no_faster * facts.rate_limit.per_second) return std::nullopt;
  return link(facts);
}

/// The window that the sender waited for longer, if long enough.
Found windows(FlowFacts const& facts) {
  auto const receiver = facts.receive_window_limited_seconds;
  auto const buffer = facts.send_buffer_limited_seconds;
  auto const waited = std::max(receiver, buffer);
  if (facts.busy_seconds <= 0 || waited < window_share * facts.busy_seconds) return std::nullopt;
  bool const at_receiver = receiver >= buffer;
  return FlowLimit{
      .name = at_receiver ? "receive_window" : "send_buffer",
      .detail = fmt::format("the sender waited for {} in {:.0f} % of the time",
                            at_receiver ? "the receiver's window" : "room in its send buffer",
                            100 * waited / facts.busy_seconds)};
}

FlowLimit network(FlowFacts const& facts) {
  if (facts.rate.per_second <= 0) return {};
  return {.name = "network",
          .detail = fmt::format("{} segments sent again; the kernel sees {} delivered",
                                facts.retransmitted_segments, format(facts.delivery_rate))};
}
}  // namespace

bool cut_short(FlowFacts const& facts) {
  return reached_byte_limit(facts) && facts.measured_seconds < shortest_measurement;
}

bool starved(ScheduleDelay const& delay) {
  return delay.late >= 3 && 2 * delay.late > delay.samples;
}

FlowLimit limit_of(FlowFacts const& facts) {
  for (auto const& found :
       {too_short(facts), starvation(sender_starved, "sender", facts.sender_delay),
        starvation(receiver_starved, "receiver", facts.receiver_delay), stall(facts),
        link_within_the_limit(facts), rate_limit(facts), processors(facts), byte_limit(facts),
        link(facts), windows(facts)})
    if (found) return *found;
  return network(facts);
}
}  // namespace leadline
