#pragma once
#include <tl/expected.hpp>

#include <filesystem>
#include <string>
#include <sys/types.h>
#include <vector>

namespace leadline {

struct NewFile {
  std::string name;
  std::string content;
  ::mode_t mode{};
};

/// Writes all of them into `directory` (made where it is missing) or none. Each appears at once and
/// whole; one that exists already is never touched, and is an error. Throws OutputError where the
/// disk is at fault (full, a quota, EIO).
tl::expected<void, std::string> write_new_files(std::filesystem::path const& directory,
                                                std::vector<NewFile> const& files);
}  // namespace leadline
