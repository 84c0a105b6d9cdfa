#pragma once
#include <cstdint>

namespace leadline {

/// A number that nobody can guess and that does not come again, from OpenSSL's generator: to ask
/// the kernel, or the processor, for each would take a fifteenth of a TCP attempt. Throws
/// std::runtime_error if OpenSSL has none.
std::uint64_t random_nonce();
}  // namespace leadline
