#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/system/error_code.hpp>
#include <tl/expected.hpp>

#include <string>

namespace leadline {

/// Why something could not be done: at which stage, what the system said, and on what.
struct Error {
  enum class Stage { resolve, connect, handshake, transfer, timeout, configuration };
  Stage stage{Stage::configuration};
  boost::system::error_code code;
  std::string detail;
};

/// "connect: Connection refused (10.0.0.1:40000)".
std::string describe(Error const& error);

template <class T>
using Expected = tl::expected<T, Error>;

template <class T>
using Async = boost::asio::awaitable<Expected<T>>;
}  // namespace leadline
