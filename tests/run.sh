#!/usr/bin/env bash
# Builds the preset (default: release) and runs all its tests: tests/run.sh [PRESET] [ctest options...]
set -euo pipefail
cd "$(dirname "$0")/.."
preset=${1:-release}
shift $(($# > 0 ? 1 : 0))
tests/setup.sh
cmake --preset "$preset" >/dev/null
cmake --build --preset "$preset" -j "$(nproc)"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
ctest --preset "$preset" -j "$(nproc)" "$@" | tee "$log" || status=$?
skipped=$(grep -c '\*\*\*Skipped' "$log" || true)
echo "$preset: $skipped tests were skipped (each says why: ctest --preset $preset -V)"
# Parts of tests that passed: what they say stands in ctest's own log alone.
untried=$(grep '^not tried: ' "build/$preset/Testing/Temporary/LastTest.log" | sort -u || true)
[ -z "$untried" ] || echo "$untried"
exit $status
