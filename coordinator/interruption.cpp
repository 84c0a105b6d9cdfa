#include "coordinator/interruption.hpp"

#include "probes/core/within.hpp"

#include <boost/asio/signal_set.hpp>
#include <boost/asio/this_coro.hpp>

#include <csignal>

namespace leadline {
namespace asio = boost::asio;

namespace {
void mask_interruptions(int how) {
  sigset_t signals;
  sigemptyset(&signals);
  for (auto const number : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, number);
  pthread_sigmask(how, &signals, nullptr);
}

bool is_ignored(int signal) {
  struct sigaction now{};
  return ::sigaction(signal, nullptr, &now) == 0 && now.sa_handler == SIG_IGN;
}

char const* in_words(int signal) {
  if (signal == SIGINT) return "stopped by Ctrl-C";
  return signal == SIGHUP ? "stopped by SIGHUP: the terminal was closed" : "stopped by SIGTERM";
}
}  // namespace

void hold_interruptions() {
  mask_interruptions(SIG_BLOCK);
}

asio::awaitable<void> interrupted(Survey* survey) {
  asio::signal_set signals{co_await asio::this_coro::executor, SIGINT, SIGTERM};
  if (!is_ignored(SIGHUP)) signals.add(SIGHUP);
  mask_interruptions(SIG_UNBLOCK);
  auto const [error, signal] = co_await signals.async_wait(no_throw);
  if (error)
    hold_interruptions();  // nobody listens any more, and somebody may again
  else
    survey->interruptions.emplace_back(in_words(signal));
}
}  // namespace leadline
