#include "probes/linux/ethtool.hpp"

#include <array>
#include <cstring>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace leadline {
namespace {
/// Any socket will do for SIOCETHTOOL.
class Descriptor {
 public:
  Descriptor() : descriptor_{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)} {}

  ~Descriptor() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  Descriptor(Descriptor const&) = delete;
  Descriptor& operator=(Descriptor const&) = delete;
  Descriptor(Descriptor&&) = delete;
  Descriptor& operator=(Descriptor&&) = delete;

  bool ethtool(std::string const& interface, void* command) const {
    ifreq request{};
    if (interface.size() >= sizeof request.ifr_name) return false;
    std::memcpy(&request.ifr_name, interface.data(), interface.size());
    request.ifr_data = static_cast<char*>(command);
    return ::ioctl(descriptor_, SIOCETHTOOL, &request) == 0;
  }

 private:
  int descriptor_;
};
}  // namespace

std::uint64_t link_speed_bits_per_second(std::string const& interface, std::string const& kind) {
  // A veth's driver says 10 Gbit/s of every one (veth_get_link_ksettings), and a bridge's repeats
  // what its fastest port says, be it one of those (br_get_link_ksettings).
  if (kind == "veth" || kind == "bridge") return 0;
  Descriptor const descriptor;
  // Three masks follow the settings, of a length that the kernel tells in a first round, negated.
  constexpr std::size_t masks = std::size_t{3} * 127;
  std::array<std::uint32_t, (sizeof(ethtool_link_settings) / 4) + masks> raw{};
  ethtool_link_settings settings{};
  std::uint32_t megabits = 0;
  for (int round = 0; round < 2; ++round) {
    settings.cmd = ETHTOOL_GLINKSETTINGS;
    std::memcpy(raw.data(), &settings, sizeof settings);
    if (!descriptor.ethtool(interface, raw.data())) return 0;
    std::memcpy(&settings, raw.data(), sizeof settings);
    megabits = settings.speed;
    settings.link_mode_masks_nwords = static_cast<std::int8_t>(-settings.link_mode_masks_nwords);
  }
  if (megabits == static_cast<std::uint32_t>(SPEED_UNKNOWN)) return 0;
  return std::uint64_t{megabits} * 1'000'000;
}

std::map<std::string, bool> link_offloads(std::string const& interface) {
  Descriptor const descriptor;
  std::map<std::string, bool> offloads;
  std::array<std::pair<char const*, std::uint32_t>, 5> const switches{
      {{"tso", ETHTOOL_GTSO},
       {"gso", ETHTOOL_GGSO},
       {"gro", ETHTOOL_GGRO},
       {"rx_checksum", ETHTOOL_GRXCSUM},
       {"tx_checksum", ETHTOOL_GTXCSUM}}};
  for (auto const& [name, command] : switches) {
    ethtool_value value{.cmd = command, .data = 0};
    if (descriptor.ethtool(interface, &value)) offloads[name] = value.data != 0;
  }
  ethtool_value flags{.cmd = ETHTOOL_GFLAGS, .data = 0};
  if (descriptor.ethtool(interface, &flags)) offloads["lro"] = (flags.data & ETH_FLAG_LRO) != 0;
  return offloads;
}
}  // namespace leadline
