#include "coordinator/kubernetes/kubeconfig.hpp"

#include "coordinator/kubernetes/access_files.hpp"
#include "coordinator/kubernetes/api_resource.hpp"
#include "coordinator/kubernetes/live_objects.hpp"
#include "tests/unit/scratch_directory.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

namespace leadline {
namespace {
using testing::HasSubstr;

TEST(ApiServers, AreTakenByTheirUrl) {
  struct Row {
    std::string url;
    std::string shown;
  };

  for (auto const& [url, shown] :
       {Row{"https://api.east.example.com:6443", "https://api.east.example.com:6443"},
        {"https://api.east.example.com", "https://api.east.example.com:443"},
        {"https://10.0.0.1:6443/", "https://10.0.0.1:6443"},
        {"https://[2001:db8::1]:6443", "https://[2001:db8::1]:6443"},
        {"https://rancher.example.com/k8s/clusters/c-1/",
         "https://rancher.example.com:443/k8s/clusters/c-1"}}) {
    auto const server = parse_api_server(url);
    ASSERT_TRUE(server) << server.error();
    EXPECT_EQ(format(*server), shown);
  }
}

TEST(ApiServers, OfOtherKindsAreRefused) {
  for (auto const* const url :
       {"", "http://localhost:8080", "api.east.example.com:6443", "https://", "https://host:70000",
        "https://host:port", "https://me:secret@host", "https://host/?a=b", "https://ho st",
        "https://host\r\nHost: other", "ftp://host", "https://[::1"})
    EXPECT_FALSE(parse_api_server(url)) << url;
}

constexpr auto* healthy = R"(apiVersion: v1
kind: Config
current-context: default/api-east:6443/admin
clusters:
- name: east
  cluster:
    server: https://127.0.0.1:6443
    tls-server-name: api.east
    certificate-authority: ca.crt
contexts:
- name: default/api-east:6443/admin
  context: {cluster: east, user: admin, namespace: default}
- name: by-certificate
  context: {cluster: east, user: certified}
users:
- name: admin
  user: {token: sha256~abc}
- name: certified
  user:
    client-certificate-data: LS0tCg==
    client-key: keys/tls.key
)";

TEST(Kubeconfigs, AreReadByTheirContext) {
  auto const read = read_kubeconfig(healthy, "");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->name, "default/api-east:6443/admin");
  EXPECT_EQ(format(read->server), "https://127.0.0.1:6443");
  EXPECT_EQ(read->server_name, "api.east");
  EXPECT_EQ(read->authorities.file, "ca.crt");
  EXPECT_EQ(read->token.text, "sha256~abc");
  auto const certified = read_kubeconfig(healthy, "by-certificate");
  ASSERT_TRUE(certified) << certified.error().message;
  EXPECT_EQ(certified->certificate.text, "---\n");
  EXPECT_EQ(certified->key.file, "keys/tls.key");
}

struct BadKubeconfig {
  std::string from;
  std::string to;
  std::string message;
  int line;
};

