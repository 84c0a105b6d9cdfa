#!/usr/bin/env bash
# clang-format over every source, then clang-tidy over the programs' own.
set -euo pipefail
cd "$(dirname "$0")/.."
git ls-files '*.cpp' '*.hpp' | xargs clang-format-19 --dry-run --Werror
echo "format: clean"
# One way of reading whole numbers in all sources: see the header.
if git grep -l '<nlohmann/json.hpp>' -- '*.cpp' '*.hpp' | grep -v '^probes/core/checked_json.hpp$'; then
  echo "the files above include nlohmann/json.hpp: include probes/core/checked_json.hpp"
  exit 1
fi
git ls-files 'agent/*.cpp' 'coordinator/*.cpp' 'probes/*.cpp' | xargs -P "$(nproc)" -n 1 \
  clang-tidy-19 -p build/release --quiet --extra-arg=-Wno-unknown-warning-option \
  --extra-arg=-Wno-deprecated-declarations 2>/dev/null  # the standard library's own, not ours
echo "lint: clean"
