#pragma once
#include "tests/lab/switch/ethernet_frame.hpp"
#include "tests/lab/switch/fabric_settings.hpp"
#include "tests/lab/switch/line.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <unordered_map>
#include <vector>

namespace leadline::lab {

/// Learning switches and the cables between them, without I/O and without a clock: a frame and the
/// time go in, deliveries come out, at once or when advance() is told that their time has come.
class Fabric {
 public:
  using Octets = std::span<std::byte const>;
  using Deliver = std::function<void(std::size_t port, Octets frame)>;

  /// Throws std::invalid_argument if the links form a loop or name a switch that is not there.
  Fabric(FabricSettings settings, Deliver deliver);

  /// A frame left the node at this port. The octets are copied only if they have to wait.
  void receive(std::size_t port, Octets frame, TimePoint now);
  /// Carries on all that was due until `now`.
  void advance(TimePoint now);
  [[nodiscard]] std::optional<TimePoint> next_due() const;

  [[nodiscard]] FabricSettings const& settings() const { return settings_; }

  [[nodiscard]] Line& from_node(std::size_t port) { return lines_[2 * port]; }

  [[nodiscard]] Line& to_node(std::size_t port) { return lines_[(2 * port) + 1]; }

  [[nodiscard]] Line& a_to_b(std::size_t link) { return lines_[2 * (ports() + link)]; }

  [[nodiscard]] Line& b_to_a(std::size_t link) { return lines_[(2 * (ports() + link)) + 1]; }

 private:
  /// An untagged frame inside the fabric, with the VLAN it belongs to.
  struct Transit {
    Octets frame;
    VlanId vlan{};
  };

  /// One side of a switch: a port, or one end of a link.
  using Outlet = std::size_t;

  /// A frame on its way along a line, until `due`.
  struct Waiting {
    TimePoint due;
    std::uint64_t sequence{};  ///< keeps those that are due at the same time in order
    std::size_t line{};
    std::vector<std::byte> octets;
    VlanId vlan{};  ///< 0: as it came from, or goes to, the node
    bool operator>(Waiting const& other) const;
  };

  [[nodiscard]] std::size_t ports() const { return settings_.ports.size(); }

  void refuse_loops() const;
  void send(std::size_t line, Octets frame, VlanId vlan, TimePoint now);
  void wait(std::size_t line, Octets frame, VlanId vlan, TimePoint due);
  void arrive(std::size_t line, Octets frame, VlanId vlan, TimePoint now);
  void admit(std::size_t port, Octets frame, TimePoint now);
  void forward(std::size_t switch_index, Outlet from, Transit transit, TimePoint now);
  void emit(Outlet outlet, Transit transit, bool flooded, TimePoint now);
  void emit_to_port(std::size_t port, Transit transit, bool flooded, TimePoint now);

  FabricSettings settings_;
  Deliver deliver_;
  std::vector<Line> lines_;                   ///< two a port, then two a link
  std::vector<std::vector<Outlet>> outlets_;  ///< of each switch
  /// Of each switch: (VLAN, address) -> where it was last heard.
  std::vector<std::unordered_map<std::uint64_t, Outlet>> learned_;
  std::vector<Waiting> waiting_;  ///< a heap, the earliest in front
  std::vector<std::vector<std::byte>> spare_buffers_;
  std::uint64_t sequence_{};
};
}  // namespace leadline::lab
