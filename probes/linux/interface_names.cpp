#include "probes/linux/interface_names.hpp"

#include <memory>
#include <net/if.h>

namespace leadline {
namespace {
struct FreeNames {
  void operator()(struct if_nameindex* all) const { ::if_freenameindex(all); }
};
}  // namespace

std::vector<std::string> interface_names() {
  std::vector<std::string> names;
  std::unique_ptr<struct if_nameindex, FreeNames> const all{::if_nameindex()};
  for (auto const* at = all.get(); at != nullptr && at->if_index != 0; ++at)
    names.emplace_back(at->if_name);
  return names;
}
}  // namespace leadline
