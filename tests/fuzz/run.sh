#!/usr/bin/env bash
# Builds the fuzz targets and runs each for a while, from its seeds and from what earlier runs found:
# tests/fuzz/run.sh [SECONDS_EACH [NAME...]]. An input that breaks one is left in build/fuzz.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-30}
shift $(($# > 0 ? 1 : 0))
cmake --preset fuzz >/dev/null
cmake --build --preset fuzz --target fuzzers -j "$(nproc)"
names=("$@")
[ $# -gt 0 ] || mapfile -t names < <(ls tests/fuzz/seeds)

fuzz() {  # NAME
  local corpus=build/fuzz/corpus/$1 log=build/fuzz/$1.log
  mkdir -p "$corpus"
  if build/fuzz/bin/"fuzz_$1" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
    -artifact_prefix="build/fuzz/$1-" "$corpus" "tests/fuzz/seeds/$1" >"$log" 2>&1; then
    echo "$1: $(tail -n 1 "$log")"
  else
    tail -n 60 "$log"
    echo "$1: BROKEN"
    return 1
  fi
}
export -f fuzz
export seconds
printf '%s\n' "${names[@]}" | xargs -P "$(nproc)" -I NAME bash -c 'fuzz NAME'
