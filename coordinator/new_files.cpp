#include "coordinator/new_files.hpp"

#include "coordinator/commands/command.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace leadline {
namespace {
/// Which file could not be made, and the kernel's reason.
struct WriteFailure {
  std::filesystem::path path;
  int error{};
};

using Written = tl::expected<void, WriteFailure>;

Written write_whole(std::filesystem::path const& path, NewFile const& file) {
  int const descriptor =
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, file.mode);
  if (descriptor < 0) return tl::unexpected(WriteFailure{path, errno});
  int error = 0;
  for (std::size_t at = 0; at < file.content.size() && error == 0;) {
    auto const n = ::write(descriptor, file.content.data() + at, file.content.size() - at);
    if (n > 0)
      at += static_cast<std::size_t>(n);
    else if (errno != EINTR)
      error = errno;
  }
  if (error == 0 && ::fsync(descriptor) != 0) error = errno;
  if (::close(descriptor) != 0 && error == 0) error = errno;
  if (error != 0) return tl::unexpected(WriteFailure{path, error});
  return {};
}

/// Puts the finished file in its place, unless something is there: link(2) never replaces.
Written put_in_place(std::filesystem::path const& draft, std::filesystem::path const& path) {
  if (::link(draft.c_str(), path.c_str()) == 0) return {};
  return tl::unexpected(WriteFailure{path, errno});
}

/// Another place would not help, the same one may later.
bool is_the_disks_fault(int error) {
  return error == ENOSPC || error == EDQUOT || error == EIO || error == EFBIG;
}

tl::unexpected<std::string> unwritten(WriteFailure const& failure) {
  if (failure.error == EEXIST)
    return tl::unexpected(
        fmt::format("{}: exists already and is not overwritten; remove it or choose another --out",
                    failure.path.string()));
  auto what =
      fmt::format("{}: {}", failure.path.string(), std::generic_category().message(failure.error));
  if (is_the_disks_fault(failure.error)) throw OutputError{"cannot write " + what};
  return tl::unexpected(std::move(what));
}
}  // namespace

tl::expected<void, std::string> write_new_files(std::filesystem::path const& directory,
                                                std::vector<NewFile> const& files) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) return unwritten({directory, error.value()});

  std::vector<std::filesystem::path> drafts;
  std::vector<std::filesystem::path> placed;
  Written outcome;
  for (auto const& file : files) {
    auto const draft = directory / fmt::format(".{}.{}.new", file.name, ::getpid());
    drafts.push_back(draft);
    outcome = write_whole(draft, file);
    if (!outcome) break;
  }
  for (std::size_t i = 0; i < files.size() && outcome; ++i) {
    outcome = put_in_place(drafts.at(i), directory / files.at(i).name);
    if (outcome) placed.push_back(directory / files.at(i).name);
  }
  if (!outcome)
    for (auto const& path : placed) ::unlink(path.c_str());
  for (auto const& path : drafts) ::unlink(path.c_str());
  if (!outcome) return unwritten(outcome.error());
  return {};
}
}  // namespace leadline
