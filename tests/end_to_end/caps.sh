#!/usr/bin/env bash
# Caps on bandwidth tests hold, whoever sets them: the run's rate and bytes, and the agent's own rate.
set -uo pipefail
. "$(dirname "$0")/setting.sh"
[ "$alone" = 1 ] || { echo "skipped: no network namespaces here"; exit 77; }

# largest KEY: the largest number that the report has under it.
largest() { grep -o "\"$1\": *[0-9.e+]*" out | sed 's/.*: *//' | sort -g | tail -n 1; }
# capped CODE KEY LEAST MOST OPTION...: a run of these options ends with CODE, and what it reports lies
# between the two.
capped() {
  local code=$1 key=$2 least=$3 most=$4 value got=0
  shift
  start --wait 20s --stages reach,bandwidth -o json "${@:4}"
  wait "$run" || got=$?
  [ "$got" = "$code" ] || wrongly "${*:4}: ended with $got, expected $code" err out
  conforms out
  value=$(largest "$key")
  awk -v v="${value:-0}" -v a="$least" -v b="$most" 'BEGIN {exit !(v >= a && v <= b)}' ||
    wrongly "${*:4}: $key is ${value:-nowhere}, not within $least and $most" err
}
agent east east n1 --address 10.7.0.1 --max-rate 200Mbit
agent west west n2 --address 10.7.0.2
# Whether the network gives the 400 Mbit/s of the plan is not known when a cap hides it.
capped 30 rate_bits_per_second 150e6 210e6
says "a cap (--max-rate of the run or of an agent) kept it at" out
echo "thresholds: {min_bandwidth: 10Mbit}" >modest.yaml
capped 0 rate_bits_per_second 15e6 21e6 --max-rate 20Mbit --plan modest.yaml
capped 0 transferred_bytes 4e6 16e6 --max-bytes 16MB --plan modest.yaml
start --wait 20s --stages reach -o text --max-rate 20Mbit
wait "$run" || wrongly "a cap without the stage that it caps matters" err out
expect 2 "'0Mbit' is too little for a cap" "${check[@]}" --max-rate 0Mbit
verdict
