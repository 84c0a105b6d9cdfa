#!/usr/bin/env bash
# An agent that answers no more, though its connection stays open (its node hangs): it is lost after 10
# seconds, and the run goes on without it.
set -uo pipefail
. "$(dirname "$0")/setting.sh"
[ "$alone" = 1 ] || { echo "skipped: no network namespaces here"; exit 77; }

agent east east n1 --address 10.7.0.1
frozen=$agent
agent west west n2 --address 10.7.0.2
start --wait 20s --stages reach,latency
await 20 grep -q "reach: 2 of 2" err
kill -STOP "$frozen"
await 15 grep -qF "east/n1: lost: silent for 10 s" err
kill -CONT "$frozen"
got=0
wait "$run" || got=$?
[ "$got" = 30 ] || wrongly "the run ended with $got" err out
says "silent for 10 s" out
says UNKNOWN out
says AGENT_MISSING out
verdict
