#include "tests/qemu/live_migration.hpp"

#include "tests/lab/network/lab.hpp"
#include "tests/qemu/virtual_machine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <thread>

namespace leadline::lab {
namespace {
using Clock = std::chrono::steady_clock;
using nlohmann::json;
using std::chrono::duration;
namespace fs = std::filesystem;

constexpr auto credentials = "migration-tls";
// The first of libvirt's migration ports; KubeVirt's are any in the ephemeral range, as this is.
constexpr int port = 49152;

LabNode const& node_named(Lab const& lab, std::string const& name) {
  auto const& nodes = lab.topology().nodes;
  auto const found = std::ranges::find_if(
      nodes, [&](LabNode const& node) { return node.cluster + "/" + node.node == name; });
  if (found == nodes.end()) throw std::invalid_argument{"no node " + name + " in this lab"};
  return *found;
}

/// A node's certificates under the names that QEMU looks for (docs/system/tls.rst).
fs::path arrange_certificates(Places const& places, LabNode const& node, fs::path const& directory,
                              std::string const& role) {
  auto const made = places.migration_tls_of(node);
  auto const wanted = directory / (role + "-tls");
  fs::create_directories(wanted);
  auto const copy = [&](fs::path const& from, std::string const& to) {
    fs::copy_file(from, wanted / to, fs::copy_options::overwrite_existing);
  };
  copy(made / "ca" / "ca-bundle.crt", "ca-cert.pem");
  copy(made / role / "tls.crt", role + "-cert.pem");
  copy(made / role / "tls.key", role + "-key.pem");
  return wanted;
}

void configure(QemuMonitor& monitor, LiveMigration const& migration,
               std::optional<fs::path> const& certificates, std::string const& role) {
  json parameters{{"downtime-limit", 300},
                  {"max-bandwidth", 1'000'000'000'000}};  // as KubeVirt's 0: no limit
  if (certificates) {
    monitor.execute("object-add", {{"qom-type", "tls-creds-x509"},
                                   {"id", credentials},
                                   {"dir", certificates->string()},
                                   {"endpoint", role},
                                   {"verify-peer", true}});
    parameters["tls-creds"] = credentials;
    // KubeVirt asks for the common name, and for no host's.
    if (role == "client") parameters["tls-hostname"] = "kubevirt.io:system:node:virt-handler";
  }
  if (migration.streams > 1) {
    auto const multifd = json::object({{"capability", "multifd"}, {"state", true}});
    monitor.execute("migrate-set-capabilities",
                    json::object({{"capabilities", json::array({multifd})}}));
    parameters["multifd-channels"] = migration.streams;
  }
  monitor.execute("migrate-set-parameters", parameters);
}

MigrationOutcome outcome_of(json const& status, MigrationOutcome::End end) {
  using Milliseconds = duration<double, std::milli>;
  MigrationOutcome outcome{.end = end,
                           .duration = Milliseconds{status.value("total-time", 0.0)},
                           .downtime = Milliseconds{status.value("downtime", 0.0)},
                           .error = status.value("error-desc", "")};
  if (status.contains("ram")) outcome.passes = status["ram"].value("dirty-sync-count", 0);
  return outcome;
}

/// Follows a migration that has been started to its end, and cancels it at the deadline.
MigrationOutcome follow(QemuMonitor& source, duration<double> deadline) {
  using End = MigrationOutcome::End;
  auto const start = Clock::now();
  for (;;) {
    auto const status = source.execute("query-migrate");
    auto const word = status.value("status", "");
    // QEMU says so a moment before it has reckoned how long it took.
    if (word == "completed" && status.value("total-time", 0.0) > 0)
      return outcome_of(status, End::completed);
    if (word == "failed") return outcome_of(status, End::failed);
    if (word != "completed" && Clock::now() - start >= deadline) {
      source.execute("migrate_cancel");
      return outcome_of(status, End::cancelled);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
  }
}

/// The source is done a moment before the target.
void await_running(QemuMonitor& target) {
  auto const deadline = Clock::now() + std::chrono::seconds{10};
  while (!target.execute("query-status").value("running", false)) {
    if (Clock::now() > deadline)
      throw std::runtime_error{"the migration completed, and the guest does not run"};
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
  }
}
}  // namespace

MigrationOutcome migrate(LiveMigration const& migration, Lab const& lab, Places const& places,
                         std::size_t number) {
  auto const directory = places.directory / fmt::format("vm{}", number);
  fs::remove_all(directory);  // of an earlier run
  fs::create_directories(directory);
  auto const& from = node_named(lab, migration.source);
  auto const& to = node_named(lab, migration.target);
  std::optional<fs::path> client;
  std::optional<fs::path> server;
  if (migration.tls) {
    client = arrange_certificates(places, from, directory, "client");
    server = arrange_certificates(places, to, directory, "server");
  }
  VirtualMachine source{"source", migration.load, VirtualMachine::Start::at_once,
                        lab.machine(from.machine), directory};
  VirtualMachine target{"target", migration.load, VirtualMachine::Start::incoming,
                        lab.machine(to.machine), directory};
  source.await_filled();
  auto const& address = to.addresses.front();
  auto const host = address.find(':') == std::string::npos ? address : "[" + address + "]";
  auto const uri = json::object({{"uri", fmt::format("tcp:{}:{}", host, port)}});
  try {
    configure(source.monitor(), migration, client, "client");
    configure(target.monitor(), migration, server, "server");
    target.monitor().execute("migrate-incoming", uri);
    source.monitor().execute("migrate", uri);
  } catch (RefusedByQemu const& refusal) {  // such as a certificate that has expired
    return {.end = MigrationOutcome::End::failed, .error = refusal.what()};
  }
  auto outcome = follow(source.monitor(), migration.deadline);
  if (outcome.end == MigrationOutcome::End::completed) await_running(target.monitor());
  return outcome;
}

std::string_view format(MigrationOutcome::End end) {
  switch (end) {
    case MigrationOutcome::End::completed:
      return "completed";
    case MigrationOutcome::End::cancelled:
      return "cancelled";
    case MigrationOutcome::End::failed:
      break;
  }
  return "failed";
}

void to_json(json& document, MigrationOutcome const& outcome) {
  document = {{"end", format(outcome.end)},
              {"duration_seconds", outcome.duration.count()},
              {"downtime_seconds", outcome.downtime.count()},
              {"passes", outcome.passes},
              {"error", outcome.error}};
}

void from_json(json const& document, MigrationOutcome& outcome) {
  using End = MigrationOutcome::End;
  for (auto const end : {End::completed, End::cancelled, End::failed})
    if (document.at("end") == format(end)) outcome.end = end;
  outcome.duration = duration<double>{document.at("duration_seconds").get<double>()};
  outcome.downtime = duration<double>{document.at("downtime_seconds").get<double>()};
  outcome.passes = document.at("passes").get<int>();
  outcome.error = document.at("error").get<std::string>();
}
}  // namespace leadline::lab
