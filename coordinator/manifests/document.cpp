#include "coordinator/manifests/document.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace leadline {
namespace {
/// What no YAML and no JSON text holds: whoever gives a binary file learns so at once.
std::optional<TextMistake> binary_octet(std::string_view text) {
  auto const* const strange = std::ranges::find_if(text, [](char c) {
    auto const octet = static_cast<unsigned char>(c);
    return octet < 0x20 && c != '\n' && c != '\r' && c != '\t';
  });
  if (strange == text.end()) return std::nullopt;
  auto const line = 1 + std::count(text.begin(), strange, '\n');
  return TextMistake{.document = 1,
                     .line = static_cast<int>(line),
                     .message = fmt::format("the octet {:#04x} stands here: this is not a text",
                                            static_cast<unsigned char>(*strange))};
}
}  // namespace

std::string pointer_to(std::string_view pointer, std::string_view key) {
  std::string result{pointer};
  result += '/';
  for (char const c : key) {
    if (c == '~')
      result += "~0";
    else if (c == '/')
      result += "~1";
    else
      result += c;
  }
  return result;
}

std::string shown(nlohmann::json const& value) {
  constexpr std::size_t most = 60;
  auto const text = value.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
  return text.size() > most ? text.substr(0, most) + "..." : text;
}

int line_of(LineTable const& lines, std::string_view pointer) {
  for (;;) {
    if (auto const found = lines.find(pointer); found != lines.end()) return found->second;
    if (pointer.empty()) return 0;
    pointer = pointer.substr(0, pointer.rfind('/'));
  }
}

DocumentList read_documents(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);  // the mark that some editors write
  if (auto mistake = binary_octet(text)) return {.mistakes = {*std::move(mistake)}};
  auto const first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || (text[first] != '{' && text[first] != '['))
    return read_yaml_documents(text);
  auto document = read_json_document(text);
  if (document) {
    DocumentList list;
    list.documents.push_back(*std::move(document));
    return list;
  }
  // YAML may begin with a bracket as well, as in {a: b}; what then is wrong, JSON says better.
  auto yaml = read_yaml_documents(text);
  if (!yaml.mistakes.empty()) yaml.mistakes = {std::move(document.error())};
  return yaml;
}
}  // namespace leadline
