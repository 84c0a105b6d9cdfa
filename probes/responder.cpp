#include "probes/responder.hpp"

#include "probes/port_draw.hpp"
#include "probes/responder_tcp.hpp"
#include "probes/responder_udp.hpp"

#include <utility>

namespace leadline {

Expected<std::unique_ptr<Responder>> Responder::open(boost::asio::any_io_executor executor,
                                                     Options options) {
  PortRange const range{.first = options.first_port, .last = options.last_port};
  std::unique_ptr<Responder> responder{new Responder};
  responder->counts_ = std::make_shared<ResponderCounts>();
  TcpAnswerer::Options tcp_options;
  tcp_options.passport = options.passport;
  tcp_options.max_open_connections = options.max_open_connections;
  tcp_options.identity = options.identity;
  tcp_options.bulk_slot = options.bulk_slot;
  tcp_options.counts = responder->counts_;
  responder->tcp_ = std::make_shared<TcpAnswerer>(executor, std::move(tcp_options));
  for (auto const& address : options.addresses) {
    auto udp = UdpAnswerer::open(executor, address, range, options.passport, responder->counts_);
    if (!udp) return tl::unexpected(udp.error());
    Ports ports;
    ports.family = address.is_v4() ? Family::ipv4 : Family::ipv6;
    ports.udp = (*udp)->port();
    responder->udp_.push_back(std::move(*udp));
    for (int part = 0; part < options.tcp_listeners; ++part) {
      auto const port = responder->tcp_->listen(address, piece(range, part, options.tcp_listeners));
      if (!port) return tl::unexpected(port.error());
      ports.tcp.push_back(*port);
    }
    responder->ports_.push_back(std::move(ports));
  }
  for (auto const& udp : responder->udp_) udp->start();
  responder->tcp_->start();
  return responder;
}

Responder::~Responder() {
  stop();
}

std::vector<Responder::Ports> Responder::ports() const {
  return ports_;
}

std::vector<Responder::Count> Responder::counts() const {
  return counts_->peers();
}

std::vector<LostAnswer> Responder::lost_answers() const {
  return counts_->lost_answers();
}

UnsignedCount Responder::without_signature() const {
  return counts_->without_signature();
}

void Responder::stop() {
  for (auto const& udp : udp_) udp->stop();
  if (tcp_) tcp_->stop();
}
}  // namespace leadline
