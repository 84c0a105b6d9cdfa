#include "probes/bulk_channel.hpp"

#include "probes/plain_channel.hpp"
#include "probes/tls_channel.hpp"

namespace leadline {
std::unique_ptr<BulkChannel> make_bulk_channel(int descriptor, BulkChannel::Settings settings) {
  if (settings.identity) return std::make_unique<TlsChannel>(descriptor, std::move(settings));
  return std::make_unique<PlainChannel>(descriptor, settings.mode, settings.alone);
}
}  // namespace leadline
