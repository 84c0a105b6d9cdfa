#include "tests/lab/network/subprocess.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <sched.h>
#include <stdexcept>
#include <sys/mman.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace leadline::lab {
namespace {
[[noreturn]] void fail(std::string const& what) {
  throw std::system_error{errno, std::generic_category(), what};
}

FileDescriptor memory_file(std::string const& content) {
  FileDescriptor file{::memfd_create("lab", MFD_CLOEXEC)};
  if (!file) fail("memfd_create");
  if (::write(file.get(), content.data(), content.size()) < 0) fail("write");
  ::lseek(file.get(), 0, SEEK_SET);
  return file;
}

std::string read_all(FileDescriptor const& file) {
  ::lseek(file.get(), 0, SEEK_SET);
  std::string content(4096, '\0');
  auto const octets = ::read(file.get(), content.data(), content.size());
  content.resize(octets < 0 ? 0 : static_cast<std::size_t>(octets));
  return content;
}

// Runs in a fresh child: it has one thread.
// NOLINTBEGIN(concurrency-mt-unsafe)
[[noreturn]] void execute(CommandLine const& command) {
  if (command.network_namespace >= 0 && ::setns(command.network_namespace, CLONE_NEWNET) != 0)
    ::_exit(126);
  if (command.standard_input >= 0) ::dup2(command.standard_input, STDIN_FILENO);
  if (command.standard_output >= 0) ::dup2(command.standard_output, STDOUT_FILENO);
  if (command.standard_error >= 0) ::dup2(command.standard_error, STDERR_FILENO);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  for (auto const& assignment : command.environment) {
    auto const equals = assignment.find('=');
    ::setenv(assignment.substr(0, equals).c_str(), assignment.substr(equals + 1).c_str(), 1);
  }
  auto words = command.words;
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  ::execvp(arguments[0], arguments.data());
  ::_exit(127);
}

// NOLINTEND(concurrency-mt-unsafe)

int exit_code(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
}  // namespace

pid_t start(CommandLine const& command) {
  auto const process = ::fork();
  if (process < 0) fail("fork");
  if (process == 0) execute(command);
  return process;
}

int wait_for(pid_t process) {
  int status = 0;
  while (::waitpid(process, &status, 0) < 0)
    if (errno != EINTR) fail("waitpid");
  return exit_code(status);
}

std::optional<int> poll_for(pid_t process) {
  int status = 0;
  auto const ended = ::waitpid(process, &status, WNOHANG);
  if (ended < 0) fail("waitpid");
  if (ended == 0) return std::nullopt;
  return exit_code(status);
}

void run_to_end(CommandLine command, std::string const& input) {
  auto const in = memory_file(input);
  auto const out = memory_file({});
  command.standard_input = in.get();
  command.standard_output = out.get();
  command.standard_error = out.get();
  if (auto const code = wait_for(start(command)); code != 0)
    throw std::runtime_error{fmt::format("'{}' ended with {}: {}{}", fmt::join(command.words, " "),
                                         code, read_all(out),
                                         input.empty() ? "" : "\ninput:\n" + input)};
}

FileDescriptor create_file(std::filesystem::path const& path) {
  FileDescriptor file{::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)};
  if (!file) fail(path.string());
  return file;
}
}  // namespace leadline::lab