TEST(Kubeconfigs, SayWhatIsWrongAndWhere) {
  for (auto const& [from, to, message, line] :
       {BadKubeconfig{"kind: Config", "kind: KubeVirt", "this is a KubeVirt, not a kubeconfig", 2},
        {"current-context: default", "current-context: other", "there is no context \"other/", 10},
        {"current-context: default/api-east:6443/admin\n", "", "name one (FILE:CONTEXT) of", 1},
        {"{cluster: east, user: admin", "{cluster: west, user: admin",
         "there is no cluster \"west\", only \"east\"", 4},
        {"{cluster: east, user: admin", "{cluster: east", "the context names no user", 15},
        {"https://127.0.0.1:6443", "http://127.0.0.1:8080", "only https", 7},
        {"    server: https://127.0.0.1:6443\n", "", "the cluster has no server", 6},
        {"certificate-authority: ca.crt", "insecure-skip-tls-verify: true",
         "does not go without verification", 9},
        {"certificate-authority: ca.crt", "certificate-authority-data: '?'", "is not base64", 9},
        {"certificate-authority: ca.crt", "proxy-url: socks5://host:1", "uses no proxy", 9},
        {"{token: sha256~abc}", "{exec: {command: aws}}", "leadline runs no program", 17},
        {"{token: sha256~abc}", "{auth-provider: {name: oidc}}", "knows no auth-provider", 17},
        {"{token: sha256~abc}", "{username: me, password: x}", "sends no password", 17},
        {"{token: sha256~abc}", "{token: x, as: other}", "does not impersonate", 17},
        {"{token: sha256~abc}", "{token: 5}", "token is not a text", 17},
        {"{token: sha256~abc}", "{}", "neither a token nor a client certificate", 17},
        {"{token: sha256~abc}", "{client-key: x}", "go together", 17},
        {"{token: sha256~abc}", "{token: [", "not YAML", 0},
        {"kind: Config", "---", "several documents", 0}}) {
    std::string text = healthy;
    auto const at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    auto const read = read_kubeconfig(text.replace(at, from.size(), to), "");
    ASSERT_FALSE(read) << to;
    EXPECT_THAT(read.error().message, HasSubstr(message));
    if (line > 0) {
      EXPECT_EQ(read.error().line, line) << message;
    }
  }
  EXPECT_THAT(read_kubeconfig("", "").error().message, HasSubstr("empty"));
  EXPECT_THAT(read_kubeconfig("[]", "").error().message, HasSubstr("not a kubeconfig"));
  EXPECT_THAT(read_kubeconfig(healthy, "none").error().message,
              HasSubstr("only \"default/api-east:6443/admin\", \"by-certificate\""));
}

TEST(AccessFiles, LieBesideTheKubeconfig) {
  ScratchDirectory const scratch;
  auto const file = scratch.write("config", healthy);
  scratch.write("ca.crt", "AUTHORITY");
  auto const access = read_kubeconfig_access(file, "");
  EXPECT_EQ(access.authorities, "AUTHORITY");
  EXPECT_EQ(access.token, "sha256~abc");
  try {
    read_kubeconfig_access(file, "by-certificate");
    ADD_FAILURE() << "keys/tls.key is missing";
  } catch (AccessMistake const& e) {
    EXPECT_THAT(e.what(), HasSubstr("client-key"));
    EXPECT_THAT(e.what(), HasSubstr("keys/tls.key: No such file"));
  }
  EXPECT_THROW(read_kubeconfig_access(scratch.path() / "missing", ""), AccessMistake);
  EXPECT_THROW(read_kubeconfig_access(scratch.path(), ""), AccessMistake);
}

TEST(AccessFiles, HoldACertificateItsKeyAndAToken) {
  ScratchDirectory const scratch;
  std::string text = healthy;
  std::string const data = "client-certificate-data: LS0tCg==";
  text.replace(text.find(data), data.size(),
               "client-certificate: tls.crt\n    tokenFile: ../token");
  auto const file = scratch.write("kube/config", text);
  std::string message;
  auto const read = [&]() -> ApiAccess {
    try {
      message.clear();
      return read_kubeconfig_access(file, "by-certificate");
    } catch (AccessMistake const& e) {
      message = e.what();
      return {};
    }
  };
  scratch.write("kube/ca.crt", "AUTHORITY");
  read();
  EXPECT_THAT(message, HasSubstr("client-certificate"));
  EXPECT_THAT(message, HasSubstr("tls.crt: No such file"));
  scratch.write("kube/tls.crt", "CERTIFICATE\n");
  scratch.write("kube/keys/tls.key", "KEY\n");
  read();
  EXPECT_THAT(message, HasSubstr("tokenFile"));
  EXPECT_THAT(message, HasSubstr("token: No such file"));
  scratch.write("token", "two words");
  read();
  EXPECT_THAT(message, HasSubstr("a token is one word"));
  scratch.write("token", " sha256~def\n");
  auto const access = read();
  EXPECT_EQ(message, "");
  EXPECT_EQ(access.certificate, "CERTIFICATE\n");
  EXPECT_EQ(access.key, "KEY\n");
  EXPECT_EQ(access.token, "sha256~def");
}

