#pragma once
#include <string>
#include <string_view>

namespace leadline {

/// What is wrong inside one object: a code of the catalogue of findings, and what stands there.
struct ConfigMistake {
  std::string_view code;
  std::string pointer;  ///< RFC 6901, in the object or in the text inside it that is being read
  std::string message;
  int line{};  ///< 1-based, in the text inside the object; 0: not known, or there is no such text
};
}  // namespace leadline
