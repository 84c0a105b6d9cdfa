#include "probes/bandwidth.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace leadline {
namespace {
bool names_congestion_control(std::string const& name) {
  constexpr std::size_t longest = 15;  // TCP_CA_NAME_MAX with its final zero
  return name.size() <= longest && std::ranges::all_of(name, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
         });
}

std::string objection_to_time(Bandwidth const& probe) {
  using namespace std::chrono_literals;
  if (probe.duration_ms < 100ms || probe.duration_ms > 60s)
    return fmt::format("a duration of {} ms, allowed are 100 to 60000", probe.duration_ms.count());
  if (probe.warm_up_ms < 0ms || probe.warm_up_ms >= probe.duration_ms)
    return fmt::format("a warm-up of {} ms in a test of {} ms", probe.warm_up_ms.count(),
                       probe.duration_ms.count());
  return {};
}

std::string objection_to_tls(Bandwidth const& probe) {
  constexpr std::array<std::string_view, 4> ciphers{"", "aes128gcm", "aes256gcm", "chacha20"};
  if (std::ranges::find(ciphers, probe.cipher) == ciphers.end())
    return fmt::format("cipher '{}', known are aes128gcm, aes256gcm and chacha20", probe.cipher);
  if (probe.record_octets != 0 && (probe.record_octets < 512 || probe.record_octets > 16384))
    return fmt::format("TLS records of {} octets, allowed are 512 to 16384", probe.record_octets);
  return {};
}
}  // namespace

std::string objection_to(Bandwidth const& probe) {
  if (probe.streams < 1 || probe.streams > 32)
    return fmt::format("{} streams, allowed are 1 to 32", probe.streams);
  if (auto wrong = objection_to_time(probe); !wrong.empty()) return wrong;
  if (probe.rate_limit_bits_per_second.per_second < 0)
    return fmt::format("a rate limit of {} bit/s, allowed are 0 (none) and more",
                       probe.rate_limit_bits_per_second.per_second);
  if (!names_congestion_control(probe.congestion))
    return fmt::format("congestion control '{}', which no kernel calls so", probe.congestion);
  if (probe.dscp < 0 || probe.dscp > 63)
    return fmt::format("DSCP {}, allowed are 0 to 63", probe.dscp);
  if (probe.mss != 0 && (probe.mss < 88 || probe.mss > 32767))
    return fmt::format("an MSS of {} octets, allowed are 88 to 32767", probe.mss);
  return objection_to_tls(probe);
}

void to_json(nlohmann::json& j, Bandwidth::Result const& result) {
  j = static_cast<BulkFlow const&>(result);
  j["transport"] = result.transport;
  j["mode"] = result.mode;
  j["streams"] = result.streams;
  j["cipher"] = result.cipher;
  j["record_octets"] = result.record_octets;
  j["reverse"] = result.reverse;
}

void from_json(nlohmann::json const& j, Bandwidth::Result& result) {
  j.get_to(static_cast<BulkFlow&>(result));
  j.at("transport").get_to(result.transport);
  j.at("mode").get_to(result.mode);
  j.at("streams").get_to(result.streams);
  j.at("cipher").get_to(result.cipher);
  j.at("record_octets").get_to(result.record_octets);
  j.at("reverse").get_to(result.reverse);
}
}  // namespace leadline
