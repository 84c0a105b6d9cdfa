#include "coordinator/manifests/manifest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace leadline {
namespace {
using nlohmann::json;

/// "/spec/items/3" -> "spec.items[3]".
std::string path_of(std::string_view pointer) {
  std::string path;
  while (!pointer.empty()) {
    pointer.remove_prefix(1);
    auto const end = std::min(pointer.find('/'), pointer.size());
    std::string token{pointer.substr(0, end)};
    pointer.remove_prefix(end);
    bool const index =
        !token.empty() && std::ranges::all_of(token, [](char c) { return c >= '0' && c <= '9'; });
    for (auto at = token.find("~1"); at != std::string::npos; at = token.find("~1", at + 1))
      token.replace(at, 2, "/");
    for (auto at = token.find("~0"); at != std::string::npos; at = token.find("~0", at + 1))
      token.replace(at, 2, "~");
    if (index)
      path += "[" + token + "]";
    else
      path += (path.empty() ? "" : ".") + token;
  }
  return path;
}

std::string word_at(json const& value, char const* key) {
  auto const found = value.is_object() ? value.find(key) : value.end();
  return found != value.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

/// What of a secret may be kept: the public part of what signs and what is signed.
void strip_secret(json& value) {
  for (auto const* const section : {"data", "stringData"}) {
    if (!value.contains(section) || !value[section].is_object()) continue;
    auto kept = json::object();
    for (auto const& [key, content] : value[section].items())
      if (key == "tls.crt" || key == "ca.crt" || key == "ca-bundle") kept[key] = content;
    value[section] = std::move(kept);
  }
  // kubectl apply keeps the whole object here once more.
  if (value.contains("metadata") && value["metadata"].is_object())
    value["metadata"].erase("annotations");
}

/// Takes the objects of one document.
class Taker {
 public:
  Taker(std::shared_ptr<ManifestFile const> file, std::size_t document, ManifestSet& set)
      : file_{std::move(file)}, document_{document}, set_{set} {}

  void take(json value, std::string const& pointer) {
    Manifest manifest{.file = file_, .document = document_, .pointer = pointer};
    if (!value.is_object()) {
      refuse(manifest, "this is not an object of the Kubernetes API");
      return;
    }
    manifest.api_version = word_at(value, "apiVersion");
    manifest.kind = word_at(value, "kind");
    if (value.contains("items") && value["items"].is_array() &&
        (manifest.kind.empty() || manifest.kind.ends_with("List"))) {
      take_list(manifest, std::move(value["items"]), pointer);
      return;
    }
    if (manifest.kind.empty()) {
      refuse(manifest, "there is no 'kind': this is not an object of the Kubernetes API");
      return;
    }
    if (value.contains("metadata")) {
      manifest.space = word_at(value["metadata"], "namespace");
      manifest.name = word_at(value["metadata"], "name");
    }
    if (manifest.name.empty()) {
      refuse(manifest, fmt::format("{} has no metadata.name", manifest.kind));
      return;
    }
    if (manifest.kind == "Secret") strip_secret(value);
    manifest.value = std::move(value);
    set_.manifests.push_back(std::move(manifest));
  }

 private:
  /// In an API's own answer only the list says what kind its items are: "PodList".
  void take_list(Manifest const& list, json items, std::string const& pointer) {
    auto const place = pointer_to(pointer, "items");
    auto const kind =
        list.kind.substr(0, list.kind.size() - std::min<std::size_t>(list.kind.size(), 4));
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (!kind.empty() && items[i].is_object() && !items[i].contains("kind")) {
        items[i]["kind"] = kind;
        items[i]["apiVersion"] = list.api_version;
      }
      take(std::move(items[i]), pointer_to(place, std::to_string(i)));
    }
  }

  void refuse(Manifest const& manifest, std::string message) {
    set_.mistakes.push_back({.place = manifest.place(), .message = std::move(message)});
  }

  std::shared_ptr<ManifestFile const> file_;
  std::size_t document_;
  ManifestSet& set_;
};
}  // namespace

std::string format(Place const& place) {
  auto text = place.file;
  if (place.line > 0) text += fmt::format(":{}", place.line);
  if (place.document > 0) text += fmt::format(" (document {})", place.document);
  if (!place.path.empty()) text += ": " + place.path;
  return text;
}

Place Manifest::place(std::string_view part) const {
  auto const whole = pointer + std::string{part};
  return {.file = file->name,
          .document = file->several ? file->documents.at(document).number : 0,
          .line = line_of(file->documents.at(document).lines, whole),
          .path = path_of(whole)};
}

json const* Manifest::find(std::string_view part) const {
  auto const pointed = json::json_pointer{std::string{part}};
  return value.contains(pointed) ? &value[pointed] : nullptr;
}

std::string Manifest::title() const {
  return space.empty() ? fmt::format("{} {}", kind, name)
                       : fmt::format("{} {}/{}", kind, space, name);
}

ManifestSet read_manifests(std::string const& file_name, std::string_view text) {
  return take_manifests(file_name, read_documents(text));
}

ManifestSet take_manifests(std::string const& file_name, DocumentList list) {
  auto const file = std::make_shared<ManifestFile>();
  file->name = file_name;
  file->several = list.documents.size() + list.mistakes.size() > 1;
  ManifestSet set;
  for (auto& document : list.documents)
    file->documents.push_back({.number = document.number, .lines = std::move(document.lines)});
  for (std::size_t i = 0; i < list.documents.size(); ++i)
    Taker{file, i, set}.take(std::move(list.documents[i].value), {});
  for (auto& mistake : list.mistakes)
    set.mistakes.push_back({.place = {.file = file_name,
                                      .document = file->several ? mistake.document : 0,
                                      .line = mistake.line,
                                      .path = {}},
                            .message = std::move(mistake.message)});
  return set;
}
}  // namespace leadline
