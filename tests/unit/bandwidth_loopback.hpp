#pragma once
#include "probes/bandwidth.hpp"
#include "probes/bulk_exchange.hpp"
#include "probes/bulk_target.hpp"
#include "probes/data_connection.hpp"
#include "tests/unit/loopback_target.hpp"
#include "tests/unit/migration_certificates.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <iterator>
#include <memory>
#include <thread>

// g++ 12 takes the two halves of a coroutine's own operator new and delete for strangers when it
// clones the coroutine for a constant argument.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

namespace leadline::bandwidth_tests {
namespace asio = boost::asio;
using namespace literals;
using namespace std::chrono_literals;
using tcp = asio::ip::tcp;

inline std::size_t threads_now() {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator{"/proc/self/task"}, {}));
}

/// With those that a sanitizer starts along with the first.
inline std::size_t threads_at_rest() {
  std::thread{[] {}}.join();
  return threads_now();
}

/// Source and target on one thread over loopback, each with a slot of its own.
class BandwidthOverLoopback : public testing::Test {
 protected:
  BandwidthOverLoopback() {
    auto const authority = make_cluster_authority("now");
    identity = make_identity(scratch, "identity", authority);
    auto const foreign = make_cluster_authority("elsewhere");
    stranger = make_identity(scratch, "stranger", foreign);
    bulk = std::make_unique<BulkTarget>(target_slot, identity);
  }

  ~BandwidthOverLoopback() override {
    bulk->stop();
    target.close();
    context.run();
  }

  Bandwidth probe(Transport transport, int streams) {
    return {.path = target.path(),
            .identity = identity,
            .slot = source_slot,
            .transport = transport,
            .streams = streams,
            .duration_ms = 1500ms,
            .warm_up_ms = 300ms};
  }

  asio::awaitable<void> serve(tcp::socket socket, Preamble preamble) {
    return preamble.purpose == Preamble::Purpose::bulk_control
               ? bulk->serve_control(std::move(socket), preamble)
               : bulk->serve_stream(std::move(socket), preamble);
  }

  /// Lets the target finish what a caller left behind.
  bool target_becomes_free() {
    auto const deadline = std::chrono::steady_clock::now() + 10s;
    while (!target_slot->free() && std::chrono::steady_clock::now() < deadline)
      context.run_one_for(10ms);
    return target_slot->free();
  }

  /// The kernel lists a joined thread for a moment longer.
  bool threads_are_joined() const {
    auto const deadline = std::chrono::steady_clock::now() + 5s;
    while (threads_now() > threads_before && std::chrono::steady_clock::now() < deadline)
      std::this_thread::yield();
    return threads_now() <= threads_before;
  }

  ScratchDirectory scratch;
  asio::io_context context;
  std::shared_ptr<TlsIdentity const> identity;
  std::shared_ptr<TlsIdentity const> stranger;
  std::shared_ptr<BulkSlot> source_slot = std::make_shared<BulkSlot>();
  std::shared_ptr<BulkSlot> target_slot = std::make_shared<BulkSlot>();
  std::unique_ptr<BulkTarget> bulk;
  LoopbackTarget target{
      context, [this](tcp::socket socket, Preamble p) { return serve(std::move(socket), p); },
      [this](Preamble const& p) {
        return bulk->admits(p) ? Welcome::Status::accepted : Welcome::Status::busy;
      }};
  std::size_t threads_before = threads_at_rest();
};
}  // namespace leadline::bandwidth_tests
