#include "tests/lab/switch/fabric.hpp"
#include "tests/lab/switch/fabric_report.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <numeric>
#include <utility>

namespace leadline::lab {
namespace {
using namespace std::chrono_literals;
using Octets = std::vector<std::byte>;

constexpr std::uint64_t broadcast = 0xffffffffffff;

std::uint64_t address_of(std::size_t port) {
  return 0x020000000000 + port;
}

void append(Octets& frame, std::uint64_t value, int octets) {
  for (int shift = 8 * (octets - 1); shift >= 0; shift -= 8)
    frame.push_back(static_cast<std::byte>(value >> static_cast<unsigned>(shift)));
}

struct FrameText {
  std::uint64_t from{};
  std::uint64_t to{broadcast};
  std::optional<VlanId> tag{};
  std::size_t ip_octets{100};
  int icmp_type{-1};
};

Octets make(FrameText const& text) {
  Octets frame;
  append(frame, text.to, 6);
  append(frame, text.from, 6);
  if (text.tag) append(frame, 0x81000000U | *text.tag, 4);
  append(frame, 0x0800, 2);
  Octets packet(text.ip_octets);
  packet[0] = std::byte{0x45};
  packet[9] = std::byte{17};
  if (text.icmp_type >= 0) {
    packet[9] = std::byte{1};
    packet[20] = static_cast<std::byte>(text.icmp_type);
  }
  frame.insert(frame.end(), packet.begin(), packet.end());
  return frame;
}

/// A fabric on a bench: what was delivered, where and when.
class Bench {
 public:
  struct Delivery {
    std::size_t port{};
    std::chrono::nanoseconds at{};
    Octets frame;
  };

  explicit Bench(FabricSettings settings)
      : fabric{std::move(settings), [this](std::size_t port, Fabric::Octets frame) {
                 deliveries.push_back({port, now, Octets{frame.begin(), frame.end()}});
               }} {}

  void send(std::size_t port, FrameText const& text) {
    fabric.receive(port, make(text), TimePoint{now});
  }

  /// Lets time pass, from one due time to the next.
  void run_until(std::chrono::nanoseconds end) {
    while (auto const due = fabric.next_due()) {
      if (due->time_since_epoch() > end) break;
      now = due->time_since_epoch();
      fabric.advance(*due);
    }
    now = end;
  }

  std::map<std::size_t, int> take_counts() {
    std::map<std::size_t, int> counts;
    for (auto const& delivery : std::exchange(deliveries, {})) ++counts[delivery.port];
    return counts;
  }

