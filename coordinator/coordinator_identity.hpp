#pragma once
#include "probes/wire/tls_identity.hpp"

#include <filesystem>
#include <memory>

namespace leadline {

/// The coordinator's own tls.crt, tls.key and ca.crt of `directory` (--tls). What every agent would
/// refuse is said before the first of them has to: another role's certificate, one that is not
/// valid now, or that ca.crt did not issue. Throws UsageError with what to do.
std::shared_ptr<TlsIdentity const> coordinator_identity(std::filesystem::path const& directory);
}  // namespace leadline
