#include "probes/wire/datagram.hpp"
#include "probes/wire/preamble.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace leadline {
namespace {

RunKey const key = RunKey::random();

TEST(RunKey, SurvivesHex) {
  EXPECT_EQ(RunKey::from_hex(key.hex()), key);
  EXPECT_THROW(RunKey::from_hex("abc"), std::invalid_argument);
  EXPECT_THROW(RunKey::from_hex(std::string(64, 'g')), std::invalid_argument);
}

Datagram any_datagram() {
  Datagram d;
  d.kind = *rc::gen::element(Datagram::Kind::request, Datagram::Kind::answer);
  d.purpose = *rc::gen::element(Datagram::Purpose::echo, Datagram::Purpose::path_mtu,
                                Datagram::Purpose::latency);
  d.run = *rc::gen::arbitrary<RunId>();
  d.source = *rc::gen::arbitrary<NodeIndex>();
  d.target = *rc::gen::arbitrary<NodeIndex>();
  d.session = *rc::gen::arbitrary<std::uint32_t>();
  d.sequence = *rc::gen::arbitrary<std::uint32_t>();
  d.sent_ns = *rc::gen::arbitrary<std::uint64_t>();
  d.received_ns = *rc::gen::arbitrary<std::uint64_t>();
  d.answered_ns = *rc::gen::arbitrary<std::uint64_t>();
  d.received_count = *rc::gen::arbitrary<std::uint32_t>();
  d.packet_octets = *rc::gen::arbitrary<std::uint16_t>();
  d.seen_octets = *rc::gen::arbitrary<std::uint16_t>();
  d.seen_port = *rc::gen::arbitrary<std::uint16_t>();
  d.seen_ttl = *rc::gen::arbitrary<std::uint8_t>();
  d.seen_tos = *rc::gen::arbitrary<std::uint8_t>();
  d.answerer_drops = *rc::gen::arbitrary<std::uint32_t>();
  d.seen_address = boost::asio::ip::make_address(
      *rc::gen::element(std::string{"10.1.2.3"}, std::string{"fd00::1"}, std::string{"::"}));
  return d;
}

RC_GTEST_PROP(Datagram, DecodesToWhatWasEncoded, ()) {
  auto const d = any_datagram();
  auto const decoded = decode_datagram(encode(d, key), key);
  RC_ASSERT(decoded.has_value());
  RC_ASSERT(*decoded == d);
}

RC_GTEST_PROP(Datagram, IsRefusedWhenAnyBitIsChanged, ()) {
  auto packed = encode(any_datagram(), key);
  auto const at = *rc::gen::inRange<std::size_t>(0, packed.size());
  packed.at(at) ^= static_cast<std::byte>(1U << *rc::gen::inRange(0U, 8U));
  RC_ASSERT(!decode_datagram(packed, key).has_value());
}

TEST(Datagram, IsRefusedWithAnotherRunsKey) {
  EXPECT_EQ(decode_datagram(encode(Datagram{}, RunKey::random()), key).error(), "bad signature");
}

TEST(Datagram, IsRefusedWhenShort) {
  auto const packed = encode(Datagram{}, key);
  for (std::size_t n = 0; n < packed.size(); ++n)
    EXPECT_EQ(decode_datagram(std::span{packed}.first(n), key).error(), "short");
}

TEST(Preamble, DecodesToWhatWasEncoded) {
  Preamble const p{.purpose = Preamble::Purpose::push,
                   .run = 7,
                   .source = 1,
                   .target = 2,
                   .session = 99,
                   .parameter = 262144,
                   .nonce = 0xfeedfacecafebeef};
  EXPECT_EQ(decode_preamble(encode(p, key), key).value(), p);
}

TEST(Preamble, IsNotAWelcome) {
  EXPECT_EQ(decode_welcome(encode(Preamble{}, key), key).error(), "not ours");
  EXPECT_EQ(decode_preamble(encode(Welcome{}, key), key).error(), "not ours");
}

TEST(Welcome, DecodesToWhatWasEncoded) {
  Welcome const w{.status = Welcome::Status::busy,
                  .answered_by = 4,
                  .nonce = 5,
                  .seen_address = boost::asio::ip::make_address("10.0.0.9"),
                  .seen_port = 40000};
  EXPECT_EQ(decode_welcome(encode(w, key), key).value(), w);
}
}  // namespace
}  // namespace leadline
