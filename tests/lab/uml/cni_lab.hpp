#pragma once
#include "tests/lab/network/topology.hpp"
#include "tests/lab/uml/cni_plugin.hpp"
#include "tests/lab/uml/cni_scenario.hpp"

#include <string>
#include <vector>

namespace leadline::lab {

struct CniHost {
  std::string name;  ///< "east-n1", as its switch port; its namespace is /run/netns/east-n1
  std::string cluster;
  NodeSetup setup;
  NetworkNamespace space;
};

struct CniPod {
  LabNode node;  ///< `machine` is its host
  NodeSetup setup;
  NetworkNamespace space;
};

/// The network of a scenario, built: hosts, switches, pods. Needs a kernel with VLAN-aware bridges,
/// and to be root of it. Throws what attach() throws, and std::runtime_error if a command fails.
class CniLab {
 public:
  explicit CniLab(CniScenario const& scenario);

  /// Where the coordinator runs, beside the switches.
  [[nodiscard]] NetworkNamespace const& site() const { return site_; }

  [[nodiscard]] std::vector<CniPod> const& pods() const { return pods_; }

  /// Where the namespace of the pod's host can be opened.
  [[nodiscard]] std::string host_of(CniPod const& pod) const;

 private:
  void plan(CniScenario const& scenario);
  void build_switches() const;
  void attach_pods() const;

  NetworkNamespace site_;
  std::vector<CniHost> hosts_;
  std::vector<CniPod> pods_;
};
}  // namespace leadline::lab
