#include "probes/bulk_exchange.hpp"

#include "probes/core/within.hpp"
#include "probes/wire/frame.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace leadline {
namespace {
namespace asio = boost::asio;
using asio::ip::tcp;

Error broken(boost::system::error_code code, std::string detail) {
  return {.stage = Error::Stage::transfer, .code = code, .detail = std::move(detail)};
}

Async<nlohmann::json> receive_frame(tcp::socket* socket, std::uint32_t limit) {
  std::array<char, FrameReader::header_octets> header{};
  auto const [lost, got] = co_await asio::async_read(*socket, asio::buffer(header), no_throw);
  if (lost) co_return tl::unexpected(broken(lost, "control connection of the bulk test"));
  std::uint32_t length = 0;
  for (char const octet : header) length = (length << 8U) | static_cast<unsigned char>(octet);
  if (length == 0 || length > limit)
    co_return tl::unexpected(
        broken(make_error_code(boost::system::errc::message_size),
               fmt::format("a frame of {} octets, allowed are 1 to {}", length, limit)));
  std::string text(length, '\0');
  auto const [cut, read] = co_await asio::async_read(*socket, asio::buffer(text), no_throw);
  if (cut) co_return tl::unexpected(broken(cut, "control connection of the bulk test"));
  auto message = nlohmann::json::parse(text, nullptr, false);
  if (message.is_discarded())
    co_return tl::unexpected(broken(make_error_code(boost::system::errc::bad_message), "not JSON"));
  co_return message;
}
}  // namespace

BitRate tighter(BitRate one, BitRate other) {
  if (one.per_second <= 0) return other;
  return other.per_second <= 0 ? one : std::min(one, other);
}

BulkStream::Settings stream_settings(Bandwidth const& test,
                                     std::shared_ptr<TlsIdentity const> identity, bool as_client) {
  BulkStream::Settings settings{.as_client = as_client};
  settings.channel.mode = test.mode;
  settings.channel.alone = test.streams == 1 && !test.bidirectional;
  if (test.transport == Transport::tls) settings.channel.identity = std::move(identity);
  settings.channel.cipher = test.cipher;
  settings.channel.record_octets = test.record_octets;
  return settings;
}

BulkStream::Settings sending(BulkStream::Settings receiving, Bandwidth const& test, BitRate limit) {
  receiving.allowance = std::make_shared<SendAllowance>(test.byte_limit_bytes, limit);
  // The bucket keeps the limit; the pacing only spreads what it grants, so it may be looser. Where
  // a grant is gone within a third of a millisecond there is nothing to spread, and the kernel's
  // timers cost a fifth of the rate (bench/RESULTS.md).
  constexpr BitRate fastest_paced{25e9};
  if (limit <= fastest_paced) receiving.pacing = BitRate{2 * limit.per_second / test.streams};
  return receiving;
}

Async<bool> send_json(tcp::socket* socket, nlohmann::json message) {
  auto const framed = frame(message.dump());
  auto const [lost, sent] = co_await asio::async_write(*socket, asio::buffer(framed), no_throw);
  if (lost) co_return tl::unexpected(broken(lost, "control connection of the bulk test"));
  co_return true;
}

Async<nlohmann::json> receive_json(tcp::socket* socket, std::uint32_t octets,
                                   std::chrono::milliseconds limit) {
  auto message = co_await within(limit, receive_frame(socket, octets));
  if (!message && message.error().detail.empty())
    message.error().detail = fmt::format("no answer in the bulk test within {} ms", limit.count());
  co_return message;
}
}  // namespace leadline
