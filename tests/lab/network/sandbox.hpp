#pragma once
#include <functional>
#include <stdexcept>

namespace leadline::lab {

/// What automake and CTest call "skipped".
inline constexpr int skipped_exit_code = 77;

/// What this machine lacks for a lab.
struct SkippedLab : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Runs `body` as process 1 of its own user (unless root), mount, process and network namespaces,
/// and returns its exit code (128 + signal if it was killed). Whatever dies, the caller or the
/// body, by whatever signal: the kernel ends all processes of the sandbox and forgets its
/// namespaces. Where the kernel does not permit this, or the body throws SkippedLab:
/// `skipped_exit_code`, with the reason on stderr.
int run_in_sandbox(std::function<int()> const& body);
}  // namespace leadline::lab
