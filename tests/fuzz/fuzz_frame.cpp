// Any bytes, cut anywhere: FrameReader never reads past its input and never gives an empty frame.
#include "probes/wire/frame.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  if (size == 0) return 0;
  std::string_view const bytes{reinterpret_cast<char const*>(data), size};
  auto const step = std::size_t{data[0]} % 64 + 1;
  leadline::FrameReader reader{4096};
  for (std::size_t at = 1; at < size; at += step) {
    reader.feed(bytes.substr(at, step));
    for (;;) {
      auto const next = reader.next();
      if (!next) return 0;
      if (!*next) break;
      if ((*next)->empty() || (*next)->size() > 4096) std::abort();
    }
  }
  return 0;
}
