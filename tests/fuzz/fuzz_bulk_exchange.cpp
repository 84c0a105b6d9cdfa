// Any text on the control connection of a bulk test: a message of either side or an error.
#include "probes/bulk_exchange.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {
using namespace leadline;

template <class Message>
void read_and_write(nlohmann::json const& json) {
  auto const message = read_as<Message>(json);
  if (message && !read_as<Message>(nlohmann::json(*message))) std::abort();
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const text{reinterpret_cast<char const*>(data), size};
  auto const json = nlohmann::json::parse(text, nullptr, false);
  if (json.is_discarded()) return 0;
  read_and_write<BulkReply>(json);
  read_and_write<BulkHalt>(json);
  read_and_write<BulkReport>(json);
  read_and_write<BulkRequest>(json);
  auto const request = read_as<BulkRequest>(json);
  if (request && objection_to(request->bandwidth).empty() &&
      (request->bandwidth.streams < 1 ||
       request->bandwidth.duration_ms <= request->bandwidth.warm_up_ms))
    std::abort();
  return 0;
}
