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
# In batches: what an Asio header costs the checker is paid once in ten files and not in each.
cmake --preset tidy >/dev/null
sed -n 's/^  "file": "\(.*\)".*/\1/p' build/tidy/compile_commands.json |
  grep -E "^$PWD/(build/tidy/)?(agent|coordinator|probes)/" | xargs -P "$(nproc)" -n 1 \
  clang-tidy-19 -p build/tidy --quiet --checks=-bugprone-suspicious-include 2>/dev/null
echo "lint: clean"
