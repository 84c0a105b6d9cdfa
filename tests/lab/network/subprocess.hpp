#pragma once
#include "tests/lab/network/file_descriptor.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace leadline::lab {

struct CommandLine {
  std::vector<std::string> words;
  int network_namespace{-1};             ///< a descriptor; -1: the caller's
  std::vector<std::string> environment;  ///< NAME=value, over the caller's
  int standard_input{-1};                ///< descriptors; -1: the caller's
  int standard_output{-1};
  int standard_error{-1};
};

/// Starts a program; throws std::system_error if it cannot fork. A program that cannot be executed
/// ends with 127.
pid_t start(CommandLine const& command);

/// Exit code, or 128 + signal.
int wait_for(pid_t process);
/// The same if it has ended.
std::optional<int> poll_for(pid_t process);

/// Runs a program with this text as its input; throws std::runtime_error with its output if it
/// fails.
void run_to_end(CommandLine command, std::string const& input = {});

/// Opens a file for writing; throws std::system_error.
FileDescriptor create_file(std::filesystem::path const& path);
}  // namespace leadline::lab
