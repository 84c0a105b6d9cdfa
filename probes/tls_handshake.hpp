#pragma once
#include "probes/core/json.hpp"
#include "probes/core/path.hpp"
#include "probes/core/probe.hpp"
#include "probes/wire/certificate.hpp"
#include "probes/wire/tls_fault.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace leadline {

class TlsIdentity;  // probes/wire/tls_identity.hpp

/// Would the two virt-handlers accept each other? A mutual handshake on an ephemeral port of the
/// peer, under KubeVirt's rules (chain, EKU, exact CN, no names) with the migration identity, else
/// leadline's.
struct TlsHandshake {
  static constexpr std::string_view name = "tls";
  Path path;
  std::shared_ptr<TlsIdentity const> identity;  ///< filled by the agent, never sent
  std::chrono::milliseconds timeout_ms{8000};

  struct Result {
    bool completed{};           ///< both sides accepted, and a byte went through each way
    bool migration_identity{};  ///< false: leadline's own certificates, says nothing about
                                ///< KubeVirt's
    std::string version;
    std::string cipher;
    std::string group;
    std::string alpn;
    double handshake_ms{};
    TlsFault peer_fault{TlsFault::none};  ///< what we have against the peer's certificate
    TlsFault own_fault{
        TlsFault::none};  ///< what the peer has against ours, from its alert and its word
    std::string alert_sent;
    std::string alert_received;
    std::string detail;                        ///< what OpenSSL said
    std::optional<CertificateFacts> own_leaf;  ///< the client certificate that we showed
    std::optional<CertificateFacts> peer_leaf;
    std::optional<CertificateFacts>
        peer_issuer;  ///< the CA that signed it, where our bundle holds it
  };
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(TlsHandshake, timeout_ms)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(TlsHandshake::Result, completed, migration_identity, version,
                                   cipher, group, alpn, handshake_ms, peer_fault, own_fault,
                                   alert_sent, alert_received, detail, own_leaf, peer_leaf,
                                   peer_issuer)

/// Error: no connection, or no end to the handshake in time. A refused handshake is a Result.
Async<TlsHandshake::Result> run(TlsHandshake probe);
/// The answering side, after preamble and welcome: shakes hands, and when both accept sends an
/// octet, reads one and sends another. Ends at the latest 8 s later, or when it is cancelled.
boost::asio::awaitable<void> serve_tls(boost::asio::ip::tcp::socket socket,
                                       std::shared_ptr<TlsIdentity const> identity);
/// ok: both accept each other. fail: one does not, and why.
Assessment assess(TlsHandshake::Result const& result);
}  // namespace leadline
