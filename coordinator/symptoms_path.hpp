#pragma once
#include "coordinator/address_holders.hpp"
#include "coordinator/symptoms.hpp"

namespace leadline {

/// What packets that arrived say about their way: on link or over routers, and whether something on
/// it rewrites them. Nothing here is a fault by itself but NAT.
class PathReader {
 public:
  /// `survey` must outlive this.
  explicit PathReader(Survey const& survey);

  void read(Observation const& seen, Reach::Result const& result, Symptoms& symptoms) const;

 private:
  void read_routers(Observation const& seen, Reach::Result const& result, Symptoms& symptoms) const;
  void read_next_hop(Observation const& seen, Reach::Result const& result,
                     Symptoms& symptoms) const;
  void read_source(Observation const& seen, Reach::Result const& result, Symptoms& symptoms) const;

  Survey const& survey_;
  NodesByName by_mac_;
};

/// "; trace: 10.0.0.1 * 10.0.2.3"; empty where nothing was traced.
std::string trace_of(Reach::Result const& result);
}  // namespace leadline
