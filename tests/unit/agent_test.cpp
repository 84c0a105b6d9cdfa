#include "agent/backoff.hpp"
#include "agent/options.hpp"
#include "agent/session.hpp"
#include "probes/linux/sysctl.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

namespace leadline::agent {
namespace {

std::optional<Options> read(std::vector<std::string> words) {
  std::vector<char const*> raw{"leadline-agent"};
  for (auto const& word : words) raw.push_back(word.c_str());
  std::ostringstream out;
  return read_options(static_cast<int>(raw.size()), raw.data(), out);
}

std::vector<std::string> with(std::vector<std::string> more) {
  std::vector<std::string> words{
      "--coordinator", "10.0.0.9:7443", "--cluster", "east", "--node", "n1", "--tls", "/tls"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

TEST(AgentOptions, HaveTheirDefaults) {
  auto const options = read(with({}));
  ASSERT_TRUE(options.has_value());
  EXPECT_EQ(options->coordinator_host, "10.0.0.9");
  EXPECT_EQ(options->coordinator_port, "7443");
  EXPECT_EQ(options->interface, "migration0");
  auto const ephemeral = sysctl_numbers("net.ipv4.ip_local_port_range");
  ASSERT_EQ(ephemeral.size(), 2U);
  EXPECT_EQ(options->first_port, std::max<std::uint64_t>(ephemeral[0], 1024));
  EXPECT_EQ(options->last_port, ephemeral[1]);
  EXPECT_TRUE(options->allow.empty());
}

TEST(AgentOptions, TakeAnIpv6Coordinator) {
  auto words = with({});
  words[1] = "[fd00::9]:7443";
  EXPECT_EQ(read(words)->coordinator_host, "fd00::9");
}

TEST(AgentOptions, LookIntoTheHostOnlyWhereTheyAreTold) {
  EXPECT_EQ(read(with({}))->host_netns, "");
  EXPECT_EQ(read(with({"--host-netns", "/host/proc/1/ns/net"}))->host_netns, "/host/proc/1/ns/net");
}

TEST(AgentOptions, CollectRanges) {
  EXPECT_EQ(read(with({"--allow", "10.0.0.0/8", "--allow", "fd00::/8"}))->allow.size(), 2);
}

struct Bad {
  std::vector<std::string> words;
  std::string says;
};

void PrintTo(Bad const& bad, std::ostream* out) {
  *out << bad.says;
}

class BadAgentOptions : public testing::TestWithParam<Bad> {};

TEST_P(BadAgentOptions, AreRefusedWithTheReason) {
  try {
    read(GetParam().words);
    FAIL() << "was accepted";
  } catch (std::invalid_argument const& e) {
    EXPECT_NE(std::string{e.what()}.find(GetParam().says), std::string::npos) << e.what();
  }
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadAgentOptions,
    testing::Values(
        Bad{{}, "missing: --coordinator, --cluster, --node, --tls"},
        Bad{{"--coordinator", "h:1", "--node", "n1"}, "missing: --cluster, --tls"},
        Bad{with({"--frobnicate"}), "frobnicate"},
        Bad{with({"--ports", "60999-32768"}), "fewer than"},
        Bad{with({"--ports", "40000"}), "FIRST-LAST"},
        Bad{with({"--ports", "0-65535"}), "not a port"},
        Bad{with({"--ports", "-1-70000"}), "not a port"},
        Bad{with({"--allow", "10.0.0.0/33"}), "prefix length"},
        Bad{with({"--max-rate", "fast"}), "--max-rate"},
        Bad{with({"--max-rate", "0bit"}), "--max-rate: '0bit' is too little for a cap"},
        Bad{with({"--max-rate", "999kbit"}), "1 Mbit/s at least"},
        Bad{with({"--address", "10.0.0"}), "not an IP address"},
        Bad{with({"--host-netns", ""}), "not an absolute path"},
        Bad{with({"--host-netns", "proc/1/ns/net"}), "not an absolute path"},
        Bad{with({"--address", "10.0.0.1", "--interface", "eth0"}), "exclude"},
        Bad{{"--coordinator", "host", "--cluster", "east", "--node", "n1", "--tls", "/"},
            "HOST:PORT"},
        Bad{{"--coordinator", "fd77::1", "--cluster", "east", "--node", "n1", "--tls", "/"},
            "stands in brackets"},
        Bad{{"--coordinator", "[fd77::1]", "--cluster", "east", "--node", "n1", "--tls", "/"},
            "is not HOST:PORT"},
        Bad{{"--coordinator", "https://h:1", "--cluster", "east", "--node", "n1", "--tls", "/"},
            "is not HOST:PORT"},
        Bad{{"--coordinator", "h:0", "--cluster", "east", "--node", "n1", "--tls", "/"},
            "not a port"},
        Bad{{"--coordinator", "h:1", "--cluster", "East", "--node", "n1", "--tls", "/"},
            "--cluster"},
        Bad{{"--coordinator", "h:1", "--cluster", "east", "--node", "n/1", "--tls", "/"},
            "--node"}));

TEST(Session, EndsOrderlyWhereTheCoordinatorHasDone) {
  auto const broke = [](boost::system::error_code code) {
    return Error{.stage = Error::Stage::transfer, .code = code, .detail = {}};
  };
  auto const truncated = broke(boost::asio::ssl::error::stream_truncated);
  auto const reset = broke(boost::asio::error::connection_reset);
  EXPECT_TRUE(ended_orderly(truncated, true));
  EXPECT_TRUE(ended_orderly(reset, true));
  EXPECT_TRUE(ended_orderly(broke(boost::asio::error::eof), true));
  EXPECT_TRUE(ended_orderly(broke(boost::asio::error::eof), false));
  EXPECT_FALSE(ended_orderly(truncated, false));
  EXPECT_FALSE(ended_orderly(reset, false));
  EXPECT_FALSE(ended_orderly(broke({}), true));  // a broken frame
  EXPECT_FALSE(ended_orderly({.stage = Error::Stage::timeout, .detail = {}}, true));
}

TEST(Backoff, DoublesToItsLongestAndBeginsAnew) {
  Backoff backoff;
  EXPECT_EQ(backoff.next(0.0), Backoff::first / 2);
  EXPECT_EQ(backoff.next(0.0), Backoff::first);
  for (int i = 0; i < 10; ++i) backoff.next(0.0);
  EXPECT_EQ(backoff.next(0.0), Backoff::longest / 2);
  EXPECT_LE(backoff.next(0.999), Backoff::longest);
  backoff.succeeded();
  EXPECT_EQ(backoff.next(0.0), Backoff::first / 2);
}
}  // namespace
}  // namespace leadline::agent
