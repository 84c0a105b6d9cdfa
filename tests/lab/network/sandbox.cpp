#include "tests/lab/network/sandbox.hpp"

#include "tests/lab/network/file_descriptor.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fcntl.h>
#include <fstream>
#include <poll.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace leadline::lab {
namespace {

SkippedLab refused(char const* what) {
  return SkippedLab{
      fmt::format("{}: {}", what, std::error_code{errno, std::generic_category()}.message())};
}

/// Dies with its parent. `alive` is a pipe that only the parent holds open: it tells whether the
/// parent had died before the kernel was asked.
void die_with_parent(int alive) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  pollfd parent{.fd = alive, .events = POLLIN, .revents = 0};
  if (::poll(&parent, 1, 0) > 0) ::_exit(128 + SIGKILL);
}

void isolate() {
  auto const user = ::geteuid();
  auto const group = ::getegid();
  int const namespaces = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET;
  if (::unshare(user == 0 ? namespaces : namespaces | CLONE_NEWUSER) != 0)
    throw refused("namespaces are not permitted here (unshare)");
  if (user == 0) return;
  std::ofstream{"/proc/self/setgroups"} << "deny";
  std::ofstream{"/proc/self/uid_map"} << fmt::format("0 {} 1", user);
  std::ofstream{"/proc/self/gid_map"} << fmt::format("0 {} 1", group);
  ::prctl(PR_SET_DUMPABLE, 1);  // new credentials made /proc/self/fd unreadable
}

void mount_own_proc() {
  if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
      ::mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) != 0)
    throw refused("/proc cannot be mounted in a namespace here");
}

/// nft lies where an ordinary user does not look.
// NOLINTBEGIN(concurrency-mt-unsafe): a sandbox starts with one thread
void look_in_sbin() {
  auto const* const path = std::getenv("PATH");
  ::setenv("PATH", fmt::format("{}:/usr/sbin:/sbin", path == nullptr ? "" : path).c_str(), 1);
}

// NOLINTEND(concurrency-mt-unsafe)

int guarded(std::function<int()> const& body) {
  try {
    return body();
  } catch (SkippedLab const& skipped) {
    fmt::print(stderr, "skipped: {}\n", skipped.what());
    return skipped_exit_code;
  } catch (std::exception const& error) {
    fmt::print(stderr, "lab: {}\n", error.what());
    return EXIT_FAILURE;
  }
}

/// Forks a child that dies with this process, and waits for it.
int in_child(std::function<int()> const& body) {
  std::array<int, 2> alive{};
  if (::pipe2(alive.data(), O_CLOEXEC) != 0) throw refused("pipe");
  FileDescriptor const child_end{alive[0]};
  FileDescriptor parent_end{alive[1]};
  std::fflush(nullptr);
  auto const child = ::fork();
  if (child < 0) throw refused("processes are not permitted here (fork)");
  if (child == 0) {
    parent_end.close();
    die_with_parent(child_end.get());
    auto const code = guarded(body);
    std::fflush(nullptr);
    ::_exit(code);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
}  // namespace

int run_in_sandbox(std::function<int()> const& body) {
  return in_child([&body] {
    isolate();
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // forgotten when the credentials changed
    return in_child([&body] {
      mount_own_proc();
      look_in_sbin();
      return body();
    });
  });
}
}  // namespace leadline::lab
