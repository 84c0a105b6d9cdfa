#pragma once
#include "coordinator/manifests/document.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace leadline {

/// Where something stands, as far as that is known.
struct Place {
  std::string file;
  int document{};    ///< 1-based; shown where a file has several
  int line{};        ///< 1-based; 0: not known
  std::string path;  ///< "spec.config", "items[3].metadata.name"
};

/// "east/nad.yaml:12: spec.config", "east/all.yaml:80 (document 3): spec".
std::string format(Place const& place);

/// A file's documents; the manifests that were found in it refer to it.
struct ManifestFile {
  std::string name;  ///< as the user wrote it, "-" for standard input
  bool several{};    ///< documents

  struct Part {
    int number{};  ///< 1-based
    LineTable lines;
  };

  std::vector<Part> documents;
};

/// An object of the Kubernetes API, and where it stands.
struct Manifest {
  std::string api_version;
  std::string kind;
  std::string space;  ///< its namespace; empty: none is given, or the kind has none
  std::string name;
  nlohmann::json value;

  std::shared_ptr<ManifestFile const> file;
  std::size_t document{};  ///< index in file->documents
  std::string pointer;     ///< to the object in its document: "/items/3"

  /// `part` is a JSON pointer in `value`; one that does not exist has the place of what would hold
  /// it.
  [[nodiscard]] Place place(std::string_view part = {}) const;
  /// What stands there, or null.
  [[nodiscard]] nlohmann::json const* find(std::string_view part) const;
  /// "NetworkAttachmentDefinition openshift-cnv/migration".
  [[nodiscard]] std::string title() const;
};

/// What could not be taken for an object, and why.
struct ManifestMistake {
  Place place;
  std::string message;
};

struct ManifestSet {
  std::vector<Manifest> manifests;
  std::vector<ManifestMistake> mistakes;
};

/// Reads all objects of a text, those of Lists one by one. Of secrets only certificates are kept,
/// and no private key.
ManifestSet read_manifests(std::string const& file_name, std::string_view text);

/// The same of what was read already.
ManifestSet take_manifests(std::string const& file_name, DocumentList list);
}  // namespace leadline
