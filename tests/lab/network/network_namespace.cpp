#include "tests/lab/network/network_namespace.hpp"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <sched.h>
#include <system_error>

namespace leadline::lab {
namespace {
FileDescriptor current_namespace() {
  FileDescriptor current{::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)};
  if (!current) throw std::system_error{errno, std::generic_category(), "/proc/thread-self/ns/net"};
  return current;
}

void enter(int descriptor) {
  if (::setns(descriptor, CLONE_NEWNET) != 0)
    throw std::system_error{errno, std::generic_category(), "setns"};
}
}  // namespace

NetworkNamespace::NetworkNamespace() {
  auto const home = current_namespace();
  if (::unshare(CLONE_NEWNET) != 0)
    throw std::system_error{errno, std::generic_category(), "unshare(CLONE_NEWNET)"};
  descriptor_ = current_namespace();
  enter(home.get());
}

Visit::Visit(NetworkNamespace const& place) : home_{current_namespace()} {
  enter(place.descriptor());
}

Visit::~Visit() {
  // Nothing that comes after may run in the wrong namespace.
  if (::setns(home_.get(), CLONE_NEWNET) != 0) std::abort();
}
}  // namespace leadline::lab
