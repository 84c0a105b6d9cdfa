#!/usr/bin/env bash
# --timeout ends a run in whatever it is at: the report is whole and says so, exit code 30.
set -uo pipefail
. "$(dirname "$0")/setting.sh"

began=$SECONDS
expect 30 "the time limit of 1 s has passed (--timeout)" "${check[@]}" --wait 30s --timeout 1s
says UNKNOWN out
[ $((SECONDS - began)) -le 5 ] || wrongly "a limit of 1 s took $((SECONDS - began)) s"
expect 30 '"verdict": "unknown"' "${check[@]}" --wait 30s --timeout 1s -o json
says "the time limit of 1 s has passed (--timeout)" out

# In the middle of latency, which alone takes 3 s.
if [ "$alone" = 1 ]; then
  agent east east n1 --address 10.7.0.1
  agent west west n2 --address 10.7.0.2
  await 10 grep -q "trying again" n1.log  # there is no coordinator yet: both are up
  await 10 grep -q "trying again" n2.log
  start --wait 20s --timeout 60s --stages reach,latency
  got=0
  wait "$run" || got=$?
  [ "$got" = 0 ] || wrongly "a run within its limit ended with $got" err out
  start --wait 20s --timeout 3s --stages reach,latency,bandwidth
  wait "$run" || got=$?
  [ "$got" = 30 ] || wrongly "the limit ended the run with $got" err out
  says "the time limit of 3 s has passed (--timeout)" out
  says NOT_MEASURED out
  says "latency: no observation" out
else
  echo "not tried: a limit in the middle of latency, because there are no network namespaces here"
fi
verdict
