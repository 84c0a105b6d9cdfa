#!/usr/bin/env bash
# Caps on bandwidth tests hold, whoever sets them: the run's rate and bytes, and the agent's own rate.
set -uo pipefail
. "$(dirname "$0")/setting.sh"
[ "$alone" = 1 ] || { echo "skipped: no network namespaces here"; exit 77; }

# largest KEY: the largest number that the report has under it.
largest() { grep -o "\"$1\": *[0-9.e+]*" out | sed 's/.*: *//' | sort -g | tail -n 1; }
# capped KEY LEAST MOST OPTION...: what a run of these options reports lies between the two.
capped() {
  local key=$1 least=$2 most=$3 value
  start --wait 20s --stages reach,bandwidth -o json "${@:4}"
  wait "$run"
  conforms out
  value=$(largest "$key")
  awk -v v="${value:-0}" -v a="$least" -v b="$most" 'BEGIN {exit !(v >= a && v <= b)}' ||
    wrongly "${*:4}: $key is ${value:-nowhere}, not within $least and $most" err
}
agent east east n1 --address 10.7.0.1 --max-rate 200Mbit
agent west west n2 --address 10.7.0.2
capped rate_bits_per_second 150e6 210e6
capped rate_bits_per_second 15e6 21e6 --max-rate 20Mbit
capped transferred_bytes 1e6 4e6 --max-bytes 4MB
verdict
