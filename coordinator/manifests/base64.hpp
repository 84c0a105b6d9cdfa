#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace leadline {

/// RFC 4648 with padding, as Kubernetes writes it; spaces and line ends are passed over. Nothing:
/// it is no such text, or an empty one.
std::optional<std::string> decode_base64(std::string_view text);
}  // namespace leadline
