#pragma once
#include "coordinator/pairs.hpp"
#include "coordinator/survey.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace leadline {

/// A pair over one address family: what a probe is aimed at.
struct Aim {
  NodeIndex source{};
  NodeIndex target{};
  Family family{};
  auto operator<=>(Aim const&) const = default;
};

/// Writes what the agents observe into the survey, and knows what that allows next. Pure.
class Logbook {
 public:
  explicit Logbook(Survey& survey) : survey_{survey} {}

  /// The survey's nodes and pairs are now complete; `families` of each node, the first one is the
  /// family that virt-handler would use.
  void open(std::vector<std::vector<Family>> families);

  /// Refuses (false) an observation of a pair that the run does not have.
  bool record(Observation const& observation);

  /// Is there any word of this probe, at least why there is none?
  [[nodiscard]] bool heard_of(Aim const& aim, std::string_view probe) const;

  /// Every pair over every family that both nodes have.
  [[nodiscard]] std::vector<Aim> aims() const;
  /// One a pair: over the first family of the source that the target has too.
  [[nodiscard]] std::vector<Aim> first_aims() const;
  /// Why nothing further can mean anything here: nobody answered, or somebody else. Empty: go on.
  [[nodiscard]] std::string blocked(Aim const& aim) const;
  /// The same of one probe, which may need more than that: UDP, or certificates of one kind at both
  /// ends.
  [[nodiscard]] std::string blocked(Aim const& aim, std::string_view probe) const;

 private:
  struct Hash {
    std::size_t operator()(NodePair const& pair) const {
      return (std::size_t{pair.source} << 16U) | pair.target;
    }
  };

  [[nodiscard]] PairRecord const* find(NodePair const& pair) const;
  /// What reach saw there; empty: nothing yet, or the plan leaves it out.
  [[nodiscard]] std::optional<Observation> reach_of(Aim const& aim) const;
  [[nodiscard]] std::string unlike_identities(Aim const& aim) const;

  Survey& survey_;
  std::vector<std::vector<Family>> families_;
  std::unordered_map<NodePair, std::size_t, Hash> position_;
};
}  // namespace leadline
