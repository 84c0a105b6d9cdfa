#include "probes/bulk_stream.hpp"

#include "probes/linux/usable_processors.hpp"
#include "tests/unit/refused_system_call.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <gtest/gtest.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sched.h>
#include <string>
#include <sys/syscall.h>
#include <thread>

namespace leadline {
namespace {
namespace asio = boost::asio;
using boost::asio::ip::tcp;

/// How many threads of this process may run on this processor only.
int bound_to(int processor) {
  auto const wanted = "Cpus_allowed_list:\t" + std::to_string(processor);
  int found = 0;
  for (auto const& task : std::filesystem::directory_iterator{"/proc/self/task"}) {
    std::ifstream status{task.path() / "status"};
    for (std::string line; std::getline(status, line);) found += line == wanted ? 1 : 0;
  }
  return found;
}

TEST(BulkStream, RunsOnTheProcessorThatItIsGiven) {
  cpu_set_t allowed;
  ASSERT_EQ(::sched_getaffinity(0, sizeof allowed, &allowed), 0);
  if (CPU_COUNT(&allowed) < 2) GTEST_SKIP() << "every thread is bound to the only processor";
  int processor = 0;
  while (!CPU_ISSET(static_cast<unsigned>(processor), &allowed)) ++processor;
  boost::asio::io_context context;
  tcp::acceptor acceptor{context, {boost::asio::ip::address_v4::loopback(), 0}};
  tcp::socket near{context};
  near.connect(acceptor.local_endpoint());
  auto stream = BulkStream::start(acceptor.accept(), {.processor = processor});
  ASSERT_TRUE(stream.has_value());
  auto const deadline = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  while (bound_to(processor) == 0 && std::chrono::steady_clock::now() < deadline)
    std::this_thread::yield();
  EXPECT_EQ(bound_to(processor), 1);
  (*stream)->stop();
}

TEST(BulkStream, ThatGetsNoThreadIsNotTakenForABusyNode) {
  std::optional<Error> error;
  std::thread{[&error] {
    asio::io_context context;
    tcp::acceptor acceptor{context, {asio::ip::make_address("127.0.0.1"), 0}};
    tcp::socket caller{context};
    caller.connect(acceptor.local_endpoint());
    auto called = acceptor.accept();
    refuse_system_call(SYS_clone3, EAGAIN);
    refuse_system_call(SYS_clone, EAGAIN);
    auto stream = BulkStream::start(std::move(called), {});
    if (!stream) error = stream.error();
  }}.join();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code.value(), EAGAIN);
  EXPECT_EQ(error->stage, Error::Stage::configuration) << "a busy node's is another";
  EXPECT_EQ(error->detail, "starting a thread");
}

TEST(UsableProcessors, AreThoseOfTheThreadsAffinity) {
  cpu_set_t allowed;
  ASSERT_EQ(::sched_getaffinity(0, sizeof allowed, &allowed), 0);
  EXPECT_EQ(usable_processors(), CPU_COUNT(&allowed));
  int processor = 0;
  while (!CPU_ISSET(static_cast<unsigned>(processor), &allowed)) ++processor;
  std::thread{[&] {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(static_cast<unsigned>(processor), &one);
    ASSERT_EQ(::sched_setaffinity(0, sizeof one, &one), 0);
    EXPECT_EQ(usable_processors(), 1U);
  }}.join();
}
}  // namespace
}  // namespace leadline
