#pragma once
#include "probes/wire/tls_fault.hpp"

#include <boost/system/error_code.hpp>

#include <string>

namespace leadline {

/// "CN=agent:east, issued by CN=leadline CA, valid 2026-08-01 09:00 to 2027-08-01 09:00 UTC".
std::string describe(CertificateFacts const& certificate);

/// Why a handshake failed, for whoever is to mend it: whose certificate was refused and why (`own`
/// is the one that this side showed), else what OpenSSL said.
std::string why_refused(HandshakeRecord const& record, CertificateFacts const& own,
                        boost::system::error_code error);

/// The same of a connection that ended after the handshake: under TLS 1.3 a client learns only then
/// that it is refused (RFC 8446, 4.4.2). Empty: `error` is no alert.
std::string why_refused(boost::system::error_code error, CertificateFacts const& own);
}  // namespace leadline
