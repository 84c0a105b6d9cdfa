#!/usr/bin/env bash
# `leadline bench` over two real agents: every kind is measured, in each form of output; what cannot
# be measured is not a success.
set -uo pipefail
. "$(dirname "$0")/setting.sh"
[ "$alone" = 1 ] || { echo "skipped: no network namespaces here"; exit 77; }

bench=("$bin/leadline" bench --tls coordinator --listen "127.0.0.1:$port" --expect east=1 --expect west=1
  --duration 500ms --max-rate 200Mbit)
expect 2 "'udp' is neither tcp nor tls" "${bench[@]}" --transport udp
expect 2 '"schema": "leadline.throughput/v1"' "${bench[@]}" --transport udp -o json
expect 2 "none of text, json, csv" "${bench[@]}" -o xml
expect 30 "0 of 12 tests measured" "${bench[@]}" --wait 1s
expect 30 "0 of 8 tests measured" "${bench[@]}" --mode migration --wait 1s

agent east east n1 --address 10.7.0.1
agent west west n2 --address 10.7.0.2
missing=("${bench[@]/east=1/east=2}" --streams 1 --transport tcp --mode ceiling --wait 2s)
expect 30 "2 of 4 tests measured" "${missing[@]}"
says "east: 1 of 2 agents appeared" out
expect 30 "not measured: east: 1 of 2 agents appeared" "${missing[@]}" -o csv
expect 30 '"complete": false' "${missing[@]}" -o json
expect 0 "12 of 12 tests measured" "${bench[@]}" --streams 1,2
says " Mbit/s last, about " err
for part in "TCP x 1, path ceiling" "TCP x 2, migration-like" "TLS x 2" "TLS over 1 stream:" \
  "source \\ target" "CPU: " "schedule: 12 tests" "receives"; do says "$part" out; done
says "east/n1" out
bench+=(--mode ceiling)

expect 0 "source,target,transport" "${bench[@]}" --streams 1 --transport tcp --repeat 2 -o csv
[ "$(grep -c ',tcp,1,ceiling,' out)" = 4 ] || wrongly "not a line for each of four tests" out
says "east/n1,west/n2,tcp,1,ceiling,2," out

expect 0 '"complete": true' "${bench[@]}" --streams 2 --transport tcp --bidir -o json
says '"tests_measured": 2' out

expect 0 '"sending": ' "${bench[@]}" --streams 1 --transport tcp -o json
says '"splice"' out
for part in '"receiver_timeline":{"at_ms":\[[1-9]' '"samples_bits_per_second":\[[1-9]'; do
  [ "$(grep -c "$part" out)" = 2 ] || wrongly "not each of two tests has its $part" out
done

# What is asked for holds although the route says otherwise.
route=(ip route replace local 10.7.0.2 dev lo table local proto kernel scope host src 10.7.0.2)
if "${route[@]}" congctl reno 2>route.log && grep -q cubic /proc/sys/net/ipv4/tcp_available_congestion_control; then
  expect 0 ",reno," "${bench[@]}" --streams 1 --transport tcp -o csv
  expect 0 ",cubic," "${bench[@]}" --streams 1 --transport tcp --cc cubic -o csv
  if grep -q "^east.*,reno," out; then wrongly "the route's congestion control was used, not the one asked for" out; fi
  "${route[@]}"
else
  echo "not tried: a route with a congestion control of its own"
fi
expect 30 "not measured:" "${bench[@]}" --streams 1 --transport tcp --cc nonesuch
says "nonesuch" out

# What QEMU does: small records, and a cipher of its choice; and packets that say so (DSCP 46 is EF).
nft -f - 2>nft.log <<END && marked=1
table inet seen {
  counter ef {}
  chain out { type filter hook output priority 0; ip daddr 10.7.0.2 ip dscp ef counter name ef; }
}
END
expect 0 '"TLS_CHACHA20_POLY1305_SHA256"' "${bench[@]}" --streams 1 --transport tls --cipher chacha20 \
  --record-size 4096 --dscp 46 --mss 1200 -o json
says '"record_octets": 4096' out
says '"mode": "migration"' out
if [ "${marked:-0}" = 1 ]; then
  marked=$(nft list counter inet seen ef | awk '$1 == "packets" {print $2}')
  [ "$marked" -gt 10 ] || wrongly "$marked packets were marked" out
else
  echo "not tried: the mark on the packets, because there is no nft here"
fi
expect 0 "TLS_CHACHA20_POLY1305_SHA256, records of up to 512 octets" "${bench[@]}" --streams 1 \
  --transport tls --cipher chacha20 --record-size 512
expect 30 "2 pairs, 2 bandwidth tests" "${bench[@]}" --streams 1 --transport tcp --saturate
says "saturation: not measured: fewer than two pairs" out

# A path that carries the first octets and then none has no rate, and not one of 0.
if [ "${marked:-0}" != 0 ] && nft -f - 2>nft.log <<END; then
table inet stall {
  chain out {
    type filter hook output priority 0
    ip saddr 10.7.0.1 ip daddr 10.7.0.2 meta length > 1000 quota over 300 kbytes drop
  }
}
END
  expect 30 "0 of 2 tests measured" "${bench[@]}" --streams 1 --transport tcp
  says "east/n1 -> west/n2: bandwidth: fail: stalled: " out
  says " kB arrived at first, then nothing for 0." out
  if grep -q "0.00" out; then wrongly "a rate of 0 is shown" out; fi
  nft flush table inet stall
  nft delete table inet stall
else
  echo "not tried: a path that stalls, because there is no nft here"
fi

# Two pairs at once against each alone: what the cap gives them is there for both.
ip address add 10.7.0.3/24 dev lo && ip address add 10.7.0.4/24 dev lo
agent east east n3 --address 10.7.0.3
agent west west n4 --address 10.7.0.4
saturate=("$bin/leadline" bench --tls coordinator --listen "127.0.0.1:$port" --expect east=2 --expect west=2
  --duration 500ms --max-rate 200Mbit --streams 1 --transport tcp --mode ceiling --saturate)
expect 0 "saturation: 2 pairs at once over 1 TCP stream each" "${saturate[@]}"
says "the fabric carries them all" out
expect 0 '"oversubscription": ' "${saturate[@]}" -o json
expect 0 " s, 1 at a time at most" "${saturate[@]}" --max-concurrent 1
says "schedule: 8 tests in " out
if tc qdisc add dev lo root tbf rate 250mbit burst 256kb latency 20ms 2>tc.log; then
  expect 0 "the fabric is oversubscribed" "${saturate[@]}"
  # Long enough for a rate to be known before the time is up: who ended early would unburden the rest.
  expect 0 "the fabric is oversubscribed" "${saturate[@]/500ms/3s}"
  grep -o "[0-9.]* : 1" out | awk '{exit $1 < 1.4}' || wrongly "less oversubscribed than it is" out
  tc qdisc del dev lo root
else
  echo "not tried: an oversubscribed fabric, because there is no tbf here"
fi
verdict
