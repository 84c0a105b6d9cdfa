#include "coordinator/manifests/document.hpp"
#include "coordinator/manifests/yaml_scalar.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace leadline {
namespace {
using nlohmann::json;

struct Refusal {
  YAML::Mark mark;
  std::string message;
};

/// Makes values of what the parser meets. Aliases are followed, so that what they cost is counted.
class DocumentBuilder : public YAML::EventHandler {
 public:
  explicit DocumentBuilder(Document& document) : document_{document} {}

  [[nodiscard]] YAML::Mark start() const { return start_; }

  void OnDocumentStart(YAML::Mark const& mark) override { start_ = mark; }

  void OnDocumentEnd() override {}

  void OnNull(YAML::Mark const& mark, YAML::anchor_t anchor) override {
    if (wants_key()) throw Refusal{mark, key_is_no_word};
    add(mark, anchor, nullptr);
  }

  void OnScalar(YAML::Mark const& mark, std::string const& tag, YAML::anchor_t anchor,
                std::string const& text) override {
    if (wants_key())
      take_key(mark, anchor, text);
    else
      add(mark, anchor, tag == "?" ? plain_yaml_value(text) : json(text));
  }

  void OnAlias(YAML::Mark const& mark, YAML::anchor_t anchor) override {
    auto const found = anchored_.find(anchor);
    if (found == anchored_.end()) throw Refusal{mark, "an alias for what it stands in itself"};
    auto const& [value, values, levels] = found->second;
    if (wants_key()) {
      if (!value.is_string()) throw Refusal{mark, key_is_no_word};
      take_key(mark, 0, value.get<std::string>());
      return;
    }
    count(mark, values);
    note_line(mark, next_pointer());
    limit_levels(mark, open_.size() + levels);
    place(value, levels);
  }

  void OnSequenceStart(YAML::Mark const& mark, std::string const& /*tag*/, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    open(mark, anchor, json::array());
  }

  void OnMapStart(YAML::Mark const& mark, std::string const& /*tag*/, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    open(mark, anchor, json::object());
  }

  void OnSequenceEnd() override { close(); }

  void OnMapEnd() override { close(); }

 private:
  static constexpr auto* key_is_no_word = "a key must be a word, and each bracket be closed";

  /// A list or a map that is not complete yet.
  struct Part {
    json value;
    std::string pointer;
    YAML::anchor_t anchor{};
    std::size_t values_before{};
    std::size_t levels{};            ///< below this one
    std::optional<std::string> key;  ///< of the value that comes next, in a map
  };

  /// What an alias stands for.
  struct Anchored {
    json value;
    std::size_t values{};  ///< in it, itself included
    std::size_t levels{};
  };

  [[nodiscard]] bool wants_key() const {
    return !open_.empty() && open_.back().value.is_object() && !open_.back().key;
  }

  void take_key(YAML::Mark const& mark, YAML::anchor_t anchor, std::string const& name) {
    auto& part = open_.back();
    if (part.value.contains(name))
      throw Refusal{mark, fmt::format("the key '{}' stands twice", name)};
    part.key = name;
    if (anchor != 0) anchored_[anchor] = {json(name), 1, 0};
    // The key's own line: a value that is a block begins on the next one.
    if (open_.size() <= document_limits::levels_with_lines)
      document_.lines.emplace(pointer_to(part.pointer, name), mark.line + 1);
  }

  void count(YAML::Mark const& mark, std::size_t values) {
    values_ += values;
    if (values_ > document_limits::values)
      throw Refusal{mark, fmt::format("more than {} values, each alias counted as what it stands "
                                      "for",
                                      document_limits::values)};
  }

  [[nodiscard]] std::string next_pointer() const {
    if (open_.empty()) return {};
    auto const& part = open_.back();
    return pointer_to(part.pointer, part.key ? *part.key : std::to_string(part.value.size()));
  }

