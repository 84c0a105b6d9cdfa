#include "coordinator/interruption.hpp"

#include "probes/core/within.hpp"

#include <boost/asio/signal_set.hpp>
#include <boost/asio/this_coro.hpp>

#include <csignal>

namespace leadline {
namespace asio = boost::asio;

asio::awaitable<void> interrupted(Survey* survey) {
  asio::signal_set signals{co_await asio::this_coro::executor, SIGINT, SIGTERM};
  auto const [error, signal] = co_await signals.async_wait(no_throw);
  if (!error)
    survey->interruptions.emplace_back(signal == SIGINT ? "stopped by Ctrl-C"
                                                        : "stopped by SIGTERM");
}
}  // namespace leadline
