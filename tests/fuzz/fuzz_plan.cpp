// Any plan file: a plan or mistakes with their places, never a crash, never none of both.
#include "coordinator/plan.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string const yaml{reinterpret_cast<char const*>(data), size};
  auto const plan = leadline::read_plan(yaml, leadline::Plan{});
  if (!plan && plan.error().empty()) std::abort();
  return 0;
}
