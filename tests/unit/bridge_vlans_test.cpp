#include "probes/linux/bridge_vlans.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace leadline {
namespace {
constexpr std::uint16_t access = BRIDGE_VLAN_INFO_PVID | BRIDGE_VLAN_INFO_UNTAGGED;
constexpr std::uint16_t untagged = BRIDGE_VLAN_INFO_UNTAGGED;
constexpr std::uint16_t begin = BRIDGE_VLAN_INFO_RANGE_BEGIN;
constexpr std::uint16_t end = BRIDGE_VLAN_INFO_RANGE_END;

struct Row {
  std::string name;
  std::vector<bridge_vlan_info> entries;
  PortVlans vlans;
};

void PrintTo(Row const& row, std::ostream* out) {
  *out << row.name;
}

class PortVlansTable : public testing::TestWithParam<Row> {};

TEST_P(PortVlansTable, IsReadFromTheKernelsEntries) {
  auto const vlans = port_vlans(GetParam().entries);
  EXPECT_EQ(vlans.pvid, GetParam().vlans.pvid);
  EXPECT_EQ(vlans.tagged, GetParam().vlans.tagged);
  EXPECT_EQ(vlans.untagged, GetParam().vlans.untagged);
}

INSTANTIATE_TEST_SUITE_P(
    Good, PortVlansTable,
    testing::Values(Row{"nothing", {}, {}},
                    Row{"access", {{access, 100}}, {.pvid = 100, .untagged = {{100, 100}}}},
                    Row{"native and trunk",
                        {{access, 1}, {0, 10}, {0, 20}},
                        {.pvid = 1, .tagged = {{10, 10}, {20, 20}}, .untagged = {{1, 1}}}},
                    Row{"a range",
                        {{begin, 10}, {end, 4094}},
                        {.pvid = 0, .tagged = {{10, 4094}}, .untagged = {}}},
                    Row{"single ids in a row are a range",
                        {{0, 5}, {0, 6}, {0, 7}},
                        {.pvid = 0, .tagged = {{5, 7}}, .untagged = {}}},
                    Row{"pvid that goes out tagged",
                        {{BRIDGE_VLAN_INFO_PVID, 9}},
                        {.pvid = 9, .tagged = {{9, 9}}, .untagged = {}}},
                    Row{"untagged without pvid",
                        {{untagged, 7}},
                        {.pvid = 0, .tagged = {}, .untagged = {{7, 7}}}}));

INSTANTIATE_TEST_SUITE_P(
    Bad, PortVlansTable,
    testing::Values(
        Row{"vid 0", {{access, 0}}, {}}, Row{"vid 4095", {{0, 4095}}, {}},
        Row{"vid 65535", {{access, 65535}}, {}},
        Row{"an end without a begin", {{end, 10}}, {.tagged = {{10, 10}}}},
        Row{"a begin without an end", {{begin, 10}}, {}},
        Row{"a range that runs backwards", {{begin, 20}, {end, 10}}, {.tagged = {{10, 10}}}},
        Row{"a begin that another id follows",
            {{begin, 10}, {0, 12}, {end, 20}},
            {.tagged = {{12, 12}, {20, 20}}}}));
}  // namespace
}  // namespace leadline
