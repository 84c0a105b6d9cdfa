#include "bench/engine/asio_bench.hpp"
#include "bench/engine/bare_bench.hpp"
#include "bench/engine/bare_rate_bench.hpp"
#include "bench/engine/bulk_bench.hpp"
#include "bench/engine/rate_bench.hpp"
#include "probes/core/quantity.hpp"

#include <boost/program_options.hpp>

#include <array>
#include <iostream>
#include <stdexcept>
#include <utility>

// The engine of the Bandwidth, Reach and TlsHandshake probes by itself, for side-by-side
// measurements: what it says goes to the standard output as one line of JSON.

namespace {
namespace po = boost::program_options;
using namespace leadline;
using namespace leadline::bench;

po::options_description flags() {
  po::options_description known{
      "bench_engine send|receive|both|handshakes|echo|asio-send|"
      "asio-receive|bare-send|bare-receive|bare-echo"};
  known.add_options()("help", "")("what", po::value<std::string>()->required())(
      "address", po::value<std::string>()->default_value("127.0.0.1"))(
      "port", po::value<int>()->default_value(0), "of the receiver; 0 with `both`: any")(
      "streams", po::value<int>()->default_value(1))("duration",
                                                     po::value<std::string>()->default_value("2s"))(
      "mode", po::value<std::string>()->default_value("ceiling"), "ceiling, migration or verify")(
      "cc", po::value<std::string>()->default_value(""), "congestion control; empty: the system's")(
      "tls", po::value<std::string>()->default_value(""),
      "directory with tls.crt, tls.key and ca.crt; empty: plain TCP")(
      "cipher", po::value<std::string>()->default_value(""), "aes128gcm, aes256gcm or chacha20")(
      "record-size", po::value<int>()->default_value(0))(
      "max-rate", po::value<std::string>()->default_value(""), "cap; empty: none")(
      "no-pauses", "a ceiling's receiver of one stream lets nothing gather")(
      "sender-cpu", po::value<int>()->default_value(-1))("receiver-cpu",
                                                         po::value<int>()->default_value(-1));
  return known;
}

Options read(po::variables_map const& given) {
  auto const text = [&](char const* name) { return given[name].as<std::string>(); };
  auto const number = [&](char const* name) { return given[name].as<int>(); };
  auto const duration = parse_duration(text("duration"));
  if (!duration)
    throw std::runtime_error{"--duration " + text("duration") + ": " + duration.error()};
  auto const port = number("port");
  if (port < 0 || port > 65535)
    throw std::runtime_error{"--port " + std::to_string(port) + ": allowed are 0 to 65535"};
  BulkMode const mode = nlohmann::json(text("mode")).get<BulkMode>();
  if (nlohmann::json(mode) != text("mode"))
    throw std::runtime_error{"--mode " + text("mode") +
                             ": allowed are ceiling, migration and verify"};
  BitRate max_rate{0};
  if (auto const cap = text("max-rate"); !cap.empty()) {
    auto const rate = parse_rate(cap);
    if (!rate) throw std::runtime_error{"--max-rate " + cap + ": " + rate.error()};
    max_rate = *rate;
  }
  Options options{
      .at = {boost::asio::ip::make_address(text("address")), static_cast<std::uint16_t>(port)},
      .streams = number("streams"),
      .duration = *duration,
      .mode = mode,
      .congestion = text("cc"),
      .identity = text("tls"),
      .cipher = text("cipher"),
      .record_octets = number("record-size"),
      .max_rate = max_rate,
      .pauses = !given.contains("no-pauses"),
      .sender_processor = number("sender-cpu"),
      .receiver_processor = number("receiver-cpu")};
  Bandwidth asked{.streams = options.streams, .duration_ms = options.duration};
  asked.congestion = options.congestion;
  asked.cipher = options.cipher;
  asked.record_octets = options.record_octets;
  if (auto const wrong = objection_to(asked); !wrong.empty()) throw std::runtime_error{wrong};
  return options;
}

nlohmann::json measure(std::string const& what, Options const& options) {
  using Measurement = nlohmann::json (*)(Options const&);
  using Row = std::pair<std::string_view, Measurement>;
  constexpr std::array measurements{Row{"send", bench::send},
                                    Row{"receive", receive},
                                    Row{"both", send_and_receive},
                                    Row{"handshakes", handshakes},
                                    Row{"echo", echo},
                                    Row{"asio-send", asio_send},
                                    Row{"asio-receive", asio_receive},
                                    Row{"bare-send", bare_send},
                                    Row{"bare-receive", bare_receive},
                                    Row{"bare-echo", bare_echo}};
  for (auto const& [name, measurement] : measurements)
    if (name == what) return measurement(options);
  throw std::runtime_error{"'" + what + "': see --help"};
}
}  // namespace

int main(int argc, char** argv) {
  try {
    po::positional_options_description positions;
    positions.add("what", 1);
    auto const known = flags();
    po::variables_map given;
    po::store(po::command_line_parser(argc, argv).options(known).positional(positions).run(),
              given);
    if (given.contains("help")) {
      std::cout << known;
      return 0;
    }
    po::notify(given);
    std::cout << measure(given["what"].as<std::string>(), read(given)).dump() << '\n';
    return 0;
  } catch (std::exception const& wrong) {
    std::cerr << "bench_engine: " << wrong.what() << '\n';
    return 2;
  }
}
