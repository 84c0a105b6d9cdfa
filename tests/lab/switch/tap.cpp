#include "tests/lab/switch/tap.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <span>
#include <stdexcept>
#include <sys/ioctl.h>
#include <system_error>

namespace leadline::lab {

FileDescriptor open_tap(std::string const& interface) {
  FileDescriptor tap{::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC)};
  if (!tap) throw std::system_error{errno, std::generic_category(), "/dev/net/tun"};
  ifreq request{};
  std::span const name{request.ifr_name};
  if (interface.size() >= name.size()) throw std::invalid_argument{"too long: " + interface};
  std::ranges::copy(interface, name.begin());
  request.ifr_flags = IFF_TAP | IFF_NO_PI;
  if (::ioctl(tap.get(), TUNSETIFF, &request) != 0)
    throw std::system_error{errno, std::generic_category(), "TAP " + interface};
  return tap;
}

void set_carrier(FileDescriptor const& tap, bool carrier) {
  int const state = carrier ? 1 : 0;
  if (::ioctl(tap.get(), TUNSETCARRIER, &state) != 0)
    throw std::system_error{errno, std::generic_category(), "TUNSETCARRIER"};
}
}  // namespace leadline::lab
