#pragma once
#include <unistd.h>
#include <utility>

namespace leadline::lab {
/// Owns a descriptor, and closes it.
class FileDescriptor {
 public:
  FileDescriptor() = default;

  explicit FileDescriptor(int descriptor) : descriptor_{descriptor} {}

  FileDescriptor(FileDescriptor&& other) noexcept
      : descriptor_{std::exchange(other.descriptor_, -1)} {}

  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }

  FileDescriptor(FileDescriptor const&) = delete;
  FileDescriptor& operator=(FileDescriptor const&) = delete;

  ~FileDescriptor() { close(); }

  [[nodiscard]] int get() const { return descriptor_; }

  explicit operator bool() const { return descriptor_ >= 0; }

  void close() {
    if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
  }

 private:
  int descriptor_{-1};
};
}  // namespace leadline::lab
