#include "probes/wire/run_key.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace leadline {
namespace {
unsigned char const* octets_of(std::byte const* data) {
  // OpenSSL's type. NOLINTNEXTLINE(*-reinterpret-cast)
  return reinterpret_cast<unsigned char const*>(data);
}
}  // namespace

RunKey RunKey::random() {
  RunKey key;
  auto* out = reinterpret_cast<unsigned char*>(key.octets_.data());  // NOLINT(*-reinterpret-cast)
  if (RAND_bytes(out, static_cast<int>(key.octets_.size())) != 1)
    throw std::runtime_error{"no random numbers from OpenSSL"};
  return key;
}

RunKey RunKey::from_hex(std::string_view hex) {
  RunKey key;
  if (hex.size() != 2 * key.octets_.size())
    throw std::invalid_argument{"a run key is 64 hexadecimal digits"};
  for (std::size_t i = 0; i < key.octets_.size(); ++i) {
    unsigned value = 0;
    auto const digits = hex.substr(2 * i, 2);
    auto const [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    if (error != std::errc{} || end != digits.data() + digits.size())
      throw std::invalid_argument{"a run key is 64 hexadecimal digits"};
    key.octets_.at(i) = static_cast<std::byte>(value);
  }
  return key;
}

std::string RunKey::hex() const {
  std::string text;
  for (auto const octet : octets_) text += fmt::format("{:02x}", std::to_integer<unsigned>(octet));
  return text;
}

RunKey::Tag RunKey::sign(std::span<std::byte const> message) const {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  if (HMAC(EVP_sha256(), octets_.data(), static_cast<int>(octets_.size()),
           octets_of(message.data()), message.size(), digest.data(), &length) == nullptr)
    throw std::runtime_error{"HMAC-SHA-256 is not available"};
  Tag tag{};
  std::transform(digest.begin(), digest.begin() + tag_octets, tag.begin(),
                 [](unsigned char c) { return static_cast<std::byte>(c); });
  return tag;
}

bool RunKey::verifies(std::span<std::byte const> message, std::span<std::byte const> tag) const {
  auto const expected = sign(message);
  return tag.size() == expected.size() &&
         CRYPTO_memcmp(expected.data(), tag.data(), expected.size()) == 0;
}
}  // namespace leadline
