#include "probes/data_connection.hpp"

#include "probes/core/within.hpp"
#include "probes/linux/socket_option.hpp"
#include "probes/wire/nonce.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include <netinet/in.h>
#include <stdexcept>

namespace leadline {
namespace {
namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

std::string format(tcp::endpoint const& endpoint) {
  return endpoint.address().is_v6()
             ? fmt::format("[{}]:{}", endpoint.address().to_string(), endpoint.port())
             : fmt::format("{}:{}", endpoint.address().to_string(), endpoint.port());
}

Error failed(Error::Stage stage, error_code code, std::string detail) {
  return {.stage = stage, .code = code, .detail = std::move(detail)};
}

/// Says what is wrong with a welcome; nothing: it is the peer's, and it accepts.
std::optional<Error> objection(Welcome const& welcome, Preamble const& preamble) {
  auto const refused = make_error_code(boost::system::errc::permission_denied);
  if (welcome.nonce != preamble.nonce)
    return failed(Error::Stage::handshake, refused, "the welcome answers another call");
  if (welcome.answered_by != preamble.target || welcome.status == Welcome::Status::wrong_target)
    return failed(Error::Stage::handshake, refused,
                  fmt::format("node {} answers at the address of node {}", welcome.answered_by,
                              preamble.target));
  if (welcome.status == Welcome::Status::busy)
    return failed(Error::Stage::handshake, asio::error::try_again, "the peer is busy");
  if (welcome.status != Welcome::Status::accepted)
    return failed(Error::Stage::handshake, refused, "the peer refused the call");
  return std::nullopt;
}

Async<tcp::socket> call_port(Path path, DataCall call, tcp::endpoint to) {
  tcp::socket socket{co_await asio::this_coro::executor};
  error_code unopened;
  socket.open(to.protocol(), unopened);
  if (unopened)
    co_return tl::unexpected(failed(Error::Stage::configuration, unopened, "opening a socket"));
  if (auto const set = apply(call.options, socket); !set) co_return tl::unexpected(set.error());
  // The port is chosen at connect(2), so that one port can serve connections to many peers.
  error_code bound = set_option(socket.native_handle(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
  if (!bound) socket.bind({path.source, 0}, bound);
  if (bound)
    co_return tl::unexpected(
        failed(Error::Stage::configuration, bound, "source address " + path.source.to_string()));
  auto const [refused] = co_await socket.async_connect(to, no_throw);
  if (refused) co_return tl::unexpected(failed(Error::Stage::connect, refused, format(to)));
  if (auto const kept = keep_congestion(call.options, socket); !kept)
    co_return tl::unexpected(kept.error());

  Preamble const preamble{.purpose = call.purpose,
                          .run = path.passport.run,
                          .source = path.passport.self,
                          .target = path.peer,
                          .session = call.session,
                          .parameter = call.parameter,
                          .nonce = random_nonce()};
  auto const out = encode(preamble, path.passport.key);
  auto const [unsent, sent] = co_await asio::async_write(socket, asio::buffer(out), no_throw);
  if (unsent) co_return tl::unexpected(failed(Error::Stage::handshake, unsent, format(to)));
  Welcome::Packed in{};
  auto const [unread, read] = co_await asio::async_read(socket, asio::buffer(in), no_throw);
  if (unread) co_return tl::unexpected(failed(Error::Stage::handshake, unread, format(to)));
  auto const welcome = decode_welcome(in, path.passport.key);
  if (!welcome)
    co_return tl::unexpected(failed(Error::Stage::handshake,
                                    make_error_code(boost::system::errc::bad_message),
                                    format(to) + ": " + welcome.error()));
  if (auto no = objection(*welcome, preamble)) {
    no->detail = format(to) + ": " + no->detail;
    co_return tl::unexpected(std::move(*no));
  }
  co_return socket;
}
}  // namespace

Async<tcp::socket> open_data_connection(Path path, DataCall call) {
  Error last =
      failed(Error::Stage::configuration, make_error_code(boost::system::errc::invalid_argument),
             "the peer has no TCP ports");
  int tried = 0;
  for (auto const port : path.tcp_ports) {
    if (tried++ == call.most_ports) break;
    tcp::endpoint const to{path.target, port};
    auto connected = co_await within(call.port_timeout, call_port(path, call, to));
    if (connected) co_return std::move(*connected);
    last = std::move(connected.error());
    if (last.stage == Error::Stage::timeout) last.detail = "connecting to " + format(to);
    // An answer from the other end is the answer of the node; only silence and refusal are a
    // port's.
    if (last.stage == Error::Stage::handshake || last.stage == Error::Stage::configuration) break;
  }
  co_return tl::unexpected(std::move(last));
}
}  // namespace leadline
