#include "coordinator/confirmation.hpp"

#include "coordinator/commands/command.hpp"
#include "coordinator/interruption.hpp"
#include "probes/core/within.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/this_coro.hpp>

#include <iostream>
#include <unistd.h>

namespace leadline {
namespace asio = boost::asio;

namespace {
/// Until somebody has typed a line, or standard input has ended: that is no answer, whatever stands
/// before it.
asio::awaitable<void> ask(std::string question, std::string* answer) {
  std::cerr << question << ". Go on? [y/N] " << std::flush;
  asio::posix::stream_descriptor input{co_await asio::this_coro::executor, ::dup(STDIN_FILENO)};
  auto const [error] = co_await input.async_wait(asio::posix::descriptor_base::wait_read, no_throw);
  // Waiting made the terminal non-blocking, for standard output and the shell as well.
  input.native_non_blocking(false);
  if (error) co_return;
  std::getline(std::cin, *answer);
  if (std::cin.eof()) answer->clear();
}
}  // namespace

asio::awaitable<void> confirm(std::string question, Survey* survey) {
  using namespace asio::experimental::awaitable_operators;
  if (::isatty(STDIN_FILENO) == 0)
    throw UsageError{question +
                     "; add --yes to run it, or less: --pairs ring, --pairs sample:N, --max-bytes" +
                     (survey->command.starts_with("leadline check") ? ", --quick" : "")};
  std::string answer;
  // In this order: whoever reads the question may answer it with Ctrl-C.
  co_await (interrupted(survey) || ask(question, &answer));
  if (survey->interruptions.empty() && answer != "y" && answer != "Y" && answer != "yes")
    throw UsageError{"not run: it was not confirmed"};
}
}  // namespace leadline
