#!/usr/bin/env bash
# A run of more than 100 GB or 10 minutes is not begun unasked: refused where nobody can be asked, with
# the way out, and begun with --yes or after a typed y.
set -uo pipefail
. "$(dirname "$0")/setting.sh"

large=("$bin/leadline" check --tls coordinator --listen "127.0.0.1:$port" --expect east=3 --expect west=3
  --wait 1s)
# Little data, but in as many tests as 200 nodes have between them.
long=("$bin/leadline" check --tls coordinator --listen "127.0.0.1:$port" --expect east=100
  --expect west=100 --max-bytes 1MB --wait 1s)

expect 2 "add --yes to run it, or --pairs ring, --pairs sample:N, --quick" "${large[@]}"
says "18 pairs, 72 bandwidth tests, at most 135 GB" err
expect 2 "add --yes to run it" "${long[@]}"
expect 2 '"exit_code": 2' "${large[@]}" -o json
says "add --yes to run it" out
# Neither --yes nor what is small enough is asked about: these wait for their agents.
expect 30 "0 of 6 expected nodes took part" "${large[@]}" --yes
expect 30 "0 of 200 expected nodes took part" "${long[@]}" --yes
expect 30 "0 of 6 expected nodes took part" "${large[@]}" --quick
expect 30 "0 of 6 expected nodes took part" "${large[@]}" --max-bytes 1GB

# typed WORD EXIT_CODE TEXT: the same at a terminal, where somebody answers.
typed() {
  local got=0
  { echo "$1"; sleep 3; } | timeout 60 script --quiet --return --command "${large[*]}" /dev/null >out || got=$?
  [ "$got" = "$2" ] || wrongly "typing '$1' ended with $got, expected $2" out
  says "Go on? [y/N]" out
  says "$3" out
}
if command -v script >/dev/null; then
  typed y 30 "0 of 6 expected nodes took part"
  typed n 2 "not run: it was not confirmed"
  typed "" 2 "not run: it was not confirmed"
else
  echo "not tried: a question at a terminal, because script is not here"
fi
verdict
