#pragma once
#include "probes/wire/openssl.hpp"

#include <tl/expected.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace leadline {

/// Every certificate of a PEM text in its order, at least one. The error says what is wrong.
tl::expected<std::vector<CertificateHandle>, std::string> parse_certificates(std::string_view pem);

/// An unencrypted PEM private key.
tl::expected<KeyHandle, std::string> parse_private_key(std::string_view pem);
}  // namespace leadline
