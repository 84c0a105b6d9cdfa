#include "probes/linux/network_namespace.hpp"

#include "probes/linux/netlink_socket.hpp"

#include <cerrno>
#include <fcntl.h>
#include <future>
#include <linux/net_namespace.h>
#include <linux/rtnetlink.h>
#include <memory>
#include <netlink/attr.h>
#include <netlink/handlers.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <sched.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace leadline {
namespace {
struct FreeMessage {
  void operator()(nl_msg* message) const { nlmsg_free(message); }
};

struct PutCallbacks {
  void operator()(nl_cb* callbacks) const { nl_cb_put(callbacks); }
};

Error refused(std::string const& what, std::string const& path) {
  return {.stage = Error::Stage::configuration,
          .code = {errno, boost::system::system_category()},
          .detail = what + " " + path};
}

int keep_number(nl_msg* message, void* kept) {
  auto const* attribute = nlmsg_find_attr(nlmsg_hdr(message), sizeof(rtgenmsg), NETNSA_NSID);
  if (attribute != nullptr) *static_cast<int*>(kept) = static_cast<int>(nla_get_u32(attribute));
  return NL_STOP;
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
  NetlinkSocket const netlink;
  std::unique_ptr<nl_msg, FreeMessage> const message{nlmsg_alloc_simple(RTM_GETNSID, 0)};
  rtgenmsg header{};
  nlmsg_append(message.get(), &header, sizeof header, NLMSG_ALIGNTO);
  nla_put_u32(message.get(), NETNSA_FD, static_cast<std::uint32_t>(descriptor_));
  int number = NETNSA_NSID_NOT_ASSIGNED;
  std::unique_ptr<nl_cb, PutCallbacks> const callbacks{nl_cb_alloc(NL_CB_DEFAULT)};
  nl_cb_set(callbacks.get(), NL_CB_VALID, NL_CB_CUSTOM, keep_number, &number);
  if (nl_send_auto(netlink.get(), message.get()) < 0) return std::nullopt;
  nl_recvmsgs(netlink.get(), callbacks.get());  // an error leaves it without a number
  if (number == NETNSA_NSID_NOT_ASSIGNED) return std::nullopt;
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