  std::chrono::nanoseconds now{1s};
  std::vector<Delivery> deliveries;
  Fabric fabric;
};

FabricSettings one_switch(std::size_t ports) {
  FabricSettings settings;
  for (std::size_t port = 0; port < ports; ++port)
    settings.ports.push_back({.name = "p" + std::to_string(port),
                              .switch_index = 0,
                              .mode = AccessPort{1},
                              .from_node = {},
                              .to_node = {}});
  return settings;
}

/// Ports 0 and 1 on one switch, 2 and 3 on the other.
FabricSettings two_switches() {
  auto settings = one_switch(4);
  settings.switches = 2;
  settings.ports[2].switch_index = settings.ports[3].switch_index = 1;
  settings.links.push_back(
      {.name = "link", .a = 0, .b = 1, .allowed = std::nullopt, .a_to_b = {}, .b_to_a = {}});
  return settings;
}

using Counts = std::map<std::size_t, int>;

TEST(Switch, FloodsUntilItHasLearned) {
  Bench bench{two_switches()};
  bench.send(0, {.from = address_of(0), .to = address_of(3)});
  EXPECT_EQ(bench.take_counts(), (Counts{{1, 1}, {2, 1}, {3, 1}}));
  bench.send(3, {.from = address_of(3), .to = address_of(0)});
  EXPECT_EQ(bench.take_counts(), (Counts{{0, 1}}));
  bench.send(0, {.from = address_of(0), .to = address_of(3)});
  EXPECT_EQ(bench.take_counts(), (Counts{{3, 1}}));
}

TEST(Switch, FollowsAnAddressThatMoved) {
  Bench bench{one_switch(3)};
  bench.send(0, {.from = address_of(9)});
  bench.send(1, {.from = address_of(9)});
  bench.take_counts();
  bench.send(2, {.from = address_of(2), .to = address_of(9)});
  EXPECT_EQ(bench.take_counts(), (Counts{{1, 1}}));
}

TEST(Switch, DoesNotSendAFrameBackWhereItCameFrom) {
  Bench bench{one_switch(2)};
  bench.send(0, {.from = address_of(0)});
  bench.take_counts();
  bench.send(0, {.from = address_of(5), .to = address_of(0)});
  EXPECT_EQ(bench.take_counts(), Counts{});
}

// The matrix of who hears whom, with which tag: access 100, trunk 100+200, access 200, and a trunk
// with native 100.
FabricSettings vlan_ports() {
  auto settings = one_switch(4);
  settings.ports[0].mode = AccessPort{100};
  settings.ports[1].mode = TrunkPort{{100, 200}, {}};
  settings.ports[2].mode = AccessPort{200};
  settings.ports[3].mode = TrunkPort{{100, 200}, VlanId{100}};
  return settings;
}

struct VlanCase {
  std::size_t sender;
  std::optional<VlanId> tag;
  std::map<std::size_t, std::optional<VlanId>> heard;
};

TEST(Switch, TagsAndUntagsByTheModeOfThePort) {
  using Heard = std::map<std::size_t, std::optional<VlanId>>;
  std::vector<VlanCase> const cases{
      {0, std::nullopt, Heard{{1, 100}, {3, std::nullopt}}},
      {1, VlanId{100}, Heard{{0, std::nullopt}, {3, std::nullopt}}},
      {1, VlanId{200}, Heard{{2, std::nullopt}, {3, 200}}},
      {1, VlanId{300}, Heard{}},
      {1, std::nullopt, Heard{}},
      {2, std::nullopt, Heard{{1, 200}, {3, 200}}},
      {2, VlanId{200}, Heard{}},
      {3, std::nullopt, Heard{{0, std::nullopt}, {1, 100}}},
      {3, VlanId{200}, Heard{{1, 200}, {2, std::nullopt}}},
  };
  for (auto const& [sender, tag, heard] : cases) {
    Bench bench{vlan_ports()};
    bench.send(sender, {.from = address_of(sender), .tag = tag});
    Heard seen;
    for (auto const& delivery : bench.deliveries) {
      auto const header = parse_ethernet(delivery.frame);
      ASSERT_TRUE(header);
      seen[delivery.port] = header->vlan;
      EXPECT_EQ(delivery.frame, make({.from = address_of(sender), .tag = header->vlan}));
    }
    EXPECT_EQ(seen, heard) << "sender " << sender << " tag " << tag.value_or(0);
  }
}

TEST(Switch, CountsWhyAFrameWasRefused) {
  Bench bench{vlan_ports()};
  bench.send(1, {.from = 1, .tag = VlanId{300}});
  bench.send(1, {.from = 1});
  bench.send(2, {.from = 2, .tag = VlanId{200}});
  bench.fabric.receive(0, Octets(5), TimePoint{bench.now});
  auto const report = describe_counters(bench.fabric)["ports"];
  EXPECT_EQ(report["p1"]["from_node"]["dropped_frames"],
            (nlohmann::json{{"vlan_not_allowed", 1}, {"no_native_vlan", 1}}));
  EXPECT_EQ(report["p2"]["from_node"]["dropped_frames"], (nlohmann::json{{"tagged_on_access", 1}}));
  EXPECT_EQ(report["p0"]["from_node"]["dropped_frames"], (nlohmann::json{{"malformed", 1}}));
}

TEST(Switch, KeepsAVlanOffALinkThatDoesNotAllowIt) {
  auto settings = two_switches();
  settings.links[0].allowed = std::set<VlanId>{100};
  Bench bench{settings};
  bench.send(0, {.from = address_of(0)});
  EXPECT_EQ(bench.take_counts(), (Counts{{1, 1}}));
  EXPECT_EQ(describe_counters(bench.fabric)["links"]["link"]["a_to_b"]["dropped_frames"],
            (nlohmann::json{{"vlan_not_allowed", 1}}));
}

TEST(Switch, RefusesALoop) {
  auto settings = two_switches();
  settings.links.push_back(settings.links[0]);
  EXPECT_THROW(Bench{settings}, std::invalid_argument);
}

TEST(Line, LimitsTheIpPacketAndNotTheFrame) {
  for (auto const tag : {std::optional<VlanId>{}, std::optional<VlanId>{100}}) {
    auto settings = one_switch(2);
    for (auto& port : settings.ports) port.mode = TrunkPort{{100}, VlanId{1}};
    settings.ports[1].to_node.mtu = Mtu{1450};
    Bench bench{settings};
    bench.send(0, {.from = 1, .tag = tag, .ip_octets = 1450});
    EXPECT_EQ(bench.take_counts(), (Counts{{1, 1}}));
    bench.send(0, {.from = 1, .tag = tag, .ip_octets = 1451});
    EXPECT_EQ(bench.take_counts(), Counts{});
    EXPECT_EQ(describe_counters(bench.fabric)["ports"]["p1"]["to_node"]["dropped_frames"],
              (nlohmann::json{{"mtu", 1}}));
  }
}

TEST(Line, ImpairsOneDirectionOnly) {
  auto settings = two_switches();
  settings.links[0].a_to_b.cut = true;
  Bench bench{settings};
  bench.send(0, {.from = address_of(0)});
  EXPECT_EQ(bench.take_counts(), (Counts{{1, 1}}));
  bench.send(3, {.from = address_of(3)});
  EXPECT_EQ(bench.take_counts(), (Counts{{0, 1}, {1, 1}, {2, 1}}));
}

TEST(Line, DropsIcmpErrorsButNotEchoes) {
  auto settings = one_switch(2);
  settings.ports[0].from_node.drop_icmp_errors = true;
  Bench bench{settings};
  bench.send(0, {.from = 1, .icmp_type = 3});
  EXPECT_EQ(bench.take_counts(), Counts{});
  bench.send(0, {.from = 1, .icmp_type = 8});
  EXPECT_EQ(bench.take_counts(), (Counts{{1, 1}}));
}

TEST(Line, DelaysEachFrameByTheSame) {
  auto settings = two_switches();
  settings.links[0].a_to_b.delay = 40ms;
  Bench bench{settings};
  bench.send(0, {.from = address_of(0)});
  bench.take_counts();
  bench.run_until(1s + 39999us);
  EXPECT_TRUE(bench.deliveries.empty());
  bench.run_until(1s + 40ms);
  EXPECT_EQ(bench.take_counts(), (Counts{{2, 1}, {3, 1}}));
}

TEST(Line, SendsAtItsRateAndDropsWhatItsQueueCannotHold) {
  auto settings = one_switch(2);
  settings.ports[1].to_node.rate = BitRate{8e6};  // 1 MB/s
  settings.ports[1].to_node.queue = Bytes{10140};
  Bench bench{settings};
  for (int i = 0; i < 20; ++i) bench.send(0, {.from = 1, .ip_octets = 1000});  // frames of 1014
  bench.run_until(2s);
  ASSERT_EQ(bench.deliveries.size(), 10U);
  EXPECT_EQ(bench.deliveries.front().at, 1s + 1014us);
  EXPECT_EQ(bench.deliveries.back().at, 1s + 10140us);
  EXPECT_EQ(describe_counters(bench.fabric)["ports"]["p1"]["to_node"]["dropped_frames"],
            (nlohmann::json{{"queue_full", 10}}));
}

TEST(Line, LosesTheShareThatItIsToldAndTheSameFramesForTheSameSeed) {
  auto const survivors = [](std::uint64_t seed) {
    auto settings = one_switch(2);
    settings.seed = seed;
    settings.ports[1].to_node.loss = 0.05;
    Bench bench{settings};
    for (int i = 0; i < 20000; ++i) {
      bench.now += 1us;
      bench.send(0, {.from = 1});
    }
    std::vector<std::chrono::nanoseconds> times;
    for (auto const& delivery : bench.deliveries) times.push_back(delivery.at);
    return times;
  };
  auto const first = survivors(1);
  EXPECT_NEAR(static_cast<double>(first.size()), 19000.0, 200.0);
  EXPECT_EQ(first, survivors(1));
  EXPECT_NE(first, survivors(2));
}

struct Numbered {
  std::vector<std::size_t> order;
  std::vector<std::chrono::nanoseconds> delays;
};

/// Sends frames 5 ms apart, each with its own length.
Numbered cross(Impairment const& impairment, std::size_t frames) {
  auto settings = one_switch(2);
  settings.ports[1].to_node = impairment;
  Bench bench{settings};
  for (std::size_t i = 0; i < frames; ++i) {
    bench.run_until(1s + i * 5ms);
    bench.send(0, {.from = 1, .ip_octets = 100 + i});
  }
  bench.run_until(1h);
  Numbered seen;
  for (auto const& delivery : bench.deliveries) {
    auto const number = delivery.frame.size() - 114;
    seen.order.push_back(number);
    seen.delays.push_back(delivery.at - 1s - number * 5ms);
  }
  return seen;
}

TEST(Line, JittersWithinItsBoundsAndInOrder) {
  auto const seen = cross({.delay = 40ms, .jitter = 8ms}, 1000);
  ASSERT_EQ(seen.order.size(), 1000U);
  EXPECT_TRUE(std::ranges::is_sorted(seen.order));
  auto const [least, most] = std::ranges::minmax(seen.delays);
  EXPECT_GE(least, 32ms);
  EXPECT_LE(most, 48ms);
  EXPECT_LT(least, 35ms);
  EXPECT_GT(most, 45ms);
}

TEST(Line, LetsTheShareThatItIsToldBeOvertaken) {
  auto const seen = cross({.reordering = 0.1}, 2000);
  ASSERT_EQ(seen.order.size(), 2000U);
  auto const late = std::ranges::count(seen.delays, 12ms);
  EXPECT_NEAR(static_cast<double>(late), 200.0, 60.0);
  EXPECT_FALSE(std::ranges::is_sorted(seen.order));
}

TEST(Line, DuplicatesTheShareThatItIsTold) {
  auto const seen = cross({.duplication = 0.1}, 2000);
  EXPECT_NEAR(static_cast<double>(seen.order.size()), 2200.0, 60.0);
}

RC_GTEST_PROP(Line, NeitherLosesNorInventsAFrameThatItDoesNotCount, (std::uint16_t seed)) {
  Impairment impairment;
  impairment.loss = *rc::gen::element(0.0, 0.1, 0.9);
  impairment.delay = std::chrono::milliseconds{*rc::gen::inRange(0, 50)};
  impairment.jitter = std::chrono::milliseconds{*rc::gen::inRange(0, 10)};
  impairment.rate = BitRate{*rc::gen::element(0.0, 1e6, 1e9)};
  impairment.queue = Bytes{*rc::gen::element<std::uint64_t>(2000, 20000)};
  impairment.reordering = *rc::gen::element(0.0, 0.2);
  auto settings = two_switches();
  settings.seed = seed;
  settings.links[0].a_to_b = impairment;
  Bench bench{settings};
  auto const sizes =
      *rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(40, 1500));
  for (auto const octets : sizes) {
    bench.now += 100us;
    bench.fabric.advance(TimePoint{bench.now});
    bench.send(0, {.from = address_of(0), .ip_octets = octets});
  }
  bench.run_until(10min);
  auto const counts = bench.take_counts();
  auto const& counters = bench.fabric.a_to_b(0).counters;
  auto const dropped =
      std::accumulate(counters.dropped.begin(), counters.dropped.end(), std::uint64_t{0});
  RC_ASSERT(counters.forwarded_frames + dropped == sizes.size());
  auto const arrived = counts.contains(2) ? counts.at(2) : 0;
  RC_ASSERT(static_cast<std::uint64_t>(arrived) == counters.forwarded_frames);
}
}  // namespace
}  // namespace leadline::lab
