#pragma once
#include "probes/core/units.hpp"

#include <memory>
#include <utility>

namespace leadline {

/// One bulk test at a time on this node, as source or as target: whoever holds the lease measures.
/// One object a process, shared by the Bandwidth probe and the BulkTarget; one thread only.
class BulkSlot {
 public:
  BulkSlot() = default;

  /// What this node may send, or be sent, at most; 0: no limit.
  explicit BulkSlot(BitRate max_rate) : max_rate_{max_rate} {}

  [[nodiscard]] BitRate max_rate() const { return max_rate_; }

  /// Of this node's migration interface; 0: unknown.
  [[nodiscard]] BitRate link_speed() const { return link_speed_; }

  void set_link_speed(BitRate speed) { link_speed_ = speed; }

  /// Frees the slot when it goes.
  class Lease {
   public:
    explicit Lease(std::shared_ptr<bool> taken) : taken_{std::move(taken)} { *taken_ = true; }

    ~Lease() {
      if (taken_) *taken_ = false;
    }

    Lease(Lease&& other) noexcept = default;
    Lease(Lease const&) = delete;
    Lease& operator=(Lease const&) = delete;
    Lease& operator=(Lease&&) = delete;

   private:
    std::shared_ptr<bool> taken_;
  };

  [[nodiscard]] bool free() const { return !*taken_; }

  /// nullptr while another has it.
  std::unique_ptr<Lease> take() { return free() ? std::make_unique<Lease>(taken_) : nullptr; }

 private:
  BitRate max_rate_{0};
  BitRate link_speed_{0};
  std::shared_ptr<bool> taken_ = std::make_shared<bool>(false);
};
}  // namespace leadline
