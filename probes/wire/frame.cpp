#include "probes/wire/frame.hpp"

#include <fmt/format.h>

#include <limits>
#include <stdexcept>

namespace leadline {

tl::expected<std::optional<std::string>, std::string> FrameReader::next() {
  std::string_view const rest = std::string_view{pending_}.substr(consumed_);
  if (rest.size() < header_octets) return std::nullopt;
  std::uint32_t length = 0;
  for (auto const octet : rest.substr(0, header_octets))
    length = (length << 8U) | static_cast<unsigned char>(octet);
  if (length == 0 || length > limit_)
    return tl::unexpected(
        fmt::format("a frame of {} octets, allowed are 1 to {}: this is not leadline's protocol",
                    length, limit_));
  if (rest.size() - header_octets < length) return std::nullopt;
  std::string payload{rest.substr(header_octets, length)};
  consumed_ += header_octets + length;
  if (consumed_ == pending_.size() || consumed_ > limit_) {  // move the tail seldom, not every time
    pending_.erase(0, consumed_);
    consumed_ = 0;
  }
  return payload;
}

std::string frame(std::string_view payload) {
  if (payload.size() > std::numeric_limits<std::uint32_t>::max())
    throw std::length_error{"a frame holds at most 4 GiB"};
  auto const length = static_cast<std::uint32_t>(payload.size());
  std::string framed;
  framed.reserve(FrameReader::header_octets + payload.size());
  for (unsigned shift = 32; shift > 0; shift -= 8)
    framed.push_back(static_cast<char>((length >> (shift - 8)) & 0xffU));
  return framed.append(payload);
}
}  // namespace leadline
