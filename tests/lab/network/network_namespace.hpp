#pragma once
#include "tests/lab/network/file_descriptor.hpp"

namespace leadline::lab {

/// A network namespace without a name: it lives as long as its descriptor, its processes and its
/// sockets. Throws std::system_error where it cannot be made.
class NetworkNamespace {
 public:
  NetworkNamespace();

  [[nodiscard]] int descriptor() const { return descriptor_.get(); }

 private:
  FileDescriptor descriptor_;
};

/// While it lives the calling thread is in that namespace: sockets opened now stay there.
class Visit {
 public:
  explicit Visit(NetworkNamespace const& place);
  Visit(Visit const&) = delete;
  Visit(Visit&&) = delete;
  Visit& operator=(Visit const&) = delete;
  Visit& operator=(Visit&&) = delete;
  ~Visit();

 private:
  FileDescriptor home_;
};
}  // namespace leadline::lab
