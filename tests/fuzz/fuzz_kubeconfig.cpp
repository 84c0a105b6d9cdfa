// Any kubeconfig, and any answer of an API server: something usable or a mistake with its reason;
// never a crash, and never a server that is not asked by https.
#include "coordinator/kubernetes/kubeconfig.hpp"
#include "coordinator/kubernetes/live_objects.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace leadline;
  std::string const text{reinterpret_cast<char const*>(data), size};
  if (auto const context = read_kubeconfig(text, "")) {
    if (!parse_api_server(format(context->server))) std::abort();
  } else if (context.error().message.empty()) {
    std::abort();
  }
  if (auto const page = read_live_page("https://api:6443", text)) {
    for (auto const& manifest : page->objects.manifests)
      if (format(manifest.place("/spec")).empty()) std::abort();
  } else if (page.error().empty()) {
    std::abort();
  }
  if (said_in({.status = 500, .body = text}).size() > 400 + 6 * size) std::abort();
  return 0;
}
