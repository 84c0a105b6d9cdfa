#include "probes/wire/openssl.hpp"

#include <openssl/err.h>

namespace leadline {

std::string take_openssl_errors() {
  std::string text;
  while (auto const code = ERR_get_error()) {
    auto const* reason = ERR_reason_error_string(code);
    if (!text.empty()) text += "; ";
    text += reason != nullptr ? std::string{reason} : "error " + std::to_string(code);
  }
  return text.empty() ? "no detail" : text;
}

std::string_view text_of(BIO* memory) {
  char* text = nullptr;
  auto const length = BIO_get_mem_data(memory, &text);
  return length > 0 ? std::string_view{text, static_cast<std::size_t>(length)} : std::string_view{};
}
}  // namespace leadline
