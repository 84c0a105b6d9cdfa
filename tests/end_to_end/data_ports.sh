#!/usr/bin/env bash
# Garbage on every port on which an agent answers probes, over TCP and UDP and all the while: the agents
# go on, and the verdict is that of a healthy network.
set -uo pipefail
. "$(dirname "$0")/setting.sh"
[ "$alone" = 1 ] || { echo "skipped: no network namespaces here"; exit 77; }

agent east east n1 --address 10.7.0.1
n1=$agent
agent west west n2 --address 10.7.0.2
# For 20 s at most, and until the run is over.
(
  deadline=$((SECONDS + 20))
  while [ ! -e over ] && [ "$SECONDS" -lt "$deadline" ]; do
    for port in $(ss -Hltn src 10.7.0.1 | awk '{sub(/.*:/, "", $4); print $4}'); do
      head -c 3000 /dev/urandom 2>/dev/null >"/dev/tcp/10.7.0.1/$port" || true
      echo "$port" >>tcp_ports
    done 2>/dev/null
    for port in $(ss -Hlun src 10.7.0.1 | awk '{sub(/.*:/, "", $4); print $4}'); do
      for size in 1 60 1400; do head -c "$size" /dev/urandom >"/dev/udp/10.7.0.1/$port"; done
      echo "$port" >>udp_ports
    done 2>/dev/null
    sleep 0.02
  done
) &
stranger=$!
expect 0 "READY" "${check[@]}" --wait 20s --stages reach,tls,path_mtu,latency -o text
touch over
wait "$stranger"
[ "$(sort -u tcp_ports | wc -l)" -ge 8 ] || wrongly "garbage reached $(sort -u tcp_ports | wc -l) TCP ports only"
[ "$(sort -u udp_ports | wc -l)" -ge 1 ] || wrongly "garbage reached no UDP port"
kill -0 "$n1" || wrongly "the agent among strangers is gone" n1.log
verdict
