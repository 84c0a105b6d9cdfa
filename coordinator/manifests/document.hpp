#pragma once
#include "probes/core/checked_json.hpp"

#include <tl/expected.hpp>

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace leadline {

/// On which line (1-based) each part of a document stands, by its JSON pointer (RFC 6901).
using LineTable = std::map<std::string, int, std::less<>>;

/// The pointer to a part of what `pointer` points to.
std::string pointer_to(std::string_view pointer, std::string_view key);

/// The line of the part, or of the nearest one that holds it; 0 if nothing is known.
int line_of(LineTable const& lines, std::string_view pointer);

/// The value as it may stand in a message: JSON, short, and valid UTF-8 whatever it holds.
std::string shown(nlohmann::json const& value);

/// One YAML or JSON document: what it says, and where.
struct Document {
  nlohmann::json value;
  LineTable lines;
  int number{1};  ///< in its file, 1-based
};

/// What keeps a text from being read, and where (1-based; 0: not known).
struct TextMistake {
  int document{};
  int line{};
  int column{};
  std::string message;
};

/// The documents of a text up to the mistake, if there is one.
struct DocumentList {
  std::vector<Document> documents;
  std::vector<TextMistake> mistakes;  ///< at most one
};

/// Reads JSON (a text that begins with { or [) or YAML, also several documents. At most 32 MiB of
/// YAML or 256 MiB of JSON, 64 levels and 4 million values, aliases counted as often as they are
/// used. Keys that stand twice are a mistake.
DocumentList read_documents(std::string_view text);

/// A single JSON text; line numbers count from its own first line.
tl::expected<Document, TextMistake> read_json_document(std::string_view text);

/// Single documents are empty where a file only holds comments.
DocumentList read_yaml_documents(std::string_view text);

namespace document_limits {
constexpr std::size_t yaml_octets = std::size_t{32} << 20U;
constexpr std::size_t json_octets = std::size_t{256} << 20U;
constexpr std::size_t levels = 64;
constexpr std::size_t levels_with_lines = 8;  ///< deeper parts have the line of what holds them
constexpr std::size_t values = 4'000'000;
}  // namespace document_limits
}  // namespace leadline
