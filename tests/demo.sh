#!/usr/bin/env bash
# The main job, in a lab on this machine: two clusters of three nodes, healthy, then with a fault.
# Nothing leaves the machine, and nothing stays but the reports.
set -euo pipefail
cd "$(dirname "$0")/.."
tests/setup.sh
cmake --preset release >/dev/null
cmake --build --preset release --target leadline leadline-agent leadline-lab -j "$(nproc)"

out=build/demo
rm -rf "$out"
show() {  # SCENARIO EXIT_CODE
  echo
  echo "=== $(sed -n 's/^about: //p' "tests/lab/scenarios/$1.yaml")"
  local code=0
  build/release/bin/leadline-lab "tests/lab/scenarios/$1.yaml" --out "$out/$1" --show || code=$?
  echo "--- exit code $code; report, logs and packet counters: $out/$1"
  [ "$code" = 77 ] && { echo "This machine permits no network namespaces: no lab, so no demonstration."; exit 77; }
  [ "$code" = "$2" ]
}
show healthy_ipv4 0
show link_mtu 20
echo
echo "leadline said READY where the lab was healthy and NOT READY where it was not."
