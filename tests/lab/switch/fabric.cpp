#include "tests/lab/switch/fabric.hpp"

#include "tests/lab/switch/vlan_rules.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <numeric>
#include <stdexcept>
#include <tuple>
#include <utility>

namespace leadline::lab {
namespace {
constexpr std::size_t most_learned = 65536;  // a node that invents addresses does not eat memory

FrameOutline outline(Fabric::Octets frame, bool look_for_icmp) {
  auto const header = parse_ethernet(frame);
  if (!header || !is_ip(header->ether_type))
    return {.octets = frame.size(), .ip_octets = 0, .icmp_error = false};
  auto const packet = frame.subspan(header->octets);
  return {.octets = frame.size(),
          .ip_octets = packet.size(),
          .icmp_error = look_for_icmp && is_icmp_error(header->ether_type, packet)};
}

std::vector<std::byte> without_tag(Fabric::Octets frame) {
  std::vector<std::byte> plain{frame.begin(), frame.begin() + 12};
  plain.insert(plain.end(), frame.begin() + 16, frame.end());
  return plain;
}

std::vector<std::byte> with_tag(Fabric::Octets frame, VlanId vlan) {
  std::array const tag{std::byte{0x81}, std::byte{0}, std::byte(vlan >> 8U),
                       std::byte(vlan & 0xffU)};
  std::vector<std::byte> tagged{frame.begin(), frame.begin() + 12};
  tagged.insert(tagged.end(), tag.begin(), tag.end());
  tagged.insert(tagged.end(), frame.begin() + 12, frame.end());
  return tagged;
}
}  // namespace

bool Fabric::Waiting::operator>(Waiting const& other) const {
  return std::tie(due, sequence) > std::tie(other.due, other.sequence);
}

Fabric::Fabric(FabricSettings settings, Deliver deliver)
    : settings_{std::move(settings)},
      deliver_{std::move(deliver)},
      outlets_(settings_.switches),
      learned_(settings_.switches) {
  refuse_loops();
  auto add_line = [this](Impairment const& impairment) {
    lines_.emplace_back(impairment, (settings_.seed * 1000003U) + lines_.size());
  };
  for (std::size_t port = 0; port < ports(); ++port) {
    auto const& wanted = settings_.ports[port];
    add_line(wanted.from_node);
    add_line(wanted.to_node);
    outlets_.at(wanted.switch_index).push_back(port);
  }
  for (std::size_t link = 0; link < settings_.links.size(); ++link) {
    auto const& wanted = settings_.links[link];
    add_line(wanted.a_to_b);
    add_line(wanted.b_to_a);
    outlets_[wanted.a].push_back(ports() + (2 * link));
    outlets_[wanted.b].push_back(ports() + (2 * link) + 1);
  }
}

void Fabric::refuse_loops() const {
  std::vector<std::size_t> tree(settings_.switches);
  std::iota(tree.begin(), tree.end(), std::size_t{0});
  for (auto const& link : settings_.links) {
    auto const a = tree.at(link.a);
    auto const b = tree.at(link.b);
    if (a == b)
      throw std::invalid_argument{"the inter-switch link " + link.name + " closes a loop"};
    for (auto& member : tree)
      if (member == b) member = a;
  }
}

void Fabric::receive(std::size_t port, Octets frame, TimePoint now) {
  send(2 * port, frame, 0, now);
}

void Fabric::advance(TimePoint now) {
  while (!waiting_.empty() && waiting_.front().due <= now) {
    std::ranges::pop_heap(waiting_, std::greater{});
    Waiting next = std::move(waiting_.back());
    waiting_.pop_back();
    arrive(next.line, next.octets, next.vlan, next.due);
    spare_buffers_.push_back(std::move(next.octets));
  }
}

std::optional<TimePoint> Fabric::next_due() const {
  if (waiting_.empty()) return std::nullopt;
  return waiting_.front().due;
}

void Fabric::send(std::size_t line, Octets frame, VlanId vlan, TimePoint now) {
  auto const passage = lines_[line].pass(outline(frame, lines_[line].inspects_icmp()), now);
  for (auto const due : {passage.due, passage.duplicate_due}) {
    if (!due) continue;
    if (*due <= now)
      arrive(line, frame, vlan, now);
    else
      wait(line, frame, vlan, *due);
  }
}

void Fabric::wait(std::size_t line, Octets frame, VlanId vlan, TimePoint due) {
  std::vector<std::byte> octets;
  if (!spare_buffers_.empty()) {
    octets = std::move(spare_buffers_.back());
    spare_buffers_.pop_back();
  }
  octets.assign(frame.begin(), frame.end());
  waiting_.push_back({due, sequence_++, line, std::move(octets), vlan});
  std::ranges::push_heap(waiting_, std::greater{});
}

void Fabric::arrive(std::size_t line, Octets frame, VlanId vlan, TimePoint now) {
  if (line < 2 * ports()) {
    if (line % 2 == 0)
      admit(line / 2, frame, now);
    else
      deliver_(line / 2, frame);
    return;
  }
  auto const link = (line / 2) - ports();
  bool const at_b = line % 2 == 0;
  auto const far_switch = at_b ? settings_.links[link].b : settings_.links[link].a;
  forward(far_switch, ports() + (2 * link) + (at_b ? 1 : 0), {.frame = frame, .vlan = vlan}, now);
}

void Fabric::admit(std::size_t port, Octets frame, TimePoint now) {
  auto& counters = lines_[2 * port].counters;
  auto const& wanted = settings_.ports[port];
  auto const header = parse_ethernet(frame);
  if (!header) {
    counters.drop(DropReason::malformed);
    return;
  }
  auto const vlan = vlan_on_entry(wanted.mode, header->vlan.value_or(0));
  if (!vlan) {
    counters.drop(vlan.error());
    return;
  }
  if (!header->vlan) {
    forward(wanted.switch_index, port, {.frame = frame, .vlan = *vlan}, now);
    return;
  }
  auto const plain = without_tag(frame);
  forward(wanted.switch_index, port, {.frame = plain, .vlan = *vlan}, now);
}

void Fabric::forward(std::size_t switch_index, Outlet from, Transit transit, TimePoint now) {
  auto const header = parse_ethernet(transit.frame);
  if (!header) return;
  auto const key = [&](std::uint64_t address) {
    return (std::uint64_t{transit.vlan} << 48U) | address;
  };
  auto& learned = learned_[switch_index];
  if (!is_group(header->source)) {
    if (learned.size() >= most_learned) learned.clear();
    learned[key(header->source)] = from;
  }
  if (!is_group(header->destination)) {
    if (auto const known = learned.find(key(header->destination)); known != learned.end()) {
      if (known->second != from) emit(known->second, transit, false, now);
      return;
    }
  }
  for (auto const outlet : outlets_[switch_index])
    if (outlet != from) emit(outlet, transit, true, now);
}

void Fabric::emit(Outlet outlet, Transit transit, bool flooded, TimePoint now) {
  if (outlet < ports()) {
    emit_to_port(outlet, transit, flooded, now);
    return;
  }
  auto const link = (outlet - ports()) / 2;
  auto const line = (2 * ports()) + (outlet - ports());  // an end of a link sends on its own line
  auto const& allowed = settings_.links[link].allowed;
  if (allowed && !allowed->contains(transit.vlan)) {
    lines_[line].counters.drop(DropReason::vlan_not_allowed);
    return;
  }
  send(line, transit.frame, transit.vlan, now);
}

void Fabric::emit_to_port(std::size_t port, Transit transit, bool flooded, TimePoint now) {
  auto const line = (2 * port) + 1;
  switch (exit_of(settings_.ports[port].mode, transit.vlan)) {
    case Exit::untagged:
      send(line, transit.frame, 0, now);
      break;
    case Exit::tagged:
      send(line, with_tag(transit.frame, transit.vlan), 0, now);
      break;
    case Exit::refused:
      // A flood never was meant for the ports outside its VLAN: nothing was lost there.
      if (!flooded) lines_[line].counters.drop(DropReason::vlan_not_allowed);
      break;
  }
}
}  // namespace leadline::lab
