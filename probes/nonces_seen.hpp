#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <unordered_set>

namespace leadline {

/// Tells a preamble from its copy: whoever has caught one on the wire must not open a connection
/// with it once more. Only signed ones belong here, so that a stranger cannot fill it; a node that
/// probes 500 others sends each some 20. One thread.
class NoncesSeen {
 public:
  /// A set and the order in which they came: some 12 MB when full. The oldest go first.
  static constexpr std::size_t most = std::size_t{1} << 18U;

  /// False: it was here before.
  bool first_time(std::uint64_t nonce) {
    if (!seen_.insert(nonce).second) return false;
    in_order_.push_back(nonce);
    if (in_order_.size() > most) {
      seen_.erase(in_order_.front());
      in_order_.pop_front();
    }
    return true;
  }

 private:
  std::unordered_set<std::uint64_t> seen_;
  std::deque<std::uint64_t> in_order_;
};
}  // namespace leadline
