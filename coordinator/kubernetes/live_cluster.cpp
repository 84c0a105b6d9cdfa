#include "coordinator/kubernetes/live_cluster.hpp"

#include "coordinator/kubernetes/api_resource.hpp"
#include "coordinator/kubernetes/live_objects.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <thread>
#include <utility>

namespace leadline {
namespace {
using namespace std::chrono_literals;
constexpr int most_tries = 3;
constexpr auto first_pause = 500ms;
/// A list of 500 pages of 500 objects is larger than any cluster that can be served.
constexpr int most_pages = 500;

/// Reads one cluster, resource by resource.
class LiveReader {
 public:
  explicit LiveReader(ApiClient& client) : client_{client}, origin_{format(client.server())} {}

  void read(ApiResource const& resource) {
    if (in_operators_space(resource) && space_.empty()) {
      not_read(resource, "the namespace of KubeVirt, which no KubeVirt object told");
      return;
    }
    for (auto const version : resource.versions)
      if (read_version(resource, version)) return;
    if (resource.indispensable)
      not_read(resource, fmt::format("{}.{}: the cluster does not know this kind: is {} installed?",
                                     resource.plural, resource.group,
                                     resource.group == "kubevirt.io" ? "KubeVirt" : "Multus"));
  }

  [[nodiscard]] LiveObjects take() && { return std::move(found_); }

 private:
  /// False: the server does not know it by this version.
  bool read_version(ApiResource const& resource, std::string_view version) {
    ManifestSet objects;
    std::string page;
    for (int pages = 0; pages < most_pages; ++pages) {
      auto const target = target_of(resource, version, space_, page);
      auto const answer = ask(target);
      switch (meaning_of(answer.status)) {
        case Answered::unknown_kind:
          return false;
        case Answered::forbidden:
          not_read(resource, fmt::format("permission to {}: {}", permission_for(resource, space_),
                                         said_in(answer)));
          return true;
        case Answered::expired:
          objects = {};
          page.clear();
          continue;
        case Answered::objects:
          break;
        default:
          fail(target, fmt::format("{} {}", answer.status, said_in(answer)));
      }
      auto part = read_live_page(origin_, answer.body);
      if (!part) fail(target, part.error());
      std::ranges::move(part->objects.manifests, std::back_inserter(objects.manifests));
      page = part->next;
      if (page.empty()) {
        keep(std::move(objects));
        return true;
      }
    }
    fail(target_of(resource, version, space_, {}), "the list does not end");
  }

  void keep(ManifestSet objects) {
    for (auto& manifest : objects.manifests) {
      if (manifest.kind == "KubeVirt" && space_.empty()) space_ = manifest.space;
      found_.objects.manifests.push_back(std::move(manifest));
    }
  }

  ApiAnswer ask(std::string const& target) {
    auto pause = std::chrono::milliseconds{first_pause};
    for (int tries = 1;; ++tries) {
      auto answer = client_.get(target);
      if (!answer) throw ApiUnavailable{fmt::format("{}: {}", origin_, describe(answer.error()))};
      if (meaning_of(answer->status) == Answered::log_in)
        fail(target, fmt::format("401 {}: it does not accept this token or certificate: log in "
                                 "anew (oc login)",
                                 said_in(*answer)));
      if (meaning_of(answer->status) != Answered::later || tries == most_tries)
        return *std::move(answer);
      std::this_thread::sleep_for(pause);
      pause *= 2;
    }
  }

  void not_read(ApiResource const& resource, std::string needs) {
    found_.unread.push_back({.what = std::string{resource.use}, .needs = std::move(needs)});
  }

  [[noreturn]] void fail(std::string const& target, std::string_view why) const {
    throw ApiUnavailable{fmt::format("{}: GET {}: {}", origin_, target, why)};
  }

  ApiClient& client_;
  std::string origin_;
  std::string space_;  ///< KubeVirt's namespace, once it is known
  LiveObjects found_;
};
}  // namespace

LiveObjects read_live_cluster(ApiClient& client, LiveProgress const& progress) {
  LiveReader reader{client};
  for (auto const& resource : api_resources()) {
    progress(resource.plural);
    reader.read(resource);
  }
  auto found = std::move(reader).take();
  found.asked = true;
  return found;
}
}  // namespace leadline
