#include "coordinator/manifests/document.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <iterator>
#include <utility>

namespace leadline {
namespace {
using nlohmann::json;

/// Walks over a text and counts the lines that were walked over. The end of a line counts with the
/// next character: the parser reads one more than a number has before it tells of the number.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = char const*;
  using reference = char const&;

  CountingIterator(std::string_view::const_iterator at, int* line) : at_{at}, line_{line} {}

  reference operator*() const { return *at_; }

  CountingIterator& operator++() {
    if (at_line_end_ && line_ != nullptr) ++*line_;
    at_line_end_ = *at_ == '\n';
    ++at_;
    return *this;
  }

  bool operator==(CountingIterator const& other) const { return at_ == other.at_; }

 private:
  std::string_view::const_iterator at_;
  int* line_;
  bool at_line_end_{};
};

/// Builds the value as the parser meets its parts, and notes the line of each.
class Builder {
 public:
  Builder(Document& document, int const& line) : document_{document}, line_{line} {}

  bool null() { return put(nullptr); }

  bool boolean(bool value) { return put(value); }

  bool number_integer(json::number_integer_t value) { return put(value); }

  bool number_unsigned(json::number_unsigned_t value) { return put(value); }

  bool number_float(json::number_float_t value, std::string const& /*text*/) { return put(value); }

  bool string(std::string& value) { return put(std::move(value)); }

  bool binary(json::binary_t& /*value*/) { return refuse("binary data"); }

  bool start_object(std::size_t /*size*/) { return open(json::object()); }

  bool start_array(std::size_t /*size*/) { return open(json::array()); }

  bool end_object() { return close(); }

  bool end_array() { return close(); }

  bool key(std::string& name) {
    auto& object = *open_.back().value;
    if (object.contains(name)) return refuse(fmt::format("the key '{}' stands twice", name));
    next_key_ = std::move(name);
    return true;
  }

  bool parse_error(std::size_t /*octet*/, std::string const& token, json::exception const& error) {
    // "[json.exception.parse_error.101] parse error at line 3, column 5: ..." and what follows.
    std::string_view text = error.what();
    if (auto const begin = text.find(": "); begin != std::string_view::npos)
      text.remove_prefix(begin + 2);
    message_ = fmt::format("not JSON: {}", text.empty() ? std::string_view{token} : text);
    return false;
  }

  [[nodiscard]] TextMistake mistake() const {
    return {.document = 1, .line = line_, .message = message_};
  }

 private:
  struct Open {
    json* value;
    std::string pointer;
  };

  bool refuse(std::string message) {
    message_ = std::move(message);
    return false;
  }

  json* place(json value) {
    if (++values_ > document_limits::values) {
      refuse(fmt::format("more than {} values", document_limits::values));
      return nullptr;
    }
    if (open_.size() <= document_limits::levels_with_lines) document_.lines.emplace(here(), line_);
    if (open_.empty()) {
      document_.value = std::move(value);
      return &document_.value;
    }
    auto& parent = *open_.back().value;
    if (parent.is_array()) {
      parent.push_back(std::move(value));
      return &parent.back();
    }
    return &(parent[next_key_] = std::move(value));
  }

  [[nodiscard]] std::string here() const {
    if (open_.empty()) return {};
    auto const& [parent, pointer] = open_.back();
    return pointer_to(pointer, parent->is_array() ? std::to_string(parent->size()) : next_key_);
  }

  bool put(json value) { return place(std::move(value)) != nullptr; }

  bool open(json value) {
    if (open_.size() == document_limits::levels)
      return refuse(fmt::format("nested deeper than {} levels", document_limits::levels));
    auto pointer = here();
    auto* const placed = place(std::move(value));
    if (placed != nullptr) open_.push_back({placed, std::move(pointer)});
    return placed != nullptr;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  Document& document_;
  int const& line_;
  std::vector<Open> open_;
  std::string next_key_;
  std::size_t values_{};
  std::string message_;
};
}  // namespace

tl::expected<Document, TextMistake> read_json_document(std::string_view text) {
  if (text.size() > document_limits::json_octets)
    return tl::unexpected(TextMistake{
        .document = 1, .message = "larger than 256 MiB: ask for fewer kinds or one namespace"});
  Document document;
  int line = 1;
  Builder builder{document, line};
  CountingIterator const begin{text.begin(), &line};
  CountingIterator const end{text.end(), nullptr};
  if (!json::sax_parse(begin, end, &builder)) return tl::unexpected(builder.mistake());
  return document;
}
}  // namespace leadline
