#include "probes/facts.hpp"

#include "probes/linux/route.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace leadline {
namespace {
namespace ip = boost::asio::ip;

TEST(Facts, ReadTheLoopbackInterface) {
  auto const facts = gather_facts("lo");
  EXPECT_TRUE(facts.interface.present);
  EXPECT_TRUE(facts.interface.up);
  EXPECT_TRUE(facts.interface.carrier);
  EXPECT_GE(facts.interface.mtu_octets, 1280U);
  EXPECT_EQ(facts.interface.mac, "00:00:00:00:00:00");
  EXPECT_TRUE(facts.interface.offloads.contains("gso"));
  auto const& addresses = facts.interface.addresses;
  auto const own = std::ranges::find(addresses, "127.0.0.1", &InterfaceAddress::address);
  ASSERT_NE(own, addresses.end());
  EXPECT_EQ(own->prefix_length, 8);
  EXPECT_FALSE(own->global_unicast);
  EXPECT_FALSE(own->duplicate);
}

TEST(Facts, NameNoMacAddressOfLoopback) {
  EXPECT_EQ(gather_facts("lo").macs.count("00:00:00:00:00:00"), 0U);
}

TEST(Facts, ReadTheKernelsSettings) {
  auto const facts = gather_facts("lo");
  EXPECT_FALSE(facts.kernel.empty());
  EXPECT_FALSE(facts.congestion_control.empty());
  EXPECT_EQ(facts.tcp_rmem_bytes.size(), 3U);
  EXPECT_EQ(facts.tcp_wmem_bytes.size(), 3U);
  EXPECT_LT(facts.first_ephemeral_port, facts.last_ephemeral_port);
  EXPECT_GT(facts.cpu_count, 0);
}

TEST(Facts, SurviveJson) {
  nlohmann::json const j = gather_facts("lo");
  EXPECT_EQ(nlohmann::json(j.get<Facts>()), j);
}

TEST(Facts, SayThatAnInterfaceIsAbsent) {
  for (auto const* name : {"migration0", "", "a-name-longer-than-the-kernel-allows"}) {
    auto const facts = gather_facts(name).interface;
    EXPECT_FALSE(facts.present) << name;
    EXPECT_EQ(facts.name, name);
    EXPECT_TRUE(facts.addresses.empty());
  }
}

TEST(InterfaceOf, FindsTheHolderOfAnAddress) {
  EXPECT_EQ(interface_of("127.0.0.1"), "lo");
  EXPECT_EQ(interface_of("192.0.2.77"), "");
  EXPECT_EQ(interface_of("nonsense"), "");
}

TEST(GlobalUnicast, IsWhatVirtHandlerTakes) {
  for (auto const* good : {"10.0.0.1", "192.168.1.1", "8.8.8.8", "fd00::1", "2001:db8::1"})
    EXPECT_TRUE(is_global_unicast(ip::make_address(good))) << good;
  for (auto const* bad : {"0.0.0.0", "127.0.0.1", "169.254.1.1", "224.0.0.1", "255.255.255.255",
                          "::", "::1", "fe80::1", "ff02::1"})
    EXPECT_FALSE(is_global_unicast(ip::make_address(bad))) << bad;
}

TEST(Route, ToLoopbackLeavesByLo) {
  auto const own = ip::make_address("127.0.0.1");
  for (auto const& source : {own, ip::make_address("0.0.0.0")}) {
    auto const route = route_between(source, own);
    EXPECT_TRUE(route.found);
    EXPECT_EQ(route.interface, "lo");
    EXPECT_EQ(route.gateway, "");
    EXPECT_EQ(route.preferred_source, "127.0.0.1");
  }
}

TEST(Route, IsNotFoundFromAnAddressThatIsNotOurs) {
  EXPECT_FALSE(route_between(ip::make_address("192.0.2.77"), ip::make_address("127.0.0.1")).found);
}
}  // namespace
}  // namespace leadline
