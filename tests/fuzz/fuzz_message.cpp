// Any text from either side: a message or an error; what is read can be written and read again.
#include "probes/wire/message.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const text{reinterpret_cast<char const*>(data), size};
  if (auto const message = leadline::decode_agent_message(text);
      message && !leadline::decode_agent_message(leadline::encode(*message)))
    std::abort();
  if (auto const message = leadline::decode_coordinator_message(text);
      message && !leadline::decode_coordinator_message(leadline::encode(*message)))
    std::abort();
  return 0;
}
