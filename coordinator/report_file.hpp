#pragma once
#include <filesystem>
#include <fstream>
#include <iosfwd>
#include <optional>

namespace leadline {

/// Where the report goes: standard output, a file that appears only when it is whole, or a device
/// or pipe that is there already and is written as it is.
class ReportFile {
 public:
  /// Empty: standard output. Throws UsageError if the file cannot be made: now, not after the run.
  explicit ReportFile(std::filesystem::path target);
  ~ReportFile();  ///< without commit() nothing is left
  ReportFile(ReportFile const&) = delete;
  ReportFile& operator=(ReportFile const&) = delete;

  std::ostream& stream();
  /// Throws OutputError if not everything could be written.
  void commit();

 private:
  std::filesystem::path target_;
  std::filesystem::path partial_;  ///< empty: what is written is the target itself
  std::ofstream file_;
};
}  // namespace leadline
