#!/usr/bin/env bash
# Builds the fuzz targets and runs each for a while: tests/fuzz/run.sh [SECONDS_EACH]
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-30}
cmake --preset fuzz >/dev/null
targets=$(grep -o '^add_fuzzer(fuzz_[a-z_]*' tests/fuzz/CMakeLists.txt | sed 's/.*(//')
# shellcheck disable=SC2086
cmake --build --preset fuzz --target $targets
for target in $targets; do
  corpus=build/fuzz/corpus/$target
  mkdir -p "$corpus"
  echo "$target: $seconds s"
  build/fuzz/bin/"$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
    -artifact_prefix=build/fuzz/ "$corpus" 2>&1 | tail -n 1
done
