#pragma once
#include "probes/bulk_channel.hpp"
#include "probes/core/error.hpp"
#include "probes/linux/tcp_snapshot.hpp"
#include "probes/send_allowance.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <atomic>
#include <cstdint>
#include <ctime>
#include <memory>
#include <string>
#include <thread>

namespace leadline {

/// One connection of a bulk test and the thread that moves its octets one way. The thread always
/// ends before the object does.
class BulkStream {
 public:
  struct Settings {
    BulkChannel::Settings channel{};
    bool as_client{};                          ///< of the TLS handshake: who opened the connection
    std::shared_ptr<SendAllowance> allowance;  ///< none: receive
    BitRate pacing{0};                         ///< SO_MAX_PACING_RATE; 0: none
    int processor{-1};                         ///< where the thread runs; -1: anywhere
  };

  /// Takes the connection over and starts the thread.
  static Expected<std::unique_ptr<BulkStream>> start(boost::asio::ip::tcp::socket socket,
                                                     Settings settings);
  ~BulkStream();
  BulkStream(BulkStream const&) = delete;
  BulkStream& operator=(BulkStream const&) = delete;
  BulkStream(BulkStream&&) = delete;
  BulkStream& operator=(BulkStream&&) = delete;

  /// Ends both directions and joins the thread: milliseconds, whatever the peer does.
  void stop();

  [[nodiscard]] std::uint64_t octets() const { return octets_.load(std::memory_order_relaxed); }

  /// steady_clock, of the first and the last octets; 0: none yet.
  [[nodiscard]] std::chrono::nanoseconds first_moved() const {
    return std::chrono::nanoseconds{first_moved_.load(std::memory_order_relaxed)};
  }

  [[nodiscard]] std::chrono::nanoseconds last_moved() const {
    return std::chrono::nanoseconds{last_moved_.load(std::memory_order_relaxed)};
  }

  /// The thread has come to its end by itself.
  [[nodiscard]] bool done() const { return done_.load(std::memory_order_acquire); }

  [[nodiscard]] TcpSnapshot snapshot() const { return tcp_snapshot(descriptor_); }

  /// After done() or stop() only.
  [[nodiscard]] std::string const& failure() const { return failure_; }

  [[nodiscard]] std::string const& sending() const { return sending_; }

  /// As negotiated, once open() says that the handshake is over.
  [[nodiscard]] std::string cipher() const { return open() ? cipher_ : std::string{}; }

  [[nodiscard]] bool open() const { return began_.load(std::memory_order_acquire) != 0; }

  /// What the thread has used of a processor since it began to move octets, the handshake left out.
  struct Load {
    double seconds{};
    double share{};  ///< CPU seconds per second
  };

  [[nodiscard]] Load load() const;

 private:
  BulkStream(int descriptor, Settings settings);
  void take_place() const;
  void move_octets();
  void begin(BulkChannel const& channel);
  void end();
  void send_all(BulkChannel& channel);
  void receive_all(BulkChannel& channel);
  void wait(std::chrono::nanoseconds time) const;
  void count(std::ptrdiff_t octets);

  int descriptor_;
  Settings settings_;
  std::string failure_;
  std::string cipher_;
  std::string sending_;
  clockid_t cpu_clock_{};  ///< of the thread
  std::int64_t cpu_before_{};
  Load final_;
  // Read by the io_context's thread while the stream's writes them: on a cache line of their own.
  alignas(64) std::atomic<std::uint64_t> octets_{0};
  std::atomic<std::int64_t> first_moved_{0};
  std::atomic<std::int64_t> last_moved_{0};
  alignas(64) std::atomic<std::int64_t> began_{0};  ///< steady_clock; publishes what is before it
  std::atomic<bool> stopping_{false};
  std::atomic<bool> done_{false};  ///< publishes the rest
  std::thread thread_;
};
}  // namespace leadline
