#pragma once
#include "probes/bandwidth.hpp"
#include "probes/bulk_sampling.hpp"
#include "probes/core/checked_json.hpp"
#include "probes/core/error.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstdint>
#include <exception>
#include <optional>
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
  BitRate rate_limit_bits_per_second;  ///< the target's cap, which the source keeps; 0: none
  BitRate link_speed_bits_per_second;  ///< of the target's interface; 0: unknown
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(BulkReply, accepted, busy, reason, rate_limit_bits_per_second,
                                   link_speed_bits_per_second)

/// Of two limits, of which 0 is none.
BitRate tighter(BitRate one, BitRate other);

/// Target: measured enough. Source: stopped sending.
struct BulkHalt {
  bool halt{true};
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(BulkHalt, halt)

/// What the target saw.
struct BulkReport {
  std::string failure;  ///< empty: none
  BulkCount count;
  BulkEnd receiver;
  std::optional<BulkEnd> reverse_sender;  ///< of a bidirectional test
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(BulkReport, failure, count, receiver, reverse_sender)

/// Preamble::parameter of a stream's connection: which way its octets go.
enum class BulkWay : std::uint8_t { forward = 0, reverse = 1 };

/// Beyond its duration: until then streams are opened and shake hands,
constexpr std::chrono::seconds bulk_set_up_limit{5};
/// then the target's halt is answered, which the source's one thread of control has to do beside up
/// to 64 threads of streams, perhaps on one processor,
constexpr std::chrono::seconds bulk_halted_limit{3};
/// the report comes,
constexpr std::chrono::seconds bulk_report_time_limit{4};
/// and after that long nothing of a test is left on a node, whatever its peer does. The
/// coordinator gives the pair away a second later.
constexpr std::chrono::seconds bulk_overhead{10};

/// How one end receives; who opened the connection is the TLS client.
BulkStream::Settings stream_settings(Bandwidth const& test,
                                     std::shared_ptr<TlsIdentity const> identity, bool as_client);
/// The same where it sends, all its streams together within the test's octets and this rate.
BulkStream::Settings sending(BulkStream::Settings receiving, Bandwidth const& test, BitRate limit);

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
  } catch (std::exception const& wrong) {  // a peer's text: the library's and our own errors
    return tl::unexpected(Error{.stage = Error::Stage::transfer,
                                .code = make_error_code(boost::system::errc::bad_message),
                                .detail = wrong.what()});
  }
}
}  // namespace leadline
