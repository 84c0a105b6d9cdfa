#include "coordinator/manifests/base64.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <iterator>

namespace leadline {

std::optional<std::string> decode_base64(std::string_view text) {
  std::string compact;
  std::ranges::copy_if(text, std::back_inserter(compact),
                       [](char c) { return c != '\n' && c != '\r' && c != ' '; });
  if (compact.empty() || compact.size() % 4 != 0) return std::nullopt;
  std::string octets(compact.size() / 4 * 3, '\0');
  auto const length = EVP_DecodeBlock(
      reinterpret_cast<unsigned char*>(octets.data()),         // NOLINT: OpenSSL's type
      reinterpret_cast<unsigned char const*>(compact.data()),  // NOLINT: OpenSSL's type
      static_cast<int>(compact.size()));
  if (length < 0) return std::nullopt;
  auto const padding = std::min<std::size_t>(
      static_cast<std::size_t>(std::ranges::count(compact, '=')), octets.size());
  octets.resize(octets.size() - padding);
  return octets;
}
}  // namespace leadline
