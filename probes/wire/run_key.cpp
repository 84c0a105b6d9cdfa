#include "probes/wire/run_key.hpp"

#include "probes/wire/openssl.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <stdexcept>

namespace leadline {
namespace {
unsigned char const* octets_of(std::byte const* data) {
  // OpenSSL's type. NOLINTNEXTLINE(*-reinterpret-cast)
  return reinterpret_cast<unsigned char const*>(data);
}

/// HMAC-SHA-256 with a key that stays: HMAC(3) looks the algorithm up and digests the key for every
/// message, which takes longer than the message itself.
class KeyedHash {
 public:
  using Digest = std::array<unsigned char, 32>;

  KeyedHash() {
    std::unique_ptr<EVP_MAC, OpensslDelete<EVP_MAC_free>> const algorithm{
        EVP_MAC_fetch(nullptr, "HMAC", nullptr)};
    if (algorithm) context_.reset(EVP_MAC_CTX_new(algorithm.get()));
    std::array<char, 7> digest{"SHA256"};
    std::array<OSSL_PARAM, 2> const settings{
        OSSL_PARAM_construct_utf8_string("digest", digest.data(), 0), OSSL_PARAM_construct_end()};
    if (!context_ || EVP_MAC_CTX_set_params(context_.get(), settings.data()) != 1)
      throw std::runtime_error{"HMAC-SHA-256 is not available"};
  }

  Digest operator()(std::span<std::byte const, 32> key, std::span<std::byte const> message) {
    bool const known = keyed_ && std::ranges::equal(key_, key);
    keyed_ = false;
    Digest digest{};
    std::size_t length = 0;
    if (EVP_MAC_init(context_.get(), known ? nullptr : octets_of(key.data()),
                     known ? 0 : key.size(), nullptr) != 1 ||
        EVP_MAC_update(context_.get(), octets_of(message.data()), message.size()) != 1 ||
        EVP_MAC_final(context_.get(), digest.data(), &length, digest.size()) != 1)
      throw std::runtime_error{"HMAC-SHA-256 failed"};
    std::ranges::copy(key, key_.begin());
    keyed_ = true;
    return digest;
  }

 private:
  std::unique_ptr<EVP_MAC_CTX, OpensslDelete<EVP_MAC_CTX_free>> context_;
  std::array<std::byte, 32> key_{};
  bool keyed_{};  ///< the context holds key_
};
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
  thread_local KeyedHash hash;  // a thread signs with one run's key, as a rule
  auto const digest = hash(octets_, message);
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
