#include "coordinator/estimate/estimate_options.hpp"

#include "coordinator/manifests/migration_settings.hpp"
#include "coordinator/run_options.hpp"
#include "probes/core/quantity.hpp"

#include <charconv>
#include <string_view>

namespace leadline {
namespace {
namespace po = boost::program_options;

constexpr std::string_view usage =
    "leadline estimate (--report FILE | --bandwidth RATE) (--memory SIZE | --vmi FILE) [options]\n"
    "Will a VM migrate over this path before KubeVirt gives up? How long does it take, and what\n"
    "would change the answer?\n"
    "Exit codes: 0 in time, 20 too late, 30 uncertain, 2 usage, 1 internal.\n";

po::options_description described() {
  po::options_description all{"Options", 100};
  auto const text = [] { return po::value<std::string>(); };
  describe_cluster_options(all);
  all.add_options()                                                                              //
      ("report", text(), "a report of 'leadline check -o json': its bandwidth")                  //
      ("bandwidth", text(), "of the path instead, such as 9.4Gbit")                              //
      ("streams", text(), "of a migration, 1 to 32 (default 8; 1 for VMs with CPU limits)")      //
      ("memory", text(), "of the guest, such as 64GiB")                                          //
      ("disk", text(), "all disks together, such as 200GiB (between clusters they are copied)")  //
      ("dirty-rate", text(), "what the guest writes anew, such as 300MiB/s")                     //
      ("working-set", text(), "what it writes to again and again, such as 8GiB (default: all)")  //
      ("vmi", text(),
       "VirtualMachineInstances, as 'oc get vmi -o yaml' shows them, instead of "
       "--memory and --disk")  //
      ("parallel", text(),
       "migrations side by side over this path (default 1), as far as the settings allow")  //
      ("auto-converge", "the guest is slowed until it converges")                           //
      ("post-copy", "at the deadline the guest moves first, its memory follows")            //
      ("compare-timeouts", "the same for completionTimeoutPerGiB of 20, 150 and 800 s")     //
      ("output,o", text(), "text (default) or json")                                        //
      ("help", "this text");
  return all;
}

int whole(std::string const& text, std::string_view option, int most) {
  int number = 0;
  auto const* const last = text.data() + text.size();
  auto const [end, error] = std::from_chars(text.data(), last, number);
  if (error != std::errc{} || end != last || number < 1 || number > most)
    throw UsageError{
        fmt::format("--{}: '{}' is not a whole number of 1 to {}", option, text, most)};
  return number;
}

/// Kubernetes' 64Gi is taken as well as 64GiB.
tl::expected<Bytes, std::string> parse_any_size(std::string const& text) {
  if (auto const size = parse_size(text)) return size;
  auto const quantity = parse_quantity(text);
  bool const has_unit = text.find_first_not_of("0123456789.") != std::string::npos;
  if (quantity && has_unit) return Bytes{static_cast<std::uint64_t>(*quantity)};
  return parse_size(text);
}

std::optional<Bytes> size_at(po::variables_map const& given, char const* name, bool may_be_none) {
  if (given.count(name) == 0) return std::nullopt;
  auto const text = given[name].as<std::string>();
  auto const size = must(parse_any_size(text), name);
  if (size.count == 0 && !may_be_none)
    throw UsageError{fmt::format("--{}: '{}' is nothing: more than 0 is wanted", name, text)};
  return size;
}

std::optional<double> rate_at(po::variables_map const& given, char const* name) {
  if (given.count(name) == 0) return std::nullopt;
  auto text = given[name].as<std::string>();
  if (text.ends_with("/s")) text.resize(text.size() - 2);
  auto const size = parse_any_size(text);
  if (!size)
    throw UsageError{fmt::format("--{}: '{}' is not a rate such as 300MiB/s: {}", name,
                                 given[name].as<std::string>(), size.error())};
  return static_cast<double>(size->count);
}

void refuse_what_does_not_fit(po::variables_map const& given) {
  if (given.count("report") + given.count("bandwidth") != 1)
    throw UsageError{
        "estimate: either --report FILE or --bandwidth RATE is needed: how fast is "
        "the path?"};
  if (given.count("memory") + given.count("vmi") != 1)
    throw UsageError{"estimate: either --memory SIZE or --vmi FILE is needed: which VM?"};
  if (given.count("vmi") > 0 && given.count("disk") > 0)
    throw UsageError{"--disk: the VMs' own objects say how large their disks are"};
}
}  // namespace

std::optional<EstimateOptions> read_estimate_options(Words const& words) {
  auto const parsed = parse_words(words, described(), "estimate", usage);
  if (!parsed) return std::nullopt;
  auto const& given = *parsed;
  refuse_what_does_not_fit(given);
  auto const text = [&](char const* name) { return given[name].as<std::string>(); };
  EstimateOptions options;
  if (given.count("report") > 0) options.report = text("report");
  if (given.count("bandwidth") > 0) {
    options.bandwidth = must(parse_rate(text("bandwidth")), "bandwidth");
    if (options.bandwidth->per_second <= 0)
      throw UsageError{"--bandwidth: more than 0 is wanted, such as 9.4Gbit"};
  }
  if (given.count("streams") > 0) options.streams = whole(text("streams"), "streams", 32);
  if (given.count("parallel") > 0) options.side_by_side = whole(text("parallel"), "parallel", 1000);
  options.memory = size_at(given, "memory", false);
  options.disk = size_at(given, "disk", true);
  options.working_set = size_at(given, "working-set", true);
  options.dirty_rate = rate_at(given, "dirty-rate");
  if (given.count("vmi") > 0) options.machines = text("vmi");
  options.clusters = read_cluster_sources(given);
  options.auto_converge = given.count("auto-converge") > 0;
  options.post_copy = given.count("post-copy") > 0;
  options.compare_timeouts = given.count("compare-timeouts") > 0;
  if (given.count("output") > 0) options.format = parse_format(text("output"));
  return options;
}
}  // namespace leadline
