#include "probes/linux/network_namespace.hpp"

#include "probes/linux/netlink_message.hpp"

#include <cerrno>
#include <fcntl.h>
#include <future>
#include <linux/net_namespace.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/handlers.h>
#include <netlink/msg.h>
#include <sched.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace leadline {
namespace {
Error refused(std::string const& what, std::string const& path) {
  return {.stage = Error::Stage::configuration,
          .code = {errno, boost::system::system_category()},
          .detail = what + " " + path};
}
}  // namespace

NetworkNamespace::NetworkNamespace(std::string path, int descriptor)
    : path_{std::move(path)}, descriptor_{descriptor} {}

NetworkNamespace::NetworkNamespace(NetworkNamespace&& other) noexcept
    : path_{std::move(other.path_)}, descriptor_{std::exchange(other.descriptor_, -1)} {}

NetworkNamespace& NetworkNamespace::operator=(NetworkNamespace&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

NetworkNamespace::~NetworkNamespace() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Expected<NetworkNamespace> NetworkNamespace::open(std::string const& path) {
  // Not blocking: the path may be anything, a pipe without a writer included.
  int const descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return tl::unexpected(refused("open", path));
  return NetworkNamespace{path, descriptor};
}

bool NetworkNamespace::is_own() const {
  struct stat own{};
  struct stat other{};
  return ::stat("/proc/thread-self/ns/net", &own) == 0 && ::fstat(descriptor_, &other) == 0 &&
         own.st_dev == other.st_dev && own.st_ino == other.st_ino;
}

std::optional<int> NetworkNamespace::number() const {
  NetlinkMessage message{RTM_GETNSID, 0};
  message.put_header(rtgenmsg{});
  nla_put_u32(message.get(), NETNSA_FD, static_cast<std::uint32_t>(descriptor_));
  int number = NETNSA_NSID_NOT_ASSIGNED;
  auto const outcome = message.ask(NetlinkSocket{}, [&](nl_msg* answer) {
    auto const* attribute = nlmsg_find_attr(nlmsg_hdr(answer), sizeof(rtgenmsg), NETNSA_NSID);
    if (attribute != nullptr) number = static_cast<int>(nla_get_u32(attribute));
    return NL_STOP;
  });
  if (outcome < 0 || number == NETNSA_NSID_NOT_ASSIGNED) return std::nullopt;
  return number;
}

Expected<bool> NetworkNamespace::visit(std::function<void()> const& work) const {
  std::packaged_task<std::optional<Error>()> task{[&]() -> std::optional<Error> {
    if (::setns(descriptor_, CLONE_NEWNET) != 0) return refused("setns", path_);
    work();
    return std::nullopt;
  }};
  auto outcome = task.get_future();
  std::thread{std::move(task)}.join();
  if (auto error = outcome.get()) return tl::unexpected(*std::move(error));
  return true;
}
}  // namespace leadline
