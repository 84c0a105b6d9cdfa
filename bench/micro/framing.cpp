#include "probes/wire/frame.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace leadline {
namespace {
/// A stream of frames of so many octets each, read in the 16 KiB pieces of a channel.
void read_frames(benchmark::State& state) {
  constexpr std::size_t frames = 64;
  constexpr std::size_t piece = 16384;
  std::string stream;
  for (std::size_t i = 0; i < frames; ++i)
    stream += frame(std::string(static_cast<std::size_t>(state.range(0)), 'x'));
  for (auto _ : state) {
    FrameReader reader{1U << 22U};
    std::size_t read = 0;
    for (std::size_t at = 0; at < stream.size(); at += piece) {
      reader.feed(std::string_view{stream}.substr(at, piece));
      for (auto next = reader.next(); next && *next; next = reader.next()) ++read;
    }
    if (read != frames) state.SkipWithError("frames were lost");
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(stream.size()) * state.iterations());
}

BENCHMARK(read_frames)->Arg(300)->Arg(4000)->Arg(200000);
}  // namespace
}  // namespace leadline
