#include "coordinator/kubernetes/live_cluster.hpp"

#include "coordinator/kubernetes/access_files.hpp"
#include "coordinator/lint/lint.hpp"
#include "tests/lint/api_server.hpp"
#include "tests/lint/clusters.hpp"
#include "tests/unit/scratch_directory.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <mutex>

namespace leadline {
namespace {
using namespace std::chrono_literals;
using nlohmann::json;
using testing::HasSubstr;

/// The objects of a cluster of this folder, as its API server would list them.
class LiveCluster {
 public:
  explicit LiveCluster(std::string const& text) {
    for (auto& manifest : read_manifests("cluster.yaml", text).manifests)
      objects_[manifest.kind].push_back(std::move(manifest.value));
  }

  ApiResponse answer(AskedOfApi const& asked) {
    std::lock_guard const lock{mutex_};
    asked_.push_back(asked);
    auto const path = asked.target.substr(0, asked.target.find('?'));
    for (auto const& [end, kind] : kinds)
      if (path.ends_with("/" + end)) return list(kind, asked.target);
    if (path.ends_with("/networks/cluster") && !objects_["Network"].empty())
      return {.body = objects_["Network"].front().dump()};
    for (auto const& object : objects_["ConfigMap"])
      if (path.ends_with("/configmaps/" + object["metadata"]["name"].get<std::string>()))
        return {.body = object.dump()};
    return {.status = 404, .body = R"({"kind": "Status", "message": "not found"})"};
  }

  std::vector<AskedOfApi> asked() {
    std::lock_guard const lock{mutex_};
    return asked_;
  }

 private:
  inline static std::map<std::string, std::string> const kinds{
      {"kubevirts", "KubeVirt"},
      {"hco.kubevirt.io/v1beta1/hyperconvergeds", "HyperConverged"},
      {"network-attachment-definitions", "NetworkAttachmentDefinition"},
      {"nodes", "Node"},
      {"pods", "Pod"},
      {"virtualmachineinstances", "VirtualMachineInstance"},
      {"migrationpolicies", "MigrationPolicy"},
      {"networkpolicies", "NetworkPolicy"},
      {"multi-networkpolicies", "MultiNetworkPolicy"},
      {"ippools", "IPPool"}};

  /// One object a page. As with real servers, only the list says what kind the core's objects are.
  ApiResponse list(std::string const& kind, std::string const& target) {
    auto const& all = objects_[kind];
    auto const token = target.find("&continue=");
    std::size_t const first =
        token == std::string::npos ? 0 : std::stoul(target.substr(token + 10));
    json page{{"kind", kind + "List"}, {"apiVersion", "v1"}, {"items", json::array()}};
    if (first < all.size()) {
      page["apiVersion"] = all[first]["apiVersion"];
      page["items"].push_back(all[first]);
      page["items"].back().erase("kind");
      page["items"].back().erase("apiVersion");
    }
    if (first + 1 < all.size()) page["metadata"]["continue"] = std::to_string(first + 1);
    return {.body = page.dump()};
  }

