#include "coordinator/report_file.hpp"

#include "coordinator/commands/command.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <iostream>
#include <stdexcept>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace leadline {

ReportFile::ReportFile(std::filesystem::path target) : target_{std::move(target)} {
  if (target_.empty()) return;
  if (std::filesystem::is_directory(target_))
    throw UsageError{fmt::format("--out: {} is a directory; name a file", target_.string())};
  partial_ = target_;
  partial_ += fmt::format(".partial-{}", ::getpid());
  file_.open(partial_, std::ios::binary | std::ios::trunc);
  if (!file_)
    throw UsageError{fmt::format("--out: cannot write {}: {}", target_.string(),
                                 std::generic_category().message(errno))};
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
  stream().flush();
  if (!stream())
    throw std::runtime_error{
        target_.empty() ? "the report could not be written to standard output"
                        : fmt::format("the report could not be written to {}", target_.string())};
  if (!target_.empty()) std::filesystem::rename(partial_, target_);
}
}  // namespace leadline
