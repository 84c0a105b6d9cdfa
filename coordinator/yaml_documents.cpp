#include "coordinator/yaml_documents.hpp"

#include <yaml-cpp/anchor.h>
#include <yaml-cpp/emitterstyle.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/parser.h>

#include <sstream>

namespace leadline {
namespace {
/// Where a document begins, and whether there is anything in it.
class Start : public YAML::EventHandler {
 public:
  [[nodiscard]] YAML::Mark const& mark() const { return mark_; }

  [[nodiscard]] bool empty() const { return empty_; }

  void OnDocumentStart(YAML::Mark const& mark) override { mark_ = mark; }

  void OnDocumentEnd() override {}

  void OnNull(YAML::Mark const& /*mark*/, YAML::anchor_t /*anchor*/) override {}

  void OnAlias(YAML::Mark const& mark, YAML::anchor_t /*anchor*/) override { found(mark); }

  void OnScalar(YAML::Mark const& mark, std::string const& /*tag*/, YAML::anchor_t /*anchor*/,
                std::string const& /*value*/) override {
    found(mark);
  }

  void OnSequenceStart(YAML::Mark const& mark, std::string const& /*tag*/,
                       YAML::anchor_t /*anchor*/, YAML::EmitterStyle::value /*style*/) override {
    found(mark);
  }

  void OnSequenceEnd() override {}

  void OnMapStart(YAML::Mark const& mark, std::string const& /*tag*/, YAML::anchor_t /*anchor*/,
                  YAML::EmitterStyle::value /*style*/) override {
    found(mark);
  }

  void OnMapEnd() override {}

 private:
  void found(YAML::Mark const& mark) {
    if (empty_) mark_ = mark;
    empty_ = false;
  }

  YAML::Mark mark_;
  bool empty_{true};
};
}  // namespace

std::optional<YAML::Mark> second_document(std::string const& text) {
  std::istringstream in{text};
  YAML::Parser parser{in};
  Start first;
  if (!parser.HandleNextDocument(first)) return std::nullopt;
  for (int last = -1;;) {
    Start next;
    if (!parser.HandleNextDocument(next)) return std::nullopt;
    // The parser stands still at what fits nowhere.
    if (!next.empty() || next.mark().pos == last) return next.mark();
    last = next.mark().pos;
  }
}
}  // namespace leadline
