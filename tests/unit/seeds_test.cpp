#include "probes/bulk_exchange.hpp"
#include "probes/wire/message.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

// Fuzzing begins at the seeds: one that has fallen behind its type begins at nothing.
namespace leadline {
namespace {
std::filesystem::path const seeds = LEADLINE_SOURCE_DIR "/tests/fuzz/seeds";

std::string text_of(std::filesystem::path const& file) {
  std::ifstream in{file};
  return {std::istreambuf_iterator<char>{in}, {}};
}

TEST(Seeds, OfMessagesAreMessages) {
  int seen = 0;
  for (auto const& file : std::filesystem::directory_iterator{seeds / "message"}) {
    if (file.path().extension() != ".json") continue;  // others are malformed on purpose
    auto const text = text_of(file);
    auto const from_agent = decode_agent_message(text);
    auto const from_coordinator = decode_coordinator_message(text);
    EXPECT_TRUE(from_agent.has_value() || from_coordinator.has_value())
        << file.path() << "\n"
        << from_agent.error() << "\n"
        << from_coordinator.error();
    ++seen;
  }
  EXPECT_GT(seen, 15);
}

TEST(Seeds, OfReportsAreLinesOfMessages) {
  int seen = 0;
  for (auto const& file : std::filesystem::directory_iterator{seeds / "report"}) {
    std::ifstream in{file.path()};
    for (std::string line; std::getline(in, line); ++seen) {
      auto const message = decode_agent_message(line);
      EXPECT_TRUE(message.has_value()) << file.path() << "\n" << message.error();
    }
  }
  EXPECT_GT(seen, 10);
}

TEST(Seeds, OfBulkExchangesAreWhatTheyAreCalled) {
  auto const read = [](char const* name) {
    return nlohmann::json::parse(text_of(seeds / "bulk_exchange" / name));
  };
  EXPECT_TRUE(read_as<BulkRequest>(read("request.json")).has_value());
  EXPECT_TRUE(read_as<BulkReply>(read("reply.json")).has_value());
  EXPECT_TRUE(read_as<BulkHalt>(read("halt.json")).has_value());
  EXPECT_TRUE(read_as<BulkReport>(read("report.json")).has_value());
}
}  // namespace
}  // namespace leadline
