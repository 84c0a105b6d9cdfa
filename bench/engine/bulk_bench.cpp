#include "bench/engine/bulk_bench.hpp"

#include "probes/bulk_exchange.hpp"
#include "probes/bulk_sampling.hpp"
#include "probes/linux/connection_option.hpp"
#include "probes/wire/tls_identity.hpp"

#include <boost/asio/io_context.hpp>

#include <future>
#include <stdexcept>
#include <sys/resource.h>
#include <thread>

namespace leadline::bench {
namespace {
namespace asio = boost::asio;
using asio::ip::tcp;
using Clock = std::chrono::steady_clock;

template <class T>
T must(Expected<T> value) {
  if (!value) throw std::runtime_error{describe(value.error())};
  return std::move(*value);
}

BulkStream::Settings settings_of(Options const& options, bool sends) {
  Bandwidth test{.mode = options.mode, .streams = options.streams};
  test.cipher = options.cipher;
  test.record_octets = options.record_octets;
  std::shared_ptr<TlsIdentity const> identity;
  if (!options.identity.empty()) {
    test.transport = Transport::tls;
    identity = must(TlsIdentity::from_leadline(options.identity));
  }
  auto settings = stream_settings(test, identity, sends);
  settings.channel.alone = settings.channel.alone && options.pauses;
  settings.processor = sends ? options.sender_processor : options.receiver_processor;
  return sends ? sending(settings, test, options.max_rate) : settings;
}

/// CPU of the whole process: what a like program is charged for.
double process_cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  auto const seconds = [](timeval const& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

nlohmann::json describe_end(BulkStreams const& streams, BulkSampling const& sampling) {
  auto const end = sampling.end();
  auto const octets = octets_of(streams);
  auto first = std::chrono::nanoseconds::max();
  auto last = std::chrono::nanoseconds{0};
  for (auto const& stream : streams) {
    first = std::min(first, stream->first_moved());
    last = std::max(last, stream->last_moved());
  }
  std::chrono::duration<double> const time = last - first;
  auto const gigabytes = static_cast<double>(octets) * 1e-9;
  auto const& stream = *streams.front();
  return {{"streams", streams.size()},
          {"seconds", time.count()},
          {"bytes", octets},
          {"rate_bits_per_second", time.count() > 0 ? (Bytes{octets} / time).per_second : 0},
          {"cpu_seconds", end.cpu_seconds},
          {"cpu_seconds_per_gb", gigabytes > 0 ? end.cpu_seconds / gigabytes : 0},
          {"process_cpu_seconds", process_cpu_seconds()},
          {"sending", stream.sending()},
          {"cipher", end.cipher},
          {"congestion", end.streams.front().congestion_control},
          {"failure", failure_of(streams)}};
}

nlohmann::json receive_on(tcp::acceptor& acceptor, Options const& options) {
  auto const settings = settings_of(options, false);
  std::vector<tcp::socket> sockets;
  sockets.reserve(static_cast<std::size_t>(options.streams));
  for (int i = 0; i < options.streams; ++i) sockets.push_back(acceptor.accept());
  BulkStreams streams;
  for (auto& socket : sockets)
    streams.push_back(must(BulkStream::start(std::move(socket), settings)));
  BulkSampling sampling{streams, std::chrono::milliseconds{0}};
  for (auto due = sampling.began(); !ended(streams); due += BulkSampling::period) {
    std::this_thread::sleep_until(due);
    sampling.take(due);
  }
  return describe_end(streams, sampling);
}

tcp::acceptor listen(asio::io_context& context, Options const& options) {
  return tcp::acceptor{context, options.at};
}
}  // namespace

nlohmann::json receive(Options const& options) {
  asio::io_context context;
  auto acceptor = listen(context, options);
  return receive_on(acceptor, options);
}

nlohmann::json send(Options const& options) {
  asio::io_context context;
  auto const settings = settings_of(options, true);
  std::vector<tcp::socket> sockets;
  for (int i = 0; i < options.streams; ++i) {
    auto& socket = sockets.emplace_back(context, options.at.protocol());
    must(apply({.congestion = options.congestion}, socket));
    socket.connect(options.at);
  }
  BulkStreams streams;
  for (auto& socket : sockets)
    streams.push_back(must(BulkStream::start(std::move(socket), settings)));
  BulkSampling const sampling{streams, std::chrono::milliseconds{0}};
  std::this_thread::sleep_for(options.duration);
  for (auto const& stream : streams) stream->stop();
  return describe_end(streams, sampling);
}

nlohmann::json send_and_receive(Options const& options) {
  asio::io_context context;
  auto acceptor = listen(context, options);
  auto local = options;
  local.at = acceptor.local_endpoint();
  auto receiving = std::async(std::launch::async, [&] { return receive_on(acceptor, local); });
  nlohmann::json both{{"sender", send(local)}};
  both["receiver"] = receiving.get();
  return both;
}
}  // namespace leadline::bench
