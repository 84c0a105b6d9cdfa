#pragma once
#include "tests/lab/network/network_namespace.hpp"
#include "tests/lab/network/topology.hpp"
#include "tests/lab/switch/switch_loop.hpp"

#include <filesystem>
#include <string>
#include <sys/types.h>
#include <vector>

namespace leadline::lab {

/// The machines of a topology as network namespaces, their cables, and the switch's process. Must
/// be made in a sandbox, by its only thread. Throws std::system_error or std::runtime_error, and
/// SkippedLab where the kernel lacks what the topology takes.
class Lab {
 public:
  /// The switch leaves its counters in `directory`/switch.json.
  Lab(Topology topology, std::filesystem::path const& directory);
  Lab(Lab const&) = delete;
  Lab(Lab&&) = delete;
  Lab& operator=(Lab const&) = delete;
  Lab& operator=(Lab&&) = delete;
  ~Lab();

  /// Ends the switch, and waits for its counters.
  void unplug();

  [[nodiscard]] Topology const& topology() const { return topology_; }

  [[nodiscard]] NetworkNamespace const& coordinator() const { return coordinator_; }

  [[nodiscard]] NetworkNamespace const& machine(std::size_t index) const { return places_[index]; }

  /// Throws std::out_of_range.
  [[nodiscard]] NetworkNamespace const& machine(std::string const& name) const;

  [[nodiscard]] SharedTraffic const& traffic() const { return *traffic_; }

 private:
  [[nodiscard]] std::vector<FileDescriptor> open_taps() const;
  void connect_coordinator() const;
  void configure(std::size_t machine) const;
  static void limit_rate(TapInterface const& tap, int place);
  void plug_in(std::vector<FileDescriptor> taps, std::filesystem::path const& report);

  Topology topology_;
  NetworkNamespace coordinator_;
  std::vector<NetworkNamespace> places_;
  SharedTraffic* traffic_;
  pid_t switch_{-1};
};
}  // namespace leadline::lab
