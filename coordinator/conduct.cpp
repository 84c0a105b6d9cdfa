#include "coordinator/conduct.hpp"

#include "coordinator/campaign.hpp"
#include "coordinator/coordinator_identity.hpp"
#include "coordinator/cost.hpp"
#include "coordinator/roster.hpp"
#include "probes/core/quantity.hpp"
#include "probes/core/within.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/thread_pool.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <exception>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace leadline {
namespace {
namespace asio = boost::asio;
using asio::ip::tcp;

/// Beyond either of these somebody is asked first.
constexpr Bytes much_data{100'000'000'000};
constexpr std::chrono::minutes long_time{10};
/// What a bulk test may reach where nothing caps it: the agents' default --max-rate.
constexpr BitRate agents_default_cap{10e9};

/// Each agent is a descriptor; a thousand of them and as many strangers must not run us out.
void allow_many_descriptors() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

/// One processor is the run's own; more than four would wait for it.
unsigned decoder_threads() {
  return std::clamp(std::thread::hardware_concurrency(), 2U, 5U) - 1;
}

tcp::acceptor listen_on(asio::io_context& context, tcp::endpoint const& endpoint) {
  tcp::acceptor acceptor{context};
  boost::system::error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address{true}, error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (!error) return acceptor;
  std::ostringstream where;
  where << endpoint;
  throw UsageError{fmt::format("--listen: cannot listen on {}: {}{}", where.str(), error.message(),
                               error == asio::error::address_in_use
                                   ? "; stop what listens there, or take another port"
                                   : "")};
}

bool confirmed(std::string const& question) {
  if (::isatty(STDIN_FILENO) == 0)
    throw UsageError{question +
                     "; add --yes to run it, or --pairs ring, --pairs sample:N, --quick"};
  std::cerr << question << ". Go on? [y/N] " << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

asio::awaitable<void> interrupted(Survey* survey) {
  asio::signal_set signals{co_await asio::this_coro::executor, SIGINT, SIGTERM};
  auto const [error, signal] = co_await signals.async_wait(no_throw);
  if (!error)
    survey->interruptions.emplace_back(signal == SIGINT ? "stopped by Ctrl-C"
                                                        : "stopped by SIGTERM");
}  // from here on a second signal ends the process at once

asio::awaitable<void> out_of_time(Survey* survey) {
  co_await elapse(survey->plan.timeout);
  survey->interruptions.push_back(
      fmt::format("the time limit of {} has passed (--timeout)", format(survey->plan.timeout)));
}

asio::awaitable<void> carry_out(std::shared_ptr<Roster> roster, Survey* survey,
                                Progress* progress) {
  using namespace asio::experimental::awaitable_operators;
  Campaign campaign{co_await asio::this_coro::executor, roster, *survey, *progress};
  co_await (campaign.run() || interrupted(survey) || out_of_time(survey));
  campaign.finish();
  survey->refusals.assign(roster->refusals().begin(), roster->refusals().end());
  co_await roster->close();
}

/// Says what the run will cost, and asks before a dear one.
void tell_cost(RunOptions const& options, Progress& progress) {
  auto const& plan = options.plan;
  auto const cost = estimate_cost(plan, plan.expect, agents_default_cap);
  auto const sentence =
      fmt::format("this run: {} pairs, {} bandwidth tests, at most {}, about {}", cost.pairs,
                  cost.bulk_tests, format(cost.at_most), format(cost.duration));
  progress.say(sentence);
  if (cost.duration > plan.timeout)
    progress.say(
        fmt::format("this is more than the time limit of {}, which will cut it short: "
                    "raise --timeout",
                    format(plan.timeout)));
  if (options.yes || (cost.at_most <= much_data && cost.duration <= long_time)) return;
  if (!confirmed(sentence)) throw UsageError{"not run: it was not confirmed"};
}
}  // namespace

void conduct(RunOptions const& options, Survey& survey, Progress& progress) {
  asio::io_context context{1};
  auto identity = coordinator_identity(options.tls);
  allow_many_descriptors();
  auto acceptor = listen_on(context, options.listen);
  tell_cost(options, progress);
  survey.started = std::chrono::system_clock::now();
  asio::thread_pool decoders{decoder_threads()};  // ends before the context that they answer to
  auto const roster =
      Roster::open(std::move(acceptor), decoders.get_executor(), std::move(identity), options.plan);
  std::exception_ptr failure;
  asio::co_spawn(context, carry_out(roster, &survey, &progress), [&](std::exception_ptr e) {
    failure = e;
    context.stop();
  });
  context.run();
  if (failure) std::rethrow_exception(failure);
}
}  // namespace leadline
