#include "probes/wire/octets.hpp"

#include <boost/asio/ip/address_v6.hpp>

namespace leadline {
namespace ip = boost::asio::ip;

void OctetWriter::put(ip::address const& address) {
  auto const v6 =
      address.is_v4() ? ip::make_address_v6(ip::v4_mapped, address.to_v4()) : address.to_v6();
  for (auto const octet : v6.to_bytes()) put(static_cast<std::uint8_t>(octet));
}

ip::address OctetReader::get_address() {
  ip::address_v6::bytes_type raw{};
  for (auto& octet : raw) octet = get<std::uint8_t>();
  ip::address_v6 const v6{raw};
  if (v6.is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, v6);
  return v6;
}
}  // namespace leadline
