#pragma once
#include "probes/bandwidth.hpp"
#include "probes/core/error.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

// What source and target of a bulk test say to each other on its control connection, in order:
// request, reply, (streams) halt, halted, report. Each is one frame of JSON.

namespace leadline {

struct BulkRequest {
  Bandwidth bandwidth;  ///< its settings
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(BulkRequest, bandwidth)

struct BulkReply {
  bool accepted{};
  bool busy{};
  std::string reason;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(BulkReply, accepted, busy, reason)

/// Target: measured enough. Source: stopped sending.
struct BulkHalt {
  bool halt{true};
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(BulkHalt, halt)

/// What the receiver counted.
struct BulkReport {
  std::string failure;  ///< empty: none
  double measured_seconds{};
  std::uint64_t transferred_bytes{};
  double rate_bits_per_second{};
  double relative_uncertainty{1};
  bool stopped_early{};
  std::vector<double> samples_bits_per_second;
  double cpu_share{};      ///< busiest thread
  double cpu_share_all{};  ///< all threads over all processors
  std::vector<TcpSnapshot> streams;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(BulkReport, failure, measured_seconds, transferred_bytes,
                                   rate_bits_per_second, relative_uncertainty, stopped_early,
                                   samples_bits_per_second, cpu_share, cpu_share_all, streams)

constexpr std::uint32_t bulk_message_limit = 4096;
constexpr std::uint32_t bulk_report_limit = 256U << 10U;

/// `socket` must live until the end.
Async<bool> send_json(boost::asio::ip::tcp::socket* socket, nlohmann::json message);
/// Error: connection lost, too long, not JSON, or nothing within `limit`.
Async<nlohmann::json> receive_json(boost::asio::ip::tcp::socket* socket, std::uint32_t octets,
                                   std::chrono::milliseconds limit);

template <class T>
Expected<T> read_as(nlohmann::json const& message) {
  try {
    return message.get<T>();
  } catch (nlohmann::json::exception const& wrong) {  // a peer's text
    return tl::unexpected(Error{.stage = Error::Stage::transfer,
                                .code = make_error_code(boost::system::errc::bad_message),
                                .detail = wrong.what()});
  }
}
}  // namespace leadline
