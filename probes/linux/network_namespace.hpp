#pragma once
#include "probes/core/error.hpp"

#include <functional>
#include <optional>
#include <string>

namespace leadline {

/// A network namespace by a file that stands for it (/proc/PID/ns/net, /run/netns/NAME).
class NetworkNamespace {
 public:
  /// Error: the stage "configuration", with what the system says of the path.
  static Expected<NetworkNamespace> open(std::string const& path);

  NetworkNamespace(NetworkNamespace&& other) noexcept;
  NetworkNamespace& operator=(NetworkNamespace&& other) noexcept;
  NetworkNamespace(NetworkNamespace const&) = delete;
  NetworkNamespace& operator=(NetworkNamespace const&) = delete;
  ~NetworkNamespace();

  /// Is it the calling thread's own?
  [[nodiscard]] bool is_own() const;
  /// The number by which the calling thread's namespace calls this one (IFLA_LINK_NETNSID); nothing
  /// if no link leads there.
  [[nodiscard]] std::optional<int> number() const;

  /// Runs `work` in it, on a thread of its own that ends with it: the caller never leaves its
  /// namespace. What `work` throws is thrown here. Error: setns(2) was refused, nothing was run; it
  /// asks for CAP_SYS_ADMIN.
  [[nodiscard]] Expected<bool> visit(std::function<void()> const& work) const;

 private:
  NetworkNamespace(std::string path, int descriptor);

  std::string path_;
  int descriptor_;
};
}  // namespace leadline
