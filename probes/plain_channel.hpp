#pragma once
#include "probes/bulk_channel.hpp"
#include "probes/bulk_pattern.hpp"
#include "probes/gathering_pause.hpp"
#include "probes/receive_room.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>

namespace leadline {

/// The pattern's pages on their way to a socket without being copied: vmsplice(2) into a pipe,
/// splice(2) out of it.
class SplicePipe {
 public:
  SplicePipe() = default;
  ~SplicePipe();
  SplicePipe(SplicePipe const&) = delete;
  SplicePipe& operator=(SplicePipe const&) = delete;
  SplicePipe(SplicePipe&&) = delete;
  SplicePipe& operator=(SplicePipe&&) = delete;

  /// False: this system has no such pipe for us; see refusal().
  bool open();
  /// How many of `octets` went; negative: errno says why, or refusal() is not empty and nothing
  /// went.
  std::ptrdiff_t send(int socket, std::span<std::byte const> octets);

  [[nodiscard]] std::string const& refusal() const { return refusal_; }

 private:
  bool refused(char const* call);

  int in_{-1};
  int out_{-1};
  bool proven_{};  ///< octets have gone this way
  std::string refusal_;
};

/// The bulk pattern over plain TCP.
class PlainChannel : public BulkChannel {
 public:
  PlainChannel(int descriptor, BulkMode mode, bool alone);

  bool open(bool as_client) override;
  std::ptrdiff_t send(std::size_t octets) override;
  std::ptrdiff_t receive() override;
  void finish() override;
  [[nodiscard]] std::string sending() const override;

 private:
  std::ptrdiff_t send_some(std::span<std::byte const> octets);

  int descriptor_;
  BulkMode mode_;
  bool gathers_;
  bool splices_{true};              ///< until the kernel refuses
  std::optional<SplicePipe> pipe_;  ///< once something is sent
  std::size_t position_{};          ///< in the pattern
  PatternCheck check_;
  std::optional<ReceiveRoom> room_;  ///< once something is received; untouched where it is dropped
  std::optional<GatheringPause> pause_;  ///< of a receiver that drops
};
}  // namespace leadline
