#pragma once
#include "coordinator/kubernetes/api_client.hpp"
#include "coordinator/manifests/manifest.hpp"

#include <tl/expected.hpp>

#include <string>

namespace leadline {

/// What an answer of an API server means for what was asked.
enum class Answered {
  objects,       ///< 200
  unknown_kind,  ///< 404: no such kind, or no such object
  forbidden,     ///< 403
  log_in,        ///< 401
  expired,       ///< 410: the token of the next page is too old, so the list begins anew
  later,         ///< 429 and 5xx: it may be asked again
  refused        ///< anything else
};
Answered meaning_of(int status);

/// What it says itself: the message of a Status object, or how its text begins.
std::string said_in(ApiAnswer const& answer);

/// A page of a list, or a single object.
struct LivePage {
  ManifestSet objects;
  std::string next;  ///< the token for the page after it; empty: this is the last
};

/// The objects' places are "ORIGIN: KIND NAMESPACE/NAME.path", for an answer has no lines that
/// would help. The error says why it is none.
tl::expected<LivePage, std::string> read_live_page(std::string const& origin,
                                                   std::string_view body);
}  // namespace leadline
