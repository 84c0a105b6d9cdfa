#pragma once
#include <boost/system/error_code.hpp>

#include <cerrno>
#include <sys/socket.h>

namespace leadline {

/// setsockopt(2) with an int. For options that Asio has no name for.
inline boost::system::error_code set_option(int descriptor, int level, int option, int value) {
  if (::setsockopt(descriptor, level, option, &value, sizeof value) == 0) return {};
  return {errno, boost::system::system_category()};
}
}  // namespace leadline
