#include "tests/qemu/virtual_machine.hpp"

#include "tests/lab/network/sandbox.hpp"
#include "tests/lab/network/subprocess.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <fstream>
#include <sys/socket.h>
#include <system_error>
#include <thread>
#include <utility>

namespace leadline::lab {
namespace {
constexpr auto qemu = "qemu-system-x86_64";

std::pair<FileDescriptor, FileDescriptor> socket_pair() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    throw std::system_error{errno, std::generic_category(), "socketpair"};
  return {FileDescriptor{ends[0]}, FileDescriptor{ends[1]}};
}

void write_image(std::filesystem::path const& path, GuestLoad const& load) {
  auto const sector = boot_sector(load);
  std::ofstream file{path, std::ios::binary};
  for (auto const octet : sector) file.put(static_cast<char>(octet));
  // A BIOS believes in no disk of a single sector.
  file.seekp(64 * 1024 - 1);
  if (!(file.put(0) << std::flush)) throw std::runtime_error{"cannot write " + path.string()};
}

pid_t start_qemu(std::string const& name, GuestLoad const& load, VirtualMachine::Start start_as,
                 NetworkNamespace const& where, std::filesystem::path const& directory,
                 int monitor) {
  try {
    run_to_end({.words = {qemu, "--version"}});
  } catch (std::runtime_error const&) {
    throw SkippedLab{fmt::format("{} is not installed", qemu)};
  }
  auto const image = directory / (name + ".img");
  write_image(image, load);
  CommandLine command{
      .words = {qemu,
                "-machine",
                "pc",
                "-accel",
                "tcg",
                "-cpu",
                "qemu64",
                "-m",
                fmt::format("{}k", load.memory.count / 1024),
                "-display",
                "none",
                "-nodefaults",
                "-no-user-config",
                "-drive",
                fmt::format("file={},format=raw,if=ide,snapshot=on", image.string()),
                "-debugcon",
                fmt::format("file:{}.console", (directory / name).string()),
                "-chardev",
                "stdio,id=monitor,signal=off",
                "-mon",
                "chardev=monitor,mode=control"},
      .network_namespace = where.descriptor(),
      .standard_input = monitor,
      .standard_output = monitor};
  if (start_as == VirtualMachine::Start::incoming) {
    command.words.emplace_back("-incoming");
    command.words.emplace_back("defer");
  }
  auto const log = create_file(directory / (name + ".log"));
  command.standard_error = log.get();
  return start(command);
}
}  // namespace

VirtualMachine::VirtualMachine(std::string const& name, GuestLoad const& load, Start start,
                               NetworkNamespace const& where,
                               std::filesystem::path const& directory)
    : VirtualMachine{name, load, start, where, directory, socket_pair()} {}

VirtualMachine::VirtualMachine(std::string const& name, GuestLoad const& load, Start start,
                               NetworkNamespace const& where,
                               std::filesystem::path const& directory,
                               std::pair<FileDescriptor, FileDescriptor> sockets)
    : console_{directory / (name + ".console")},
      process_{start_qemu(name, load, start, where, directory, sockets.second.get())},
      monitor_{(sockets.second.close(), std::move(sockets.first))} {}

VirtualMachine::~VirtualMachine() {
  ::kill(process_, SIGKILL);
  wait_for(process_);
}

void VirtualMachine::await_filled() const {
  using namespace std::chrono_literals;
  auto const deadline = std::chrono::steady_clock::now() + 60s;
  while (std::ifstream{console_}.get() != 'F') {
    if (std::chrono::steady_clock::now() > deadline)
      throw std::runtime_error{"the guest did not fill its memory within 60 s"};
    std::this_thread::sleep_for(20ms);
  }
}
}  // namespace leadline::lab
