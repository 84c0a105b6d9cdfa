#include "probes/tcp_push_report.hpp"

#include "probes/core/within.hpp"
#include "probes/wire/octets.hpp"

#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <cstddef>
#include <exception>
#include <span>
#include <string>

namespace leadline {
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {
constexpr std::uint32_t longest_report = 4096;
using Length = std::array<std::byte, sizeof(std::uint32_t)>;
}  // namespace

asio::awaitable<bool> write_report(tcp::socket* socket, TcpPushReport report) {
  auto const json = nlohmann::json(report).dump();
  Length length{};
  OctetWriter{length}.put(static_cast<std::uint32_t>(json.size()));
  std::array<asio::const_buffer, 2> const parts{asio::buffer(length), asio::buffer(json)};
  auto const [error, octets] = co_await asio::async_write(*socket, parts, no_throw);
  co_return !error;
}

asio::awaitable<std::optional<TcpPushReport>> read_report(tcp::socket* socket) {
  Length length{};
  auto const [no_length, four] = co_await asio::async_read(*socket, asio::buffer(length), no_throw);
  if (no_length) co_return std::nullopt;
  auto const octets = OctetReader{length}.get<std::uint32_t>();
  if (octets > longest_report) co_return std::nullopt;
  std::string json(octets, '\0');
  auto const [no_text, read] = co_await asio::async_read(*socket, asio::buffer(json), no_throw);
  if (no_text) co_return std::nullopt;
  try {
    co_return nlohmann::json::parse(json).get<TcpPushReport>();
  } catch (std::exception const&) {  // the library's and our own errors
    co_return std::nullopt;
  }
}
}  // namespace leadline
