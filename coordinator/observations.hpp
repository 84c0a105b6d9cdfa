#pragma once
#include "coordinator/dictionary.hpp"
#include "probes/catalogue.hpp"

#include <cstddef>
#include <iterator>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace leadline {

/// What was seen on one pair, in the order of the stages. Kept packed, because 500 x 500 nodes have
/// half a million pairs: each Observation is made anew when it is looked at.
class Observations {
 public:
  /// What stands before each observation: enough to tell whether it is worth unpacking.
  struct Label {
    std::size_t probe{};  ///< its position in the catalogue
    Status status{Status::inconclusive};
    Family family{};
    bool measured{};  ///< there is a result
  };

  class Iterator {
   public:
    using value_type = Observation;
    using difference_type = std::ptrdiff_t;
    using iterator_concept = std::input_iterator_tag;

    Iterator() = default;

    Iterator(Observations const* of, std::span<std::byte const> rest) : of_{of}, rest_{rest} {}

    [[nodiscard]] Label label() const;
    Observation operator*() const;
    Iterator& operator++();

    void operator++(int) { ++*this; }

    /// Of the same observations.
    bool operator==(Iterator const& other) const { return rest_.size() == other.rest_.size(); }

   private:
    [[nodiscard]] std::span<std::byte const> front() const;

    Observations const* of_{};
    std::span<std::byte const> rest_;
  };

  Observations() = default;

  /// Pairs that share a dictionary keep what they have in common once.
  explicit Observations(std::shared_ptr<Dictionary> dictionary)
      : dictionary_{std::move(dictionary)} {}

  /// All of one source and target. Throws std::invalid_argument for an unknown probe.
  void push_back(Observation const& seen);

  void clear() { octets_.clear(); }

  [[nodiscard]] bool empty() const { return octets_.empty(); }

  [[nodiscard]] Iterator begin() const { return {this, octets_}; }

  [[nodiscard]] Iterator end() const { return {this, {}}; }

 private:
  std::shared_ptr<Dictionary> dictionary_;
  std::vector<std::byte> octets_;
  NodeIndex source_{};
  NodeIndex target_{};
};
}  // namespace leadline
