#pragma once
#include "probes/bandwidth.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <filesystem>

namespace leadline::bench {

/// What the command line asks for.
struct Options {
  boost::asio::ip::tcp::endpoint at;
  int streams{1};
  std::chrono::milliseconds duration{2000};
  BulkMode mode{BulkMode::ceiling};
  std::string congestion;
  std::filesystem::path identity;  ///< of leadline's form; empty: plain TCP
  std::string cipher;
  int record_octets{0};
  BitRate max_rate{0};       ///< of all streams together; 0: no cap
  bool pauses{true};         ///< where the engine makes them
  int sender_processor{-1};  ///< -1: anywhere
  int receiver_processor{-1};
};
}  // namespace leadline::bench
