#include "coordinator/report_file.hpp"

#include "coordinator/commands/command.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <iostream>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace leadline {

ReportFile::ReportFile(std::filesystem::path target) : target_{std::move(target)} {
  if (target_.empty()) return;
  std::error_code ignored;  // what cannot be looked at cannot be opened either
  auto const status = std::filesystem::status(target_, ignored);
  auto const there = status.type();
  if (there == std::filesystem::file_type::directory)
    throw UsageError{fmt::format("--out: {} is a directory; name a file", target_.string())};
  // A link keeps its place, and so does what is no file: /dev/stdout is both.
  bool const file = there == std::filesystem::file_type::regular;
  if (file) target_ = std::filesystem::canonical(target_);
  if (there == std::filesystem::file_type::not_found &&
      std::filesystem::is_symlink(target_, ignored))
    target_ = target_.parent_path() / std::filesystem::read_symlink(target_, ignored);
  if (file || there == std::filesystem::file_type::not_found) {
    partial_ = target_;
    partial_ += fmt::format(".partial-{}", ::getpid());
  }
  file_.open(partial_.empty() ? target_ : partial_, std::ios::binary | std::ios::trunc);
  if (!file_)
    throw UsageError{fmt::format("--out: cannot write {}: {}", target_.string(),
                                 std::generic_category().message(errno))};
  // Who has made it unreadable for others means its next content, too.
  if (file) std::filesystem::permissions(partial_, status.permissions(), ignored);
}

ReportFile::~ReportFile() {
  if (partial_.empty()) return;
  file_.close();
  std::error_code ignored;  // committed: it is no longer there
  std::filesystem::remove(partial_, ignored);
}

std::ostream& ReportFile::stream() {
  return target_.empty() ? std::cout : file_;
}

void ReportFile::commit() {
  require_written(stream(), target_.empty() ? "standard output" : target_.string());
  if (partial_.empty()) return;
  std::error_code error;
  std::filesystem::rename(partial_, target_, error);
  if (error)
    throw OutputError{fmt::format("cannot write {}: {}", target_.string(), error.message())};
}
}  // namespace leadline
