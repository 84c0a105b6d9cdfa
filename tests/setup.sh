#!/usr/bin/env bash
# Installs what the build and the tests need (tests/packages.txt) and is missing. Uses sudo unless root.
set -euo pipefail
cd "$(dirname "$0")"

installed() { dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q '^install ok installed$'; }
# A package that others only name is known to apt as well, but has no candidate.
offered() { grep -q '^  Candidate: [^(]' <<<"$(LC_ALL=C apt-cache policy "$1")"; }

as_root=()
[ "$(id -u)" = 0 ] || as_root=(sudo)

# Prints what is missing: of each line's alternatives one that is installed, else the first on offer.
missing() {
  local line alternatives package
  while read -r line; do
    IFS='|' read -ra alternatives <<<"$line"
    for package in "${alternatives[@]}"; do installed "$package" && continue 2; done
    for package in "${alternatives[@]}"; do offered "$package" && { echo "$package"; continue 2; }; done
    echo "${alternatives[0]}"
  done < <(grep -v '^#' packages.txt)
}

mapfile -t wanted < <(missing)
if [ ${#wanted[@]} -gt 0 ]; then
  echo "setup: refreshing the package lists"
  "${as_root[@]}" apt-get update -qq
  mapfile -t wanted < <(missing)  # again: alternatives show only once the lists are there
  echo "setup: installing ${wanted[*]}"
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${wanted[@]}" >/dev/null
fi
lab/uml/newer_plugins || echo "setup: newer CNI plugins cannot be had: some scenarios will be skipped"
