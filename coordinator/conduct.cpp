#include "coordinator/conduct.hpp"

#include "coordinator/campaign.hpp"
#include "coordinator/confirmation.hpp"
#include "coordinator/coordinator_identity.hpp"
#include "coordinator/cost.hpp"
#include "coordinator/interruption.hpp"
#include "coordinator/roster.hpp"
#include "probes/core/quantity.hpp"
#include "probes/core/within.hpp"
#include "probes/linux/descriptor_limit.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <exception>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
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

/// One processor is the run's own; more than four would wait for it.
unsigned decoder_threads() {
  return std::clamp(std::thread::hardware_concurrency(), 2U, 5U) - 1;
}

std::string_view what_to_do(boost::system::error_code error) {
  if (error == asio::error::address_in_use)
    return "; stop what listens there, or take another port";
  if (error == boost::system::errc::address_not_available)
    return "; no interface of this machine has it: 'ip address' lists those that it has, and "
           "0.0.0.0 or [::] means all of them";
  if (error == asio::error::access_denied) return "; take a port above 1023, or run it as root";
  return "";
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
                               what_to_do(error))};
}

asio::awaitable<void> out_of_time(Survey* survey) {
  co_await elapse(survey->plan.timeout);
  survey->interruptions.push_back(
      fmt::format("the time limit of {} has passed (--timeout)", format(survey->plan.timeout)));
}

/// Once all is measured: they ask for the report, which is what comes next. Who has asked before
/// insists, and is not ignored.
void ignore_interruptions() {
  for (auto const number : {SIGINT, SIGTERM, SIGHUP}) std::signal(number, SIG_IGN);
}

asio::awaitable<void> carry_out(std::shared_ptr<Roster> roster, Survey* survey,
                                Progress* progress) {
  using namespace asio::experimental::awaitable_operators;
  Campaign campaign{co_await asio::this_coro::executor, roster, *survey, *progress};
  co_await (campaign.run() || interrupted(survey) || out_of_time(survey));
  if (survey->interruptions.empty()) ignore_interruptions();
  campaign.finish();
  survey->refusals.insert(survey->refusals.end(), roster->refusals().begin(),
                          roster->refusals().end());
  co_await roster->close();
}

/// Runs it to its end, and throws what it threw.
void run_in(asio::io_context& context, asio::awaitable<void> work) {
  std::exception_ptr failure;
  asio::co_spawn(context, std::move(work), [&](std::exception_ptr e) {
    failure = e;
    context.stop();
  });
  context.run();
  context.restart();
  if (failure) std::rethrow_exception(failure);
}

/// Says what the run will cost, and asks before a dear one.
void tell_cost(RunOptions const& options, asio::io_context& context, Survey& survey,
               Progress& progress) {
  auto const& plan = options.plan;
  auto const cost = estimate_cost(plan, plan.expect, agents_default_cap);
  auto const sentence =
      fmt::format("this run: {} pairs, {} bandwidth tests{}, at most {}, about {}", cost.pairs,
                  cost.bulk_tests - cost.saturation_tests,
                  cost.saturation_tests > 0
                      ? fmt::format(" and {} of the saturation round", cost.saturation_tests)
                      : "",
                  format(cost.at_most), format(cost.duration));
  bool const asks = !options.yes && (cost.at_most > much_data || cost.duration > long_time);
  if (!asks) progress.say(sentence);
  if (cost.duration > plan.timeout)
    progress.say(
        fmt::format("this is more than the time limit of {}, which will cut it short: "
                    "raise --timeout",
                    format(plan.timeout)));
  if (asks) run_in(context, confirm(sentence, &survey));
}
}  // namespace

void conduct(RunOptions const& options, Survey& survey, Progress& progress) {
  asio::io_context context{1};
  auto identity = coordinator_identity(options.tls);
  allow_many_descriptors();
  auto acceptor = listen_on(context, options.listen);
  tell_cost(options, context, survey, progress);
  survey.begun = survey.interruptions.empty();
  if (!survey.begun) return;
  survey.started = std::chrono::system_clock::now();
  asio::thread_pool decoders{decoder_threads()};  // ends before the context that they answer to
  auto const roster =
      Roster::open(std::move(acceptor), decoders.get_executor(), std::move(identity), options.plan);
  run_in(context, carry_out(roster, &survey, &progress));
}
}  // namespace leadline
