#pragma once
#include "probes/reach_udp.hpp"

#include <boost/asio/awaitable.hpp>

#include <vector>

namespace leadline {

/// A filter drops every packet, a lossy path some: one connection in a hundred stays silent for 4 s
/// where 5 % are lost each way. So what was silent beside something that answered is asked again,
/// twice at once, before it counts as closed. Where nothing answered nothing is asked again.
boost::asio::awaitable<void> ask_again_where_silent(Reach probe, UdpEcho* udp,
                                                    std::vector<Attempt>* tcp);
}  // namespace leadline
