#pragma once
#include "probes/reach_udp.hpp"

#include <boost/asio/awaitable.hpp>

#include <vector>

namespace leadline {

/// A filter drops every packet, a lossy path some: where 5 % are lost each way one connection in a
/// hundred stays silent for 4 s, and where 22 % are, one in sixteen, as do three echoes of UDP. So
/// what was silent beside something that answered is asked again before it counts as closed: by
/// four connections at once, and by twice as many echoes. Then one in a million is called closed
/// wrongly, and three in ten thousand at UDP. Where nothing answered nothing is asked again,
/// but `routed`: one more echo, after so long a silence that a router may tell what is wrong. If it
/// is answered, the way has come up meanwhile, and the connections are tried again as well.
boost::asio::awaitable<void> ask_again_where_silent(Reach probe, bool routed, UdpEcho* udp,
                                                    std::vector<Attempt>* tcp);
}  // namespace leadline
