// Preloaded into user-mode Linux. Its kernel 6.1 sets its processes' vector registers by ptrace
// with a buffer that is shorter than the state of processors with AMX; the host's kernel refuses
// that, and user-mode Linux panics. Where the host refuses, this sets what was given and leaves the
// rest.

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <linux/elf.h>
#include <linux/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

namespace {
// The layout of XSAVE, Intel SDM volume 1, 13.4: 512 octets, then a header of 64, of which the
// first 8 say which components follow.
constexpr std::size_t header_offset = 512;
constexpr std::size_t header_size = 64;
/// x87, SSE, AVX, the three of AVX-512, PKRU: those that fit a short buffer.
constexpr std::uint64_t old_components = 0b10'1110'0111;

long set_registers(int process, iovec const& given) {
  // Not on the stack: user-mode Linux runs on the small stacks of its kernel threads, one at a
  // time.
  static std::array<char, 65536> state;
  iovec whole{.iov_base = state.data(), .iov_len = state.size()};
  if (::syscall(SYS_ptrace, PTRACE_GETREGSET, process, NT_X86_XSTATE, &whole) < 0) return -1;
  std::memcpy(state.data(), given.iov_base, std::min(given.iov_len, whole.iov_len));
  std::uint64_t components = 0;
  std::memcpy(&components, state.data() + header_offset, sizeof components);
  components &= old_components;
  std::memset(state.data() + header_offset, 0, header_size);  // the uncompacted format
  std::memcpy(state.data() + header_offset, &components, sizeof components);
  return ::syscall(SYS_ptrace, PTRACE_SETREGSET, process, NT_X86_XSTATE, &whole);
}
}  // namespace

/// In place of the C library's, which is declared with an ellipsis.
extern "C" long ptrace(int request, int process, void* address, void* data) {
  if (request == PTRACE_PEEKTEXT || request == PTRACE_PEEKDATA || request == PTRACE_PEEKUSR) {
    // The system call stores the word; the C library returns it.
    long word = 0;
    if (::syscall(SYS_ptrace, request, process, address, &word) < 0) return -1;
    errno = 0;
    return word;
  }
  auto const result = ::syscall(SYS_ptrace, request, process, address, data);
  bool const registers =
      request == PTRACE_SETREGSET && reinterpret_cast<std::uintptr_t>(address) == NT_X86_XSTATE;
  if (result == 0 || !registers) return result;
  return set_registers(process, *static_cast<iovec const*>(data));
}