TEST(AccessFiles, OfAServiceAccountNameTheServerByTheEnvironment) {
  ScratchDirectory const scratch;
  scratch.write("ca.crt", "AUTHORITY");
  scratch.write("token", "abc\n");
  ::unsetenv("KUBERNETES_SERVICE_HOST");
  EXPECT_THROW(read_service_account(scratch.path()), AccessMistake);
  ::setenv("KUBERNETES_SERVICE_HOST", "fd00::1", 1);
  ::setenv("KUBERNETES_SERVICE_PORT", "443", 1);
  auto const access = read_service_account(scratch.path());
  EXPECT_EQ(format(access.server), "https://[fd00::1]:443");
  EXPECT_EQ(access.server_name, "fd00::1");
  EXPECT_EQ(access.token, "abc");
  scratch.write("token", "abc\r\nHost: other");
  EXPECT_THROW(read_service_account(scratch.path()), AccessMistake);
  scratch.write("token", "abc");
  ::setenv("KUBERNETES_SERVICE_PORT", "65536", 1);
  EXPECT_THROW(read_service_account(scratch.path()), AccessMistake);
  ::unsetenv("KUBERNETES_SERVICE_HOST");
}

TEST(ApiResources, AreAskedForByGetInAsFewNamespacesAsWillDo) {
  std::vector<std::string> targets;
  for (auto const& resource : api_resources())
    targets.push_back(target_of(resource, resource.versions.front(), "cnv", ""));
  EXPECT_THAT(targets.front(), "/apis/kubevirt.io/v1/kubevirts?limit=500");
  EXPECT_THAT(targets, testing::Contains(
                           "/api/v1/namespaces/cnv/pods?limit=500&labelSelector=kubevirt.io%20in%20"
                           "%28virt-handler%2Cvirt-synchronization-controller%29"));
  EXPECT_THAT(targets, testing::Contains("/api/v1/namespaces/cnv/configmaps/kubevirt-ca"));
  EXPECT_THAT(targets, testing::Contains("/apis/config.openshift.io/v1/networks/cluster"));
  EXPECT_THAT(targets, testing::Not(testing::Contains(HasSubstr("secrets"))));
  EXPECT_THAT(target_of(api_resources()[3], "v1", "", "a b+/="),
              HasSubstr("&continue=a%20b%2B%2F%3D"));
}

TEST(LivePages, GiveObjectsTheirKindAndPlace) {
  auto const page = read_live_page("https://api:6443", R"({"kind": "NodeList", "apiVersion": "v1",
    "metadata": {"continue": "next"}, "items": [{"metadata": {"name": "n1"}}]})");
  ASSERT_TRUE(page) << page.error();
  EXPECT_EQ(page->next, "next");
  ASSERT_EQ(page->objects.manifests.size(), 1U);
  auto const& node = page->objects.manifests.front();
  EXPECT_EQ(node.title(), "Node n1");
  EXPECT_EQ(format(node.place("/spec/podCIDR")), "https://api:6443: Node n1.spec.podCIDR");
}

TEST(LivePages, SayWhyThereIsNoneWithoutControlCharacters) {
  EXPECT_EQ(said_in({.status = 403, .body = R"({"message": "no\u001b[2J\u0007 way"})"}),
            "no [2J  way");
  EXPECT_EQ(said_in({.status = 502, .body = "<html>\n"}), R"("<html>\n")");
}

TEST(LivePages, ThatAreNoneAreRefused) {
  for (auto const* const body : {"", "{", "[]", "null", "<html>", R"({"kind": "NodeList"})",
                                 R"({"kind": "NodeList", "items": [5]})"})
    EXPECT_FALSE(read_live_page("https://api:6443", body)) << body;
}
}  // namespace
}  // namespace leadline
