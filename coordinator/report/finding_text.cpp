#include "coordinator/report/finding_text.hpp"

#include "coordinator/finding_catalogue.hpp"

#include <algorithm>
#include <ostream>

namespace leadline {
namespace {
constexpr std::size_t width = 98;

/// Control characters of what came over the network do not reach the terminal.
std::string clean(std::string_view text) {
  std::string result;
  for (char const c : text) {
    auto const octet = static_cast<unsigned char>(c);
    result += octet < 0x20 || octet == 0x7f ? ' ' : c;
  }
  return result;
}

std::string_view colour_of(Severity severity) {
  switch (severity) {
    case Severity::error:
      return "1;31";
    case Severity::warning:
      return "33";
    case Severity::info:
      return "2";
  }
  return "0";
}
}  // namespace

std::string wrap(std::string_view label, std::string_view raw) {
  auto const text = clean(raw);
  std::string const indent(label.size(), ' ');
  std::string result{label};
  std::size_t column = label.size();
  for (std::size_t start = 0; start < text.size();) {
    auto const end = std::min(text.find(' ', start), text.size());
    auto const word = std::string_view{text}.substr(start, end - start);
    if (column + word.size() + 1 > width && column > label.size()) {
      result += '\n' + indent;
      column = label.size();
    }
    if (column > label.size()) {
      result += ' ';
      ++column;
    }
    result += word;
    column += word.size();
    start = end + 1;
  }
  return result + '\n';
}

void write_finding(std::ostream& out, Finding const& finding, Painter const& paint) {
  out << '\n'
      << paint(colour_of(finding.severity), format(finding.severity)) << ' ' << finding.code << '\n'
      << wrap("  ", finding.summary);
  for (auto const& line : finding.evidence) out << wrap("    seen: ", line);
  for (auto const& line : finding.consequences) out << wrap("    also explains: ", line);
  if (finding.severity != Severity::info) out << wrap("    means: ", kind_of(finding.code).meaning);
  out << wrap("    do: ", finding.remedy);
}
}  // namespace leadline
