#include "coordinator/kubernetes/api_resource.hpp"

#include <fmt/format.h>

namespace leadline {
namespace {
using Extent = ApiResource::Extent;
constexpr int objects_a_page = 500;

/// RFC 3986: everything but the unreserved is written as %XX.
std::string escaped(std::string_view text) {
  constexpr std::string_view unreserved =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string result;
  for (auto const c : text)
    if (unreserved.find(c) != std::string_view::npos)
      result += c;
    else
      result += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  return result;
}

}  // namespace

bool in_operators_space(ApiResource const& resource) {
  return resource.extent == Extent::operators ||
         (resource.extent == Extent::named && resource.group.empty());
}

std::span<ApiResource const> api_resources() {
  static std::vector<ApiResource> const all{
      {.group = "kubevirt.io",
       .versions = {"v1"},
       .plural = "kubevirts",
       .use = "the settings of KubeVirt, and what lies in its namespace: virt-handler's pods, "
              "policies and trusted authorities",
       .indispensable = true},
      {.group = "hco.kubevirt.io",
       .versions = {"v1", "v1beta1"},
       .plural = "hyperconvergeds",
       .use = "the settings of live migrations in HyperConverged"},
      {.group = "k8s.cni.cncf.io",
       .versions = {"v1"},
       .plural = "network-attachment-definitions",
       .use = "the migration network itself",
       .indispensable = true},
      {.group = "",
       .versions = {"v1"},
       .plural = "nodes",
       .use = "whether every node has a virt-handler, and the range room for all"},
      {.group = "",
       .versions = {"v1"},
       .plural = "pods",
       .extent = Extent::operators,
       .selector = "kubevirt.io in (virt-handler,virt-synchronization-controller)",
       .use = "virt-handler's migration interface and address"},
      {.group = "",
       .versions = {"v1"},
       .plural = "configmaps",
       .extent = Extent::named,
       .name = "kubevirt-ca",
       .use = "which authorities are trusted, and how long"},
      {.group = "",
       .versions = {"v1"},
       .plural = "configmaps",
       .extent = Extent::named,
       .name = "kubevirt-external-ca",
       .use = "whether an authority still waits to be trusted"},
      {.group = "kubevirt.io",
       .versions = {"v1"},
       .plural = "virtualmachineinstances",
       .use = "VMs whose ports clash with a migration's"},
      {.group = "migrations.kubevirt.io",
       .versions = {"v1alpha1"},
       .plural = "migrationpolicies",
       .use = "policies that change the settings for some VMs"},
      {.group = "networking.k8s.io",
       .versions = {"v1"},
       .plural = "networkpolicies",
       .extent = Extent::operators,
       .use = "policies that block migrations over the pod network"},
      {.group = "k8s.cni.cncf.io",
       .versions = {"v1beta2", "v1beta1"},
       .plural = "multi-networkpolicies",
       .extent = Extent::operators,
       .use = "policies that block the migration network"},
      {.group = "whereabouts.cni.cncf.io",
       .versions = {"v1alpha1"},
       .plural = "ippools",
       .use = "addresses that are handed out twice"},
      {.group = "config.openshift.io",
       .versions = {"v1"},
       .plural = "networks",
       .extent = Extent::named,
       .name = "cluster",
       .use = "whether the range overlaps the services' network"},
  };
  return all;
}

std::string target_of(ApiResource const& resource, std::string_view version,
                      std::string const& space, std::string const& page) {
  auto target = resource.group.empty() ? fmt::format("/api/{}", version)
                                       : fmt::format("/apis/{}/{}", resource.group, version);
  if (in_operators_space(resource)) target += "/namespaces/" + escaped(space);
  target += fmt::format("/{}", resource.plural);
  if (resource.extent == Extent::named) return target + fmt::format("/{}", resource.name);
  target += fmt::format("?limit={}", objects_a_page);
  if (!resource.selector.empty()) target += "&labelSelector=" + escaped(resource.selector);
  if (!page.empty()) target += "&continue=" + escaped(page);
  return target;
}

std::string permission_for(ApiResource const& resource, std::string const& space) {
  bool const one = resource.extent == Extent::named;
  return fmt::format("{} {}{}{}{}{}", one ? "get" : "list", resource.plural,
                     resource.group.empty() ? "" : ".", resource.group,
                     one ? fmt::format("/{}", resource.name) : std::string{},
                     in_operators_space(resource) ? " in the namespace " + space : std::string{});
}
}  // namespace leadline
