#include "tests/qemu/monitor.hpp"

#include <array>
#include <cerrno>
#include <sys/socket.h>
#include <sys/time.h>
#include <utility>

namespace leadline::lab {

QemuMonitor::QemuMonitor(FileDescriptor socket) : socket_{std::move(socket)} {
  timeval const silence{.tv_sec = 20, .tv_usec = 0};
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &silence, sizeof silence);
  read_line();  // its version
  execute("qmp_capabilities");
}

nlohmann::json QemuMonitor::execute(std::string const& command, nlohmann::json const& arguments) {
  nlohmann::json request{{"execute", command}};
  if (!arguments.is_null()) request["arguments"] = arguments;
  auto const line = request.dump() + "\n";
  if (::send(socket_.get(), line.data(), line.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(line.size()))
    throw std::runtime_error{"QEMU is gone: " + command};
  for (;;) {
    auto const answer = nlohmann::json::parse(read_line());
    if (answer.contains("return")) return answer["return"];
    if (answer.contains("error"))
      throw RefusedByQemu{command + ": " + answer["error"].value("desc", "")};
    // else an event
  }
}

std::string QemuMonitor::read_line() {
  for (;;) {
    if (auto const end = unread_.find('\n'); end != std::string::npos) {
      auto line = unread_.substr(0, end);
      unread_.erase(0, end + 1);
      return line;
    }
    std::array<char, 4096> buffer{};
    auto const octets = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (octets < 0 && errno == EINTR) continue;
    if (octets <= 0) throw std::runtime_error{"QEMU is gone, or its monitor is silent"};
    unread_.append(buffer.data(), static_cast<std::size_t>(octets));
  }
}
}  // namespace leadline::lab
