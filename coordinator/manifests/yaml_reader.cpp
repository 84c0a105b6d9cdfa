#include "coordinator/manifests/document.hpp"
#include "coordinator/manifests/number.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace leadline {
namespace {
using nlohmann::json;

struct Refusal {
  YAML::Mark mark;
  std::string message;
};

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

std::optional<json> integer_in(std::string_view text) {
  if (text.starts_with("0x")) {
    if (auto const hex = parse_number<std::int64_t>(text.substr(2), 16)) return *hex;
    return std::nullopt;
  }
  // YAML 1.1, which Kubernetes reads: a leading zero makes it octal.
  if (text.size() > 1 && text.front() == '0')
    if (auto const octal = parse_number<std::int64_t>(text.substr(1), 8)) return *octal;
  if (auto const decimal = parse_number<std::int64_t>(text)) return *decimal;
  if (auto const large = parse_number<std::uint64_t>(text)) return *large;
  return std::nullopt;
}

/// What a scalar without quotes stands for: as Kubernetes' own reader (YAML 1.1) takes it.
json plain_value(std::string const& text) {
  if (is_one_of(text, {"", "~", "null", "Null", "NULL"})) return nullptr;
  if (is_one_of(text, {"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"})) return true;
  if (is_one_of(text, {"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"}))
    return false;
  auto digits = std::string_view{text};
  if (digits.starts_with('+')) digits.remove_prefix(1);
  if (digits.find_first_not_of("0123456789abcdefx-+.eE") != std::string_view::npos ||
      digits.find_first_of("0123456789") == std::string_view::npos)
    return text;
  if (auto integer = integer_in(digits)) return *std::move(integer);
  if (digits.find_first_not_of("0123456789-+.eE") == std::string_view::npos)
    if (auto const real = parse_number<double>(digits)) return *real;
  return text;
}

/// Turns YAML's nodes into values. Aliases are followed, so that what they cost is counted.
class Converter {
 public:
  explicit Converter(Document& document) : document_{document} {}

  json convert(YAML::Node const& node, std::string const& pointer, std::size_t level) {
    auto const mark = node.Mark();
    constexpr std::size_t octets_a_value = 32;
    values_ += 1 + (node.IsScalar() ? node.Scalar().size() / octets_a_value : 0);
    if (values_ > document_limits::values)
      throw Refusal{mark, fmt::format("more than {} values, each alias counted as what it stands "
                                      "for",
                                      document_limits::values)};
    if (level > document_limits::levels)
      throw Refusal{mark, fmt::format("nested deeper than {} levels", document_limits::levels)};
    if (level <= document_limits::levels_with_lines)
      document_.lines.emplace(pointer, mark.line + 1);
    if (node.IsMap()) return map_of(node, pointer, level);
    if (node.IsSequence()) return list_of(node, pointer, level);
    if (!node.IsScalar()) return nullptr;
    return node.Tag() == "?" ? plain_value(node.Scalar()) : json(node.Scalar());
  }

 private:
  json map_of(YAML::Node const& node, std::string const& pointer, std::size_t level) {
    auto object = json::object();
    for (auto const& entry : node) {
      if (!entry.first.IsScalar()) throw Refusal{entry.first.Mark(), "a key must be a word"};
      auto const& name = entry.first.Scalar();
      if (object.contains(name))
        throw Refusal{entry.first.Mark(), fmt::format("the key '{}' stands twice", name)};
      // The key's own line: a value that is a block begins on the next one.
      auto const part = pointer_to(pointer, name);
      if (level < document_limits::levels_with_lines)
        document_.lines.emplace(part, entry.first.Mark().line + 1);
      object[name] = convert(entry.second, part, level + 1);
    }
    return object;
  }

  json list_of(YAML::Node const& node, std::string const& pointer, std::size_t level) {
    auto list = json::array();
    for (auto const& item : node)
      list.push_back(convert(item, pointer_to(pointer, std::to_string(list.size())), level + 1));
    return list;
  }

  Document& document_;
  std::size_t values_{};
};

/// How many documents begin before the line.
int documents_before(std::string_view text, int line) {
  int begun = 0;
  bool in_document = false;
  for (int at = 0; at < line && !text.empty(); ++at) {
    auto const end = std::min(text.find('\n'), text.size() - 1);
    auto const words = text.substr(0, end);
    if (words.starts_with("---"))
      in_document = false;
    else if (!in_document && words.find_first_not_of(" \t\r") != std::string_view::npos &&
             words.front() != '#') {
      in_document = true;
      ++begun;
    }
    text.remove_prefix(end + 1);
  }
  return begun;
}
}  // namespace

DocumentList read_yaml_documents(std::string_view text) {
  if (text.size() > document_limits::yaml_octets)
    return {.mistakes = {{.document = 1,
                          .message = "larger than 32 MiB of YAML: ask for fewer kinds or one "
                                     "namespace, or for JSON (-o json), which may have 256 MiB"}}};
  DocumentList list;
  int number = 1;
  try {
    for (auto const& node : YAML::LoadAll(std::string{text})) {
      Document document{.number = number};
      document.value = Converter{document}.convert(node, {}, 0);
      if (!document.value.is_null()) list.documents.push_back(std::move(document));
      ++number;
    }
  } catch (Refusal const& refusal) {
    list.mistakes.push_back({.document = number,
                             .line = refusal.mark.line + 1,
                             .column = refusal.mark.column + 1,
                             .message = refusal.message});
  } catch (YAML::Exception const& broken) {
    auto const mark = broken.mark.is_null() ? YAML::Mark{} : broken.mark;
    auto const* const deep = broken.msg == YAML::ErrorMsg::BAD_FILE ? ", or nested too deep" : "";
    list.mistakes.push_back({.document = std::max(documents_before(text, mark.line + 1), 1),
                             .line = mark.line + 1,
                             .column = mark.column + 1,
                             .message = fmt::format("not YAML{}: {}", deep, broken.msg)});
  }
  return list;
}
}  // namespace leadline
