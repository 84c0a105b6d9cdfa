#!/usr/bin/env bash
# A run of more than 100 GB or 10 minutes is not begun unasked: refused where nobody can be asked, with
# the way out, and begun with --yes or after a typed y.
set -uo pipefail
. "$(dirname "$0")/setting.sh"

large=("$bin/leadline" check --tls coordinator --listen "127.0.0.1:$port" --expect east=3 --expect west=3
  --wait 1s)
# Little data, but in as many tests as 2000 nodes have between them.
long=("$bin/leadline" check --tls coordinator --listen "127.0.0.1:$port" --expect east=1000
  --expect west=1000 --max-bytes 1MB --wait 1s)

expect 2 "or less: --pairs ring, --pairs sample:N, --max-bytes, --quick" "${large[@]}"
says "18 pairs, 72 bandwidth tests, at most 135 GB" err
bench=("$bin/leadline" bench "${large[@]:2}")
expect 2 "or less: --pairs ring, --pairs sample:N, --max-bytes" "${bench[@]}"
if grep -q -- --quick err; then wrongly "bench is told of an option that it has not" err; fi
expect 2 "add --yes to run it" "${long[@]}"
expect 2 '"exit_code": 2' "${large[@]}" -o json
says "add --yes to run it" out
# Neither --yes nor what is small enough is asked about: these wait for their agents.
expect 30 "0 of 6 expected nodes took part" "${large[@]}" --yes
expect 30 "0 of 2000 expected nodes took part" "${long[@]}" --yes
expect 30 "0 of 6 expected nodes took part" "${large[@]}" --quick
expect 30 "0 of 6 expected nodes took part" "${large[@]}" --max-bytes 1GB

# exec: a shell that stayed would die of the Ctrl-C itself, and its 130 would be what is told.
# typed WORD EXIT_CODE TEXT: the same at a terminal, where somebody answers.
typed() {
  local got=0
  { echo "$1"; sleep 3; } | timeout 60 script --quiet --return --command "exec $(line "${large[@]}")" /dev/null >out || got=$?
  [ "$got" = "$2" ] || wrongly "typing '$1' ended with $got, expected $2" out
  says "Go on? [y/N]" out
  says "$3" out
}
# The same, and Ctrl-C at the question: the object is whole and says so.
interrupted() {
  local got=0
  : >out
  { await 20 grep -q "Go on" out; printf '\003'; sleep 3; } |
    timeout 60 script --quiet --return --command "exec $(line "${large[@]}") -o json --out report" /dev/null >out || got=$?
  [ "$got" = 30 ] || wrongly "Ctrl-C at the question ended with $got, expected 30" out
  says "Go on? [y/N]" out
  says "stopped by Ctrl-C" report
  says '"verdict": "unknown"' report
  if grep -q AGENT_MISSING report; then wrongly "agents that nobody waited for are missing" report; fi
  conforms report
}
# What shares the terminal finds it as it was: blocking.
left_blocking() {
  { echo n; sleep 3; } | timeout 60 script --quiet --return \
    --command "$(line "${large[@]}"); grep flags: /proc/self/fdinfo/0" /dev/null >out
  says "not run: it was not confirmed" out
  says "flags:" out
  if grep -q 'flags:[[:space:]]*[0-7]*[4-7][0-7]\{3\}[[:space:]]*$' out; then
    wrongly "the terminal was left non-blocking" out
  fi
}
if command -v script >/dev/null; then
  typed y 30 "0 of 6 expected nodes took part"
  typed n 2 "not run: it was not confirmed"
  typed "" 2 "not run: it was not confirmed"
  interrupted
  left_blocking
else
  echo "not tried: a question at a terminal, because script is not here"
fi
verdict
