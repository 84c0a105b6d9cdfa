#include "coordinator/conduct.hpp"

#include "coordinator/campaign.hpp"
#include "coordinator/cost.hpp"
#include "coordinator/roster.hpp"
#include "probes/core/quantity.hpp"
#include "probes/core/within.hpp"
#include "probes/wire/identity.hpp"
#include "probes/wire/tls_identity.hpp"

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
#include <filesystem>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>

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

/// What every agent would refuse is said before the first of them has to.
std::shared_ptr<TlsIdentity const> coordinator_identity(std::filesystem::path const& directory) {
  auto identity = TlsIdentity::from_leadline(directory);
  if (!identity) throw UsageError{"--tls: " + identity.error().detail};
  auto const who = identity_of((*identity)->client_leaf());
  if (who && who->role == Identity::Role::coordinator) return *std::move(identity);
  throw UsageError{fmt::format(
      "--tls: {}/tls.crt is not a coordinator's certificate but {}: issue one with 'leadline pki "
      "issue --role coordinator --ca DIR --out DIR'",
      directory.string(), who ? "that of an " + format(*who) : who.error())};
}
}  // namespace

void tell_cost(RunOptions const& options, Progress& progress) {
  auto const cost = estimate_cost(options.plan, options.plan.expect, agents_default_cap);
  auto const sentence =
      fmt::format("this run: {} pairs, {} bandwidth tests, at most {}, about {}", cost.pairs,
                  cost.bulk_tests, format(cost.at_most), format(cost.duration));
  progress.say(sentence);
  if (options.yes || (cost.at_most <= much_data && cost.duration <= long_time)) return;
  if (!confirmed(sentence)) throw UsageError{"not run: it was not confirmed"};
}

void conduct(RunOptions const& options, Survey& survey, Progress& progress) {
  asio::io_context context{1};
  auto identity = coordinator_identity(options.tls);
  allow_many_descriptors();
  asio::thread_pool decoders{decoder_threads()};  // ends before the context that they answer to
  auto const roster = Roster::open(listen_on(context, options.listen), decoders.get_executor(),
                                   std::move(identity), options.plan);
  std::exception_ptr failure;
  asio::co_spawn(context, carry_out(roster, &survey, &progress), [&](std::exception_ptr e) {
    failure = e;
    context.stop();
  });
  context.run();
  if (failure) std::rethrow_exception(failure);
}
}  // namespace leadline
