#!/usr/bin/env bash
# On a terminal progress is a line that is written over; the report, in a file, has nothing of it.
set -uo pipefail
. "$(dirname "$0")/setting.sh"
export TERM=xterm
unset NO_COLOR
[ "$alone" = 1 ] || { echo "skipped: no network namespaces here"; exit 77; }

agent east east n1 --address 10.7.0.1
agent west west n2 --address 10.7.0.2
got=0
timeout 60 script --quiet --return --command "$(line "${check[@]}") --wait 20s --stages reach,latency --out report" \
  typescript </dev/null >/dev/null || got=$?
[ "$got" = 0 ] || wrongly "on a terminal the run ended with $got" typescript n1.log n2.log
says $'\r\033[Klatency: 0 of 2 measurements' typescript
says $'\r\033[Klatency: 2 of 2 measurements' typescript
[ "$(head -n 1 report)" = READY ] || wrongly "the report does not begin with the verdict" report
if grep -q $'\033' report; then wrongly "the report has what moves a terminal's cursor" report; fi
# A terminal that can do nothing has plain lines, and who wants no colours has none.
for none in TERM=dumb NO_COLOR=1; do
  timeout 60 env "$none" script --quiet --return --command "exec $(line "${check[@]}") --wait 20s --stages reach" \
    typescript </dev/null >/dev/null || wrongly "with $none it ended otherwise" typescript
  if grep -q $'\033\[1;32m' typescript; then wrongly "colours with $none" typescript; fi
done
timeout 60 env TERM=dumb script --quiet --return --command "exec $(line "${check[@]}") --wait 20s --stages reach,latency" \
  typescript </dev/null >/dev/null
if grep -q $'\033' typescript; then wrongly "a dumb terminal is told to move its cursor" typescript; fi
timeout 60 script --quiet --return --command "exec $(line "${check[@]}") --wait 20s --stages reach" \
  typescript </dev/null >/dev/null
grep -q $'\033\[1;32m' typescript || wrongly "no colours on a terminal" typescript
verdict
