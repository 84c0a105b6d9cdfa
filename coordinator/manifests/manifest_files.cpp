#include "coordinator/manifests/manifest_files.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <iterator>
#include <system_error>
#include <utility>
#include <vector>

namespace leadline {
namespace {
namespace fs = std::filesystem;

fs::filesystem_error unreadable(fs::path const& path, int error) {
  return {"cannot read", path, std::error_code{error, std::generic_category()}};
}

/// Stops just behind the largest text that is read at all, so that an endless one ends as well.
std::string contents_of(std::istream& in, fs::path const& path) {
  std::string text;
  std::string part(std::size_t{1} << 20U, '\0');
  errno = 0;
  while (text.size() <= document_limits::json_octets) {
    in.read(part.data(), static_cast<std::streamsize>(part.size()));
    text.append(part, 0, static_cast<std::size_t>(in.gcount()));
    if (in.bad()) throw unreadable(path, errno == 0 ? EIO : errno);
    if (!in) break;
  }
  return text;
}

ManifestSet read_file(fs::path const& path) {
  if (path == "-") return read_manifests("-", contents_of(std::cin, path));
  errno = 0;
  std::ifstream in{path, std::ios::binary};
  if (!in) throw unreadable(path, errno == 0 ? ENOENT : errno);
  constexpr std::uintmax_t takes_a_while = std::uintmax_t{4} << 20U;
  std::error_code ignored;
  if (auto const octets = fs::file_size(path, ignored); !ignored && octets >= takes_a_while)
    spdlog::info("reading {} ({} MiB)", path.string(), octets >> 20U);
  return read_manifests(path.string(), contents_of(in, path));
}

bool is_manifest(fs::path const& path) {
  auto const extension = path.extension();
  return extension == ".yaml" || extension == ".yml" || extension == ".json";
}

std::vector<fs::path> files_in(fs::path const& folder) {
  std::vector<fs::path> files;
  fs::recursive_directory_iterator entry{folder};
  for (; entry != fs::recursive_directory_iterator{}; ++entry) {
    bool const hidden = entry->path().filename().string().starts_with('.');
    if (hidden && entry->is_directory()) entry.disable_recursion_pending();
    if (!hidden && is_manifest(entry->path()) && entry->is_regular_file())
      files.push_back(entry->path());
  }
  std::ranges::sort(files);
  return files;
}
}  // namespace

ManifestSet read_manifest_files(fs::path const& path) {
  if (!fs::is_directory(path)) return read_file(path);
  ManifestSet all;
  for (auto const& file : files_in(path)) {
    auto part = read_file(file);
    std::ranges::move(part.manifests, std::back_inserter(all.manifests));
    std::ranges::move(part.mistakes, std::back_inserter(all.mistakes));
  }
  if (all.manifests.empty() && all.mistakes.empty())
    all.mistakes.push_back(
        {.place = {.file = path.string(), .path = {}},
         .message = "the folder holds no *.yaml, *.yml or *.json with objects in them"});
  return all;
}
}  // namespace leadline
