#include "coordinator/kubernetes/live_objects.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <utility>

namespace leadline {
namespace {
using nlohmann::json;

std::string word_at(json const& value, char const* pointer) {
  auto const where = json::json_pointer{pointer};
  return value.contains(where) && value[where].is_string() ? value[where].get<std::string>()
                                                           : std::string{};
}
}  // namespace

Answered meaning_of(int status) {
  switch (status) {
    case 200:
      return Answered::objects;
    case 401:
      return Answered::log_in;
    case 403:
      return Answered::forbidden;
    case 404:
      return Answered::unknown_kind;
    case 410:
      return Answered::expired;
    case 429:
      return Answered::later;
    default:
      return status >= 500 ? Answered::later : Answered::refused;
  }
}

std::string said_in(ApiAnswer const& answer) {
  constexpr std::size_t most = 300;
  auto const document = json::parse(answer.body, nullptr, false);
  auto said = word_at(document, "/message");
  // It goes to a terminal.
  std::ranges::replace_if(said, [](unsigned char c) { return std::iscntrl(c) != 0; }, ' ');
  // An answer that is no Status comes from something in between: a load balancer, a proxy.
  if (said.empty() && !answer.body.empty()) said = shown(json(answer.body.substr(0, most)));
  return said.size() > most ? said.substr(0, most) + "..." : said;
}

tl::expected<LivePage, std::string> read_live_page(std::string const& origin,
                                                   std::string_view body) {
  auto document = read_json_document(body);
  if (!document)
    return tl::unexpected(fmt::format("its answer is not JSON: {}", document.error().message));
  if (!document->value.is_object()) return tl::unexpected(std::string{"its answer is no object"});
  LivePage page{.objects = {}, .next = word_at(document->value, "/metadata/continue")};
  document->lines.clear();
  DocumentList list;
  list.documents.push_back(*std::move(document));
  page.objects = take_manifests(origin, std::move(list));
  if (!page.objects.mistakes.empty()) {
    auto const& mistake = page.objects.mistakes.front();
    return tl::unexpected(fmt::format("its answer: {}: {}", mistake.place.path, mistake.message));
  }
  for (auto& manifest : page.objects.manifests) manifest.pointer = pointer_to({}, manifest.title());
  return page;
}
}  // namespace leadline
