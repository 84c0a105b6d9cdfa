#pragma once
#include "probes/bulk_slot.hpp"
#include "probes/reach.hpp"
#include "probes/responder.hpp"
#include "probes/wire/preamble.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <utility>

namespace leadline {
namespace asio = boost::asio;
using asio::ip::tcp;
using asio::ip::udp;

inline bool has_ipv6_loopback() {
  asio::io_context context;
  boost::system::error_code error;
  tcp::acceptor acceptor{context};
  acceptor.open(tcp::v6(), error);
  if (!error) acceptor.bind({asio::ip::make_address("::1"), 0}, error);
  return !error;
}

/// One responder and what it takes to reach it, over a real loopback.
class Loopback : public testing::TestWithParam<char const*> {
 protected:
  void SetUp() override {
    if (address_.is_v6() && !has_ipv6_loopback()) GTEST_SKIP() << "no ::1 on this machine";
  }

  std::unique_ptr<Responder> respond(NodeIndex self, std::shared_ptr<BulkSlot> bulk_slot = {}) {
    Responder::Options options;
    options.passport = {.run = run_, .key = key_, .self = self};
    options.addresses = {address_};
    options.bulk_slot = std::move(bulk_slot);
    auto opened = Responder::open(context_.get_executor(), options);
    EXPECT_TRUE(opened.has_value());
    return opened ? std::move(*opened) : nullptr;
  }

  Reach reach_to(Responder const& responder, NodeIndex meant) {
    Reach probe;
    probe.path.passport = {.run = run_, .key = key_, .self = 1};
    probe.path.peer = meant;
    probe.path.source = address_;
    probe.path.target = address_;
    probe.path.udp_port = responder.ports().front().udp;
    probe.path.tcp_ports = responder.ports().front().tcp;
    return probe;
  }

  template <class T>
  T wait_for(asio::awaitable<T> work) {
    auto result = asio::co_spawn(context_, std::move(work), asio::use_future);
    context_.restart();
    while (result.wait_for(std::chrono::seconds{0}) != std::future_status::ready)
      context_.run_one();
    return result.get();
  }

  /// What is said to a signed preamble; empty if the connection ends without it.
  std::optional<Welcome> call(Responder const& responder, Preamble preamble) {
    preamble.run = run_;
    preamble.source = 1;
    tcp::socket caller{context_};
    caller.connect({address_, responder.ports().front().tcp.front()});
    asio::write(caller, asio::buffer(encode(preamble, key_)));
    if (!becomes([&] { return caller.available() >= Welcome::octets; })) return std::nullopt;
    Welcome::Packed packed{};
    asio::read(caller, asio::buffer(packed));
    auto const welcome = decode_welcome(packed, key_);
    return welcome ? std::optional{*welcome} : std::nullopt;
  }

  template <class Condition>
  bool becomes(Condition condition) {
    auto const limit = std::chrono::steady_clock::now() + std::chrono::seconds{10};
    context_.restart();
    while (!condition() && std::chrono::steady_clock::now() < limit)
      context_.run_one_for(std::chrono::milliseconds{20});
    return condition();
  }

  asio::ip::address address_ = asio::ip::make_address(GetParam());
  RunId run_ = 77;
  RunKey key_ = RunKey::random();
  asio::io_context context_;
};

}  // namespace leadline