  std::mutex mutex_;
  std::map<std::string, std::vector<json>> objects_;
  std::vector<AskedOfApi> asked_;
};

ApiAccess access_to(ApiServerOnLoopback const& server) {
  ScratchDirectory const scratch;
  return read_kubeconfig_access(scratch.write("config", server.kubeconfig()), "");
}

LiveObjects read_from(ApiServerOnLoopback const& server, ApiPatience patience = {}) {
  ApiClient client{access_to(server), patience};
  return read_live_cluster(client, [](std::string_view) {});
}

std::string unavailable(ApiServerOnLoopback::Answer answer, ApiPatience patience = {}) {
  ApiServerOnLoopback const server{std::move(answer)};
  try {
    read_from(server, patience);
  } catch (ApiUnavailable const& e) {
    return e.what();
  }
  return "it was read";
}

TEST(LiveClusters, SayWhatTheirManifestsSay) {
  auto const texts = changed_clusters({});
  std::vector<ClusterManifests> clusters;
  for (auto const& [name, text] : {std::pair{"east", texts.east}, {"west", texts.west}}) {
    LiveCluster live{text};
    ApiServerOnLoopback const server{[&](AskedOfApi const& asked) { return live.answer(asked); }};
    auto found = read_from(server);
    EXPECT_TRUE(found.unread.empty());
    clusters.push_back(sort_manifests(name, std::move(found.objects)));
    for (auto const& asked : live.asked()) {
      EXPECT_EQ(asked.method, "GET");
      EXPECT_EQ(asked.authorization, "Bearer secret-token");
    }
  }
  auto const now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  auto const result = lint(clusters, now);
  EXPECT_EQ(names_of(result), names_of(lint_changed({})));
  EXPECT_EQ(result.verdict, LintResult::Verdict::clean);
  EXPECT_EQ(clusters.front().pods.size(),
            sort_manifests("east", read_manifests("east.yaml", texts.east)).pods.size());
}

TEST(LiveClusters, ThatKeepSomethingBackSayWhatIsNotChecked) {
  LiveCluster live{changed_clusters({}).east};
  ApiServerOnLoopback const server{[&](AskedOfApi const& asked) -> ApiResponse {
    if (asked.target.find("/nodes") != std::string::npos)
      return {.status = 403, .body = R"({"kind": "Status", "message": "nodes is forbidden"})"};
    return live.answer(asked);
  }};
  auto const found = read_from(server);
  ASSERT_EQ(found.unread.size(), 1U);
  EXPECT_THAT(found.unread.front().what, HasSubstr("every node has a virt-handler"));
  EXPECT_EQ(found.unread.front().needs, "permission to list nodes: nodes is forbidden");
  EXPECT_GT(found.objects.manifests.size(), 5U);
}

TEST(LiveClusters, HaveNoneOfAKindThatTheyDoNotKnow) {
  std::vector<Change> const plain{{"east", "kind: IPPool", "kind: Other"},
                                  {"east", "kind: MigrationPolicy", "kind: Other"},
                                  {"east", "kind: Network\n", "kind: Other\n"}};
  LiveCluster live{changed_clusters(plain).east};
  ApiServerOnLoopback const server{[&](AskedOfApi const& asked) -> ApiResponse {
    if (asked.target.find("/ippools") != std::string::npos) return {.status = 404, .body = "404"};
    return live.answer(asked);
  }};
  auto found = read_from(server);
  EXPECT_TRUE(found.asked);
  EXPECT_TRUE(found.unread.empty());
  std::vector<ClusterManifests> clusters;
  clusters.push_back(sort_manifests("east", std::move(found.objects)));
  clusters.back().asked = found.asked;
  std::string unchecked;
  for (auto const& one : lint(clusters, {}).unchecked) unchecked += one.what + "\n";
  EXPECT_THAT(unchecked, HasSubstr("whether the range overlaps the services' network"))
      << "no object of plain Kubernetes that is asked for tells it";
  EXPECT_THAT(unchecked, testing::Not(HasSubstr("handed out twice")));
  EXPECT_THAT(unchecked, testing::Not(HasSubstr("policies")));
}

TEST(LiveClusters, WithoutKubeVirtOrMultusSaySo) {
  ApiServerOnLoopback const server{[](AskedOfApi const&) -> ApiResponse {
    return {.status = 404, .body = "404 page not found"};
  }};
  auto const found = read_from(server);
  std::string needs;
  for (auto const& unread : found.unread) needs += unread.needs + "\n";
  EXPECT_THAT(needs, HasSubstr("kubevirts.kubevirt.io: the cluster does not know this kind"));
  EXPECT_THAT(needs, HasSubstr("is Multus installed?"));
  EXPECT_THAT(needs, HasSubstr("which no KubeVirt object told"));
}

TEST(LiveClusters, AreAskedAgainWhereTheServerIsBusy) {
  LiveCluster live{changed_clusters({}).east};
  int refused = 0;
  ApiServerOnLoopback const server{[&](AskedOfApi const& asked) -> ApiResponse {
    if (refused++ < 2) return {.status = refused == 1 ? 429 : 503, .body = "busy"};
    return live.answer(asked);
  }};
  EXPECT_GT(read_from(server).objects.manifests.size(), 5U);
}

TEST(LiveClusters, BeginAListAnewWhenItsTokenHasExpired) {
  LiveCluster live{changed_clusters({}).east};
  bool expired = false;
  ApiServerOnLoopback const server{[&](AskedOfApi const& asked) -> ApiResponse {
    if (!expired && asked.target.find("&continue=") != std::string::npos) {
      expired = true;
      return {.status = 410, .body = R"({"kind": "Status", "message": "too old"})"};
    }
    return live.answer(asked);
  }};
  auto const found = read_from(server);
  EXPECT_TRUE(expired);
  auto const whole = read_manifests("east.yaml", changed_clusters({}).east).manifests;
  auto const secrets = std::ranges::count(whole, "Secret", &Manifest::kind);
  EXPECT_EQ(found.objects.manifests.size() + static_cast<std::size_t>(secrets), whole.size());
}

TEST(LiveClusters, ThatAnswerWronglyAreUnavailable) {
  auto const status = [](int code, std::string body) {
    return [code, body = std::move(body)](AskedOfApi const&) -> ApiResponse {
      return {.status = code, .body = body};
    };
  };
  EXPECT_THAT(unavailable(status(401, R"({"kind": "Status", "message": "Unauthorized"})")),
              HasSubstr("401 Unauthorized: it does not accept this token"));
  EXPECT_THAT(unavailable(status(500, "oops")), HasSubstr("500 \"oops\""));
  EXPECT_THAT(unavailable(status(302, "")), HasSubstr("302"));
  EXPECT_THAT(unavailable(status(200, "<html>")), HasSubstr("is not JSON"));
  EXPECT_THAT(unavailable(status(200, R"({"items": 5})")), HasSubstr("its answer"));
  EXPECT_THAT(unavailable([](AskedOfApi const&) -> ApiResponse {
                return {.body = R"({"kind": "KubeVirtList", )", .truncated = true};
              }),
              HasSubstr("GET /apis/kubevirt.io/v1/kubevirts"));
  EXPECT_THAT(unavailable([](AskedOfApi const&) -> ApiResponse { return {.silent = true}; },
                          {.answer = 200ms}),
              HasSubstr("timed out"));
  EXPECT_THAT(unavailable(status(200, std::string(2000, ' ')), {.body_octets = 1000}),
              HasSubstr("body limit exceeded"));
  EXPECT_THAT(unavailable(status(
                  200, R"({"kind": "KubeVirtList", "metadata": {"continue": "x"}, "items": []})")),
              HasSubstr("does not end"));
}

TEST(LiveClusters, AreVerifiedByChainAndName) {
  LiveCluster live{changed_clusters({}).east};
  ApiServerOnLoopback const server{[&](AskedOfApi const& asked) { return live.answer(asked); }};
  ApiServerOnLoopback const other{[&](AskedOfApi const& asked) { return live.answer(asked); }};
  auto const why_not = [](ApiAccess access) {
    auto const answer = ApiClient{std::move(access)}.get("/api/v1/nodes");
    return answer ? "it was answered" : describe(answer.error());
  };
  auto access = access_to(server);
  access.authorities = access_to(other).authorities;
  EXPECT_THAT(why_not(access), HasSubstr("its certificate is not accepted"));
  access = access_to(server);
  access.server_name = "api.west";
  EXPECT_THAT(why_not(access), HasSubstr("its name must be api.west"));
  access = access_to(server);
  access.authorities.clear();
  EXPECT_THAT(why_not(access), HasSubstr("its certificate is not accepted"));
  EXPECT_TRUE(live.asked().empty());
  access = access_to(server);
  access.authorities = "no certificate";
  EXPECT_THROW(ApiClient{access}, std::invalid_argument);
}

/// What the server is asked with a client certificate whose files lie beside the kubeconfig.
std::string answered_to(ApiServerOnLoopback const& server, Credentials const& shown,
                        EVP_PKEY* key) {
  ScratchDirectory const scratch;
  auto text = server.kubeconfig();
  std::string const token = "{token: secret-token}";
  text.replace(text.find(token), token.size(),
               "{client-certificate: tls.crt, client-key: tls.key}");
  scratch.write("tls.crt", pem_of(shown.chain.front().get()));
  scratch.write("tls.key", pem_of(key));
  auto const answer =
      ApiClient{read_kubeconfig_access(scratch.write("config", text), "")}.get("/api/v1/nodes");
  return answer ? answer->body : describe(answer.error());
}

TEST(LiveClusters, AreShownTheClientCertificateOfTheKubeconfig) {
  auto const greet = [](AskedOfApi const& asked) -> ApiResponse {
    return {.body = "client '" + asked.client + "', header '" + asked.authorization + "'"};
  };
  ApiServerOnLoopback const server{greet};
  ApiServerOnLoopback const other{greet};
  auto const admin = server.client("system:admin");
  EXPECT_EQ(answered_to(server, admin, admin.key.get()), "client 'system:admin', header ''");
  auto const with_token = ApiClient{access_to(server)}.get("/api/v1/nodes");
  ASSERT_TRUE(with_token) << describe(with_token.error());
  EXPECT_EQ(with_token->body, "client '', header 'Bearer secret-token'");

  auto const stranger = other.client("system:admin");
  EXPECT_THAT(answered_to(server, stranger, stranger.key.get()),
              testing::Not(HasSubstr("client '")))
      << "another authority has signed it";
  try {
    answered_to(server, admin, stranger.key.get());
    ADD_FAILURE() << "the key is not the certificate's";
  } catch (std::invalid_argument const& e) {
    EXPECT_THAT(e.what(), HasSubstr("client-key"));
  }
}

TEST(LiveClusters, AreVerifiedByTheirAddressWherePodsAskThem) {
  ApiServerOnLoopback const server{
      [](AskedOfApi const& asked) -> ApiResponse { return {.body = asked.authorization}; }};
  ScratchDirectory const scratch;
  scratch.write("ca.crt", server.authority());
  scratch.write("token", "of-the-pod\n");
  ::setenv("KUBERNETES_SERVICE_HOST", "127.0.0.1", 1);
  ::setenv("KUBERNETES_SERVICE_PORT", std::to_string(server.port()).c_str(), 1);
  auto access = read_service_account(scratch.path());
  ::unsetenv("KUBERNETES_SERVICE_HOST");
  ::unsetenv("KUBERNETES_SERVICE_PORT");
  auto const answer = ApiClient{access}.get("/api/v1/nodes");
  ASSERT_TRUE(answer) << describe(answer.error());
  EXPECT_EQ(answer->body, "Bearer of-the-pod");
  access.server_name = "127.0.0.2";
  auto const refused = ApiClient{access}.get("/api/v1/nodes");
  ASSERT_FALSE(refused) << "its certificate is for another address";
  EXPECT_THAT(describe(refused.error()), HasSubstr("its name must be 127.0.0.2"));
}

TEST(LiveClusters, ThatAreNotThereAreUnavailable) {
  ApiAccess access;
  {
    ApiServerOnLoopback const server{[](AskedOfApi const&) -> ApiResponse { return {}; }};
    access = access_to(server);
  }
  auto const answer = ApiClient{access}.get("/api/v1/nodes");
  ASSERT_FALSE(answer);
  EXPECT_THAT(describe(answer.error()), HasSubstr("Connection refused"));
}
}  // namespace
}  // namespace leadline
