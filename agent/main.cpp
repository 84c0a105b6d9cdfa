#include "agent/migration_addresses.hpp"
#include "agent/options.hpp"
#include "agent/session.hpp"
#include "probes/core/error.hpp"
#include "probes/linux/descriptor_limit.hpp"
#include "probes/linux/interface.hpp"
#include "probes/linux/standard_streams.hpp"
#include "probes/wire/tls_identity.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <csignal>
#include <exception>
#include <iostream>
#include <malloc.h>
#include <stdexcept>

namespace {
namespace asio = boost::asio;
using namespace leadline;

constexpr int exit_usage = 2;

/// An agent waits for days after a test whose streams take megabytes. Buffers become mappings of
/// their own, which go when they are freed (glibc would raise the bound with each), and all threads
/// share one arena: the top of another one's is never given back. Streams allocate once, so none of
/// this costs them speed.
void keep_little_memory() {
  constexpr int buffer_octets = 64 << 10;
  // Before there is a second thread. NOLINTBEGIN(concurrency-mt-unsafe)
  ::mallopt(M_ARENA_MAX, 1);
  ::mallopt(M_MMAP_THRESHOLD, buffer_octets);
  ::mallopt(M_TRIM_THRESHOLD, 2 * buffer_octets);
  // NOLINTEND(concurrency-mt-unsafe)
}

/// Mistakes in the files are told at once, not at the first connection.
void check_identities(agent::Options const& options) {
  if (auto const own = TlsIdentity::from_leadline(options.tls); !own)
    throw std::invalid_argument{"--tls: " + own.error().detail};
  if (options.migration_tls.empty()) return;
  if (auto const migration = TlsIdentity::from_migration(options.migration_tls); !migration)
    throw std::invalid_argument{"--migration-tls: " + migration.error().detail};
}

/// Told at once as well, but no reason to end: the interface may still come.
void look_for_addresses(agent::Options const& options) {
  auto const interface = read_interface(agent::migration_interface(options));
  if (agent::migration_addresses(interface, options).empty())
    spdlog::warn("{}; until that changes this node cannot be measured",
                 agent::why_no_address(interface, options));
}

void serve(agent::Options const& options) {
  asio::io_context context{1};
  asio::signal_set signals{context, SIGINT, SIGTERM};
  signals.async_wait([&](auto const& error, int) {
    if (!error) context.stop();
  });
  asio::co_spawn(context, agent::attend(options), [](std::exception_ptr failure) {
    if (failure) std::rethrow_exception(failure);
  });
  context.run();
}
}  // namespace

int main(int count, char** words) {
  keep_little_memory();
  occupy_standard_streams();
  allow_many_descriptors();
  std::signal(SIGPIPE, SIG_IGN);  // a peer that goes away is an error code, not the end
  spdlog::set_default_logger(spdlog::stderr_color_mt("agent"));
  spdlog::set_pattern("%H:%M:%S %^%l%$ %v");
  try {
    auto const options = agent::read_options(count, words, std::cout);
    if (!options) return 0;
    if (options->verbose) spdlog::set_level(spdlog::level::debug);
    check_identities(*options);
    look_for_addresses(*options);
    serve(*options);
    return 0;
  } catch (std::invalid_argument const& e) {
    std::cerr << "leadline-agent: " << e.what() << "\nTry 'leadline-agent --help'.\n";
    return exit_usage;
  } catch (std::exception const& e) {
    std::cerr << "leadline-agent: " << e.what() << '\n';
    return 1;
  }
}
