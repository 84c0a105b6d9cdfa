#pragma once
#include "coordinator/manifests/attachment.hpp"

#include <string>

namespace leadline {

/// The attachment ns/net that a configuration gives; `set` keeps what it points to.
inline Attachment attachment_of(ManifestSet& set, std::string const& config) {
  nlohmann::json const object{{"apiVersion", "k8s.cni.cncf.io/v1"},
                              {"kind", "NetworkAttachmentDefinition"},
                              {"metadata", {{"name", "net"}, {"namespace", "ns"}}},
                              {"spec", {{"config", config}}}};
  set = read_manifests("nad.json", object.dump());
  return read_attachment(set.manifests.at(0));
}

/// "CODE pointer; CODE pointer", in the order in which they were found.
inline std::string mistakes_of(std::string const& config) {
  ManifestSet set;
  std::string all;
  for (auto const& mistake : attachment_of(set, config).mistakes)
    all += (all.empty() ? "" : "; ") + std::string{mistake.code} + " " + mistake.pointer;
  return all;
}
}  // namespace leadline
