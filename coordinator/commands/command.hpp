#pragma once
#include <iosfwd>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace leadline {

/// The exit codes of every command; scripts rely on them.
namespace exit_codes {
constexpr int ready = 0;
constexpr int internal_error = 1;
constexpr int usage = 2;
constexpr int warnings_under_strict = 10;
constexpr int not_ready = 20;
constexpr int unknown = 30;
}  // namespace exit_codes

/// A mistake of the user's: what is wrong, and what is allowed. Becomes exit code 2.
struct UsageError : std::invalid_argument {
  using std::invalid_argument::invalid_argument;
};

/// The result could not be written where it belongs. Becomes exit code 1.
struct OutputError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Flushes, and throws OutputError if anything that went there before was lost.
void require_written(std::ostream& out, std::string_view where);

using Words = std::vector<std::string>;

/// One word of the command line: what it is for, and what runs it.
struct Command {
  std::string_view name;
  std::string_view synopsis;
  std::string_view purpose;
  int (*run)(Words const& words);  ///< the words after the command's name; returns the exit code
};

int bench(Words const& words);
int check(Words const& words);
int estimate(Words const& words);
int explain(Words const& words);
int init(Words const& words);
int lint(Words const& words);
int pki(Words const& words);
int verify_vmi(Words const& words);
}  // namespace leadline
