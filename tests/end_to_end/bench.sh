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
expect 30 "0 of 0 tests measured" "${bench[@]}" --wait 1s

agent east east n1 --address 10.7.0.1
agent west west n2 --address 10.7.0.2
expect 0 "12 of 12 tests measured" "${bench[@]}" --streams 1,2 --mode ceiling,migration
for part in "TCP x 1, path ceiling" "TCP x 2, migration-like" "TLS x 2" "TLS over 1 stream:" \
  "source \\ target" "CPU: " "schedule: 12 tests" "receives"; do says "$part" out; done
says "east/n1" out

expect 0 "source,target,transport" "${bench[@]}" --streams 1 --transport tcp --repeat 2 -o csv
[ "$(grep -c ',tcp,1,ceiling,' out)" = 4 ] || wrongly "not a line for each of four tests" out
says "east/n1,west/n2,tcp,1,ceiling,2," out

expect 0 '"complete": true' "${bench[@]}" --streams 2 --transport tcp --bidir -o json
says '"tests_measured": 2' out

expect 30 "not measured:" "${bench[@]}" --streams 1 --transport tcp --cc nonesuch
says "nonesuch" out
verdict