  void note_line(YAML::Mark const& mark, std::string const& pointer) {
    if (open_.size() <= document_limits::levels_with_lines)
      document_.lines.emplace(pointer, mark.line + 1);
  }

  static void limit_levels(YAML::Mark const& mark, std::size_t levels) {
    if (levels > document_limits::levels)
      throw Refusal{mark, fmt::format("nested deeper than {} levels", document_limits::levels)};
  }

  void open(YAML::Mark const& mark, YAML::anchor_t anchor, json empty) {
    if (wants_key()) throw Refusal{mark, key_is_no_word};
    limit_levels(mark, open_.size());
    auto pointer = next_pointer();
    note_line(mark, pointer);
    auto const before = values_;
    count(mark, 1);
    open_.push_back({.value = std::move(empty),
                     .pointer = std::move(pointer),
                     .anchor = anchor,
                     .values_before = before,
                     .key = {}});
  }

  void close() {
    auto part = std::move(open_.back());
    open_.pop_back();
    auto const levels = part.levels + 1;
    if (part.anchor != 0)
      anchored_[part.anchor] = {part.value, values_ - part.values_before, levels};
    place(std::move(part.value), levels);
  }

  void add(YAML::Mark const& mark, YAML::anchor_t anchor, json value) {
    constexpr std::size_t octets_a_value = 32;
    auto const octets = value.is_string() ? value.get_ref<std::string const&>().size() : 0;
    auto const values = 1 + octets / octets_a_value;
    count(mark, values);
    note_line(mark, next_pointer());
    if (anchor != 0) anchored_[anchor] = {value, values, 0};
    place(std::move(value), 0);
  }

  void place(json value, std::size_t levels) {
    if (open_.empty()) {
      document_.value = std::move(value);
      return;
    }
    auto& part = open_.back();
    part.levels = std::max(part.levels, levels);
    if (auto const key = std::exchange(part.key, std::nullopt))
      part.value[*key] = std::move(value);
    else
      part.value.push_back(std::move(value));
  }

  Document& document_;
  YAML::Mark start_;
  std::vector<Part> open_;
  std::map<YAML::anchor_t, Anchored> anchored_;
  std::size_t values_{};
};

/// Reads document by document until the text ends or is wrong.
void read_all(std::string_view text, DocumentList& list, int& number) {
  std::istringstream in{std::string{text}};
  YAML::Parser parser{in};
  for (int last_start = -1;; ++number) {
    Document document{.number = number};
    DocumentBuilder builder{document};
    if (!parser.HandleNextDocument(builder)) return;
    // The parser stands still at a bracket that closes nothing, and would do so for ever.
    if (builder.start().pos == last_start)
      throw Refusal{builder.start(), "something is closed here that was not opened"};
    last_start = builder.start().pos;
    if (!document.value.is_null()) list.documents.push_back(std::move(document));
  }
}
}  // namespace

DocumentList read_yaml_documents(std::string_view text) {
  if (text.size() > document_limits::yaml_octets)
    return {.mistakes = {{.document = 1,
                          .message = "larger than 32 MiB of YAML: ask for fewer kinds or one "
                                     "namespace, or for JSON (-o json), which may have 256 MiB"}}};
  DocumentList list;
  int number = 1;
  auto const tell = [&](YAML::Mark const& mark, std::string message) {
    list.mistakes.push_back({.document = number,
                             .line = mark.line + 1,
                             .column = mark.column + 1,
                             .message = std::move(message)});
  };
  try {
    read_all(text, list, number);
  } catch (Refusal const& refusal) {
    tell(refusal.mark, refusal.message);
  } catch (YAML::Exception const& broken) {
    auto const* const deep = broken.msg == YAML::ErrorMsg::BAD_FILE ? ", or nested too deep" : "";
    tell(broken.mark.is_null() ? YAML::Mark{} : broken.mark,
         fmt::format("not YAML{}: {}", deep, broken.msg));
  }
  return list;
}
}  // namespace leadline
