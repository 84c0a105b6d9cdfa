#include "probes/bulk_limit.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <vector>

namespace leadline {
namespace {
using namespace literals;

/// 5 Gbit/s over an idle path: nothing stands out.
FlowFacts usual() {
  return {.rate = {5e9},
          .transferred_bytes = 1'000'000'000,
          .measured_seconds = 1.2,
          .rate_limit = {},
          .byte_limit = {},
          .link_speed = {10e9},
          .sender = {.busiest_share = 0.4, .busiest_stream = 0, .all_share = 0.2},
          .receiver = {.busiest_share = 0.5, .busiest_stream = 0, .all_share = 0.3},
          .sender_delay = {.samples = 12, .late = 0, .worst_ms = 1},
          .receiver_delay = {.samples = 12, .late = 1, .worst_ms = 25},
          .busy_seconds = 1.5,
          .receive_window_limited_seconds = 0.1,
          .send_buffer_limited_seconds = 0.1,
          .retransmitted_segments = 42,
          .delivery_rate = {5.2e9}};
}

struct Row {
  char const* name;
  std::function<void(FlowFacts&)> change;
  char const* words;
};

TEST(BulkLimit, IsNamedWithItsFigures) {
  std::vector<Row> const rows{
      {"network", [](FlowFacts&) {}, "42 segments sent again; the kernel sees 5.2 Gbit/s"},
      {"stalled",
       [](FlowFacts& f) {
         f.rate = {0}, f.transferred_bytes = 60'000;
         f.receive_window_limited_seconds = 1.2;
       },
       "60 kB arrived at first, then nothing for 1.2 s"},
      {"", [](FlowFacts& f) { f.rate = {0}, f.transferred_bytes = 0; }, ""},
      {"rate_limit", [](FlowFacts& f) { f.rate_limit = {5.2e9}; }, "held at the 5.2 Gbit/s"},
      {"network", [](FlowFacts& f) { f.rate_limit = {9e9}; }, "sent again"},
      {"link_speed", [](FlowFacts& f) { f.rate = {9.4e9}, f.rate_limit = {10e9}; },
       "94 % of a link of 10 Gbit/s"},  // the agents' default cap, on the usual link
      {"rate_limit", [](FlowFacts& f) { f.rate = {9.1e9}, f.rate_limit = {9.2e9}; },
       "held at the 9.2 Gbit/s"},
      {"rate_limit",
       [](FlowFacts& f) { f.rate = {9.9e9}, f.rate_limit = {10e9}, f.link_speed = {25e9}; },
       "held at the 10 Gbit/s"},
      {"rate_limit",
       [](FlowFacts& f) { f.rate = {9.9e9}, f.rate_limit = {10e9}, f.link_speed = {0}; },
       "held at the 10 Gbit/s"},
      {"byte_limit", [](FlowFacts& f) { f.byte_limit = {1'000'000'000}; }, "1 GB"},
      {"network", [](FlowFacts& f) { f.byte_limit = {1'000'000'001}; }, "sent again"},
      {"byte_limit",
       [](FlowFacts& f) {
         f.byte_limit = {102'400};
         f.transferred_bytes = 102'400;
         f.measured_seconds = 0.0004;
         f.sender.busiest_share = 1;
         f.sender_delay = {.samples = 3, .late = 3, .worst_ms = 500};
       },
       "were over after 0 ms, too soon to measure a rate"},
      {"byte_limit",
       [](FlowFacts& f) { f.byte_limit = {1'000'000'000}, f.measured_seconds = 0.09; },
       "after 90 ms, too soon"},
      {"network", [](FlowFacts& f) { f.measured_seconds = 0.09; }, "sent again"},
      {"link_speed", [](FlowFacts& f) { f.rate = {9.4e9}; }, "94 % of a link of 10 Gbit/s"},
      {"network", [](FlowFacts& f) { f.rate = {9.4e9}, f.link_speed = {25e9}; }, "sent again"},
      {"link_speed", [](FlowFacts& f) { f.rate = {10.9e9}; }, "109 % of a link of 10 Gbit/s"},
      {"network", [](FlowFacts& f) { f.rate = {75e9}; }, "sent again"},  // a veth says 10 Gbit/s
      {"network", [](FlowFacts& f) { f.rate = {9.4e9}, f.link_speed = {0}; }, "sent again"},
      {"sender_cpu", [](FlowFacts& f) { f.sender = {.busiest_share = 0.98, .busiest_stream = 2}; },
       "sender's thread of stream 3 is 98 % busy"},
      {"receiver_cpu", [](FlowFacts& f) { f.receiver.busiest_share = 0.95; },
       "receiver's thread of stream 1 is 95 % busy"},
      {"receiver_cpu", [](FlowFacts& f) { f.receiver.all_share = 0.97; },
       "all processors of the receiver are 97 % busy"},
      {"receiver_cpu",
       [](FlowFacts& f) { f.sender.busiest_share = 0.92, f.receiver.busiest_share = 0.99; },
       "99 % busy; the sender's thread of stream 1 is 92 %"},
      {"network", [](FlowFacts& f) { f.sender.busiest_share = 0.9; }, "sent again"},
      {"receive_window", [](FlowFacts& f) { f.receive_window_limited_seconds = 1.2; },
       "the receiver's window in 80 % of the time"},
      {"send_buffer", [](FlowFacts& f) { f.send_buffer_limited_seconds = 0.9; },
       "room in its send buffer in 60 %"},
      {"receive_window", [](FlowFacts& f) { f.receive_window_limited_seconds = 0.66; },
       "the receiver's window in 44 % of the time"},
      {"send_buffer",
       [](FlowFacts& f) {
         f.receive_window_limited_seconds = 0.6;
         f.send_buffer_limited_seconds = 0.7;
       },
       "room in its send buffer in 47 %"},
      {"network", [](FlowFacts& f) { f.send_buffer_limited_seconds = 0.4; }, "sent again"},
      {"receiver_starved",
       [](FlowFacts& f) {
         f.receiver_delay = {.samples = 9, .late = 5, .worst_ms = 310};
         f.rate_limit = {5e9};
       },
       "the receiver's machine was too busy to measure: 5 of 9 samples"},
      {"sender_starved",
       [](FlowFacts& f) { f.sender_delay = {.samples = 3, .late = 3, .worst_ms = 500}; },
       "the sender's machine"},
      {"network", [](FlowFacts& f) { f.sender_delay = {.samples = 2, .late = 2, .worst_ms = 500}; },
       "sent again"}};
  for (auto const& row : rows) {
    auto facts = usual();
    row.change(facts);
    auto const limit = limit_of(facts);
    EXPECT_EQ(limit.name, row.name) << limit.detail;
    EXPECT_NE(limit.detail.find(row.words), std::string::npos) << row.name << ": " << limit.detail;
  }
}

TEST(BulkLimit, OfAStarvedMachineComesBeforeAnyOther) {
  auto facts = usual();
  facts.sender.busiest_share = 1;
  facts.byte_limit = {1};
  facts.sender_delay = {.samples = 10, .late = 6, .worst_ms = 90};
  EXPECT_EQ(limit_of(facts).name, "sender_starved");
}
}  // namespace
}  // namespace leadline
