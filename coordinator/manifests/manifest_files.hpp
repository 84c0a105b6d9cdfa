#pragma once
#include "coordinator/manifests/manifest.hpp"

#include <filesystem>

namespace leadline {

/// All objects of a file, of a folder's *.yaml, *.yml and *.json (those of folders in it as well,
/// but nothing hidden), or of standard input ("-"). Throws std::filesystem::filesystem_error for
/// what is not there or cannot be read.
ManifestSet read_manifest_files(std::filesystem::path const& path);
}  // namespace leadline
