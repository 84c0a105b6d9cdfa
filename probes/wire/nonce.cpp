#include "probes/wire/nonce.hpp"

#include <openssl/rand.h>

#include <array>
#include <bit>
#include <stdexcept>

namespace leadline {

std::uint64_t random_nonce() {
  std::array<unsigned char, sizeof(std::uint64_t)> octets{};
  if (RAND_bytes(octets.data(), static_cast<int>(octets.size())) != 1)
    throw std::runtime_error{"no random numbers from OpenSSL"};
  return std::bit_cast<std::uint64_t>(octets);
}
}  // namespace leadline
