#include "coordinator/lint/validity.hpp"

#include <fmt/chrono.h>

namespace leadline {
namespace {
using std::chrono::seconds;
}  // namespace

bool has_expired(CertificateFacts const& facts, UnixTime now) {
  return rest_of(facts, now) <= seconds::zero();
}

bool is_too_early(CertificateFacts const& facts, UnixTime now) {
  return facts.not_before_unix_seconds > now.time_since_epoch().count();
}

bool is_valid(CertificateFacts const& facts, UnixTime now) {
  return !has_expired(facts, now) && !is_too_early(facts, now);
}

seconds rest_of(CertificateFacts const& facts, UnixTime now) {
  return seconds{facts.not_after_unix_seconds} - now.time_since_epoch();
}

std::string const& name_of(CertificateFacts const& facts) {
  return facts.common_name.empty() ? facts.subject : facts.common_name;
}

std::string date_of(std::int64_t unix_seconds) {
  return fmt::format("{:%Y-%m-%d %H:%M} UTC", fmt::gmtime(static_cast<std::time_t>(unix_seconds)));
}

std::string place_of(CertificateSet const& set) {
  return format(set.manifest->place(set.pointer));
}
}  // namespace leadline
