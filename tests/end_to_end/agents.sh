#!/usr/bin/env bash
# What agents may not or cannot do, and agents that come too few, too many or too late: the report has
# each of them, with the reason.
set -uo pipefail
. "$(dirname "$0")/setting.sh"
[ "$alone" = 1 ] || { echo "skipped: no network namespaces here"; exit 77; }

dismiss() {  # all that runs
  kill "${pids[@]}" 2>/dev/null
  wait
  pids=()
}

# An agent sends only to allowed ranges: what it may not probe is not measured, and nothing leaves. A
# firewall counts what goes to the addresses that are probed.
counted=1
nft -f - <<'EOF' || { counted=0; echo "not tried: what leaves is not counted, for nft cannot do so here"; }
table inet sent {
  counter from_n1 {}
  counter to_any {}
  chain out {
    type filter hook output priority 0
    ip daddr { 10.7.0.1, 10.7.0.2 } counter name to_any
    ip saddr 10.7.0.1 ip daddr 10.7.0.2 counter name from_n1
  }
}
EOF
sent() { nft list counter inet sent "$1" | awk '$1 == "packets" {print $2}'; }
outside=(--allow 10.9.0.0/16)
agent east east n1 --address 10.7.0.1 "${outside[@]}"
agent west west n2 --address 10.7.0.2 "${outside[@]}"
expect 30 "UNKNOWN" "${check[@]}" --wait 20s -o text
says "is outside what the agent may probe" out
[ "$counted" = 0 ] || [ "$(sent to_any)" = 0 ] || wrongly "$(sent to_any) packets of agents that may not send"
dismiss
# n1 may: its packets are counted, those of n2, which may not, are answers alone.
agent east east n1 --address 10.7.0.1 --allow 10.7.0.0/24
agent west west n2 --address 10.7.0.2 --allow 10.7.0.2/31
expect 30 "UNKNOWN" "${check[@]}" --wait 20s --stages reach -o text
[ "$counted" = 0 ] || [ "$(sent from_n1)" -gt 0 ] || wrongly "the firewall does not see what an agent sends" out
dismiss
[ "$counted" = 0 ] || nft delete table inet sent

# Every port of the range is taken.
perl -MIO::Socket::INET -e 'my @taken = map {
  IO::Socket::INET->new(LocalAddr => "10.7.0.1", LocalPort => $_, Proto => "udp") or die
} 35000 .. 35063; print "held\n"; close STDOUT; sleep 60' >held &
pids+=($!)
await 5 test -s held
agent east east n1 --address 10.7.0.1 --ports 35000-35063
agent west west n2 --address 10.7.0.2
expect 30 "the agent could not get ready" "${check[@]}" --wait 20s --stages reach -o text
says "(--ports 35000-35063)" out
dismiss

# Ctrl-C while one of three is missing: those that came are counted.
agent east east n1 --address 10.7.0.1
agent west west n2 --address 10.7.0.2
check=("$bin/leadline" check --tls coordinator --listen "127.0.0.1:$port" --expect east=2 --expect west=1)
start --wait 60s --stages reach -o json
await 20 grep -q "east 1 of 2, west 1 of 1" err
kill -INT "$run"
got=0
wait "$run" || got=$?
[ "$got" = 30 ] || wrongly "Ctrl-C while waiting ended with $got" err
says '"nodes_seen":2' out
conforms out

# One that comes when the run has begun takes no part, and that is said.
check=("$bin/leadline" check --tls coordinator --listen "127.0.0.1:$port" --expect east=1 --expect west=1)
start --wait 20s --stages reach,latency -o text
await 20 grep -q "^reach: " err
agent east east n3 --address 10.7.0.1
wait "$run"
says "2 of 2 nodes" out
says "turned away: east/n3: took no part: 1 of its cluster is expected" out
# Nor does one too many that came before: what a run costs was told for those that are expected.
dismiss
agent east east n1 --address 10.7.0.1
agent east east n3 --address 10.7.0.1
start --wait 20s --stages reach -o json
await 20 grep -q "east 2 of 1" err
agent west west n2 --address 10.7.0.2
wait "$run"
conforms out
says '"nodes_seen":2' out
says "east/n3: took no part: 1 of its cluster is expected" out
says '"pairs_expected":2' out
verdict
