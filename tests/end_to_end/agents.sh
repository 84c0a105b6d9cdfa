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

# An agent sends only to allowed ranges: what it may not probe is not measured, and nothing leaves.
agent east east n1 --address 10.7.0.1 --allow 10.9.0.0/16
agent west west n2 --address 10.7.0.2
arrived() { nstat -asz "$1" | awk -v n="$1" '$1 == n {print $2}'; }
before=$(arrived UdpInDatagrams)
expect 30 "UNKNOWN" "${check[@]}" --wait 20s --stages reach -o text
says "is outside what the agent may probe" out
after=$(arrived UdpInDatagrams)
# n2 alone asks, and n1 answers: a few packets for 3 tries, none of n1's own.
[ $((after - before)) -le 20 ] || wrongly "$((after - before)) packets between agents of which one may not send"
dismiss

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
says "came when the run had begun, and took no part" err
verdict
