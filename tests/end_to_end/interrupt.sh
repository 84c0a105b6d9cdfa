#!/usr/bin/env bash
# Ctrl-C and SIGTERM in each phase of a run: the report is whole and says what was not measured, exit
# code 30; the agents are silent within 5 s, and ready for the next run.
set -uo pipefail
. "$(dirname "$0")/setting.sh"
[ "$alone" = 1 ] || { echo "skipped: no network namespaces here"; exit 77; }

# stop SIGNAL: to the run; its exit code and report are looked at.
stop() {
  local began=$SECONDS got=0 sentence="stopped by Ctrl-C"
  [ "$1" = INT ] || sentence="stopped by SIG$1"
  kill -"$1" "$run"
  wait "$run" || got=$?
  [ "$got" = 30 ] || wrongly "SIG$1 ended the run with $got" err out
  [ $((SECONDS - began)) -le 5 ] || wrongly "SIG$1 took $((SECONDS - began)) s" err
  says "$sentence" out
}
# idle PID: no thread but its own and the one that resolves names, no socket but the one it dials with.
idle() {
  [ "$(find "/proc/$1/task" -mindepth 1 -maxdepth 1 | wc -l)" -le 2 ] &&
    [ "$(find "/proc/$1/fd" -lname 'socket:*' | wc -l)" -le 1 ]
}
# packets: how many this namespace has seen.
packets() { awk '/lo:/ {print $3}' /proc/net/dev; }
grown() { [ "$(packets)" -gt "$1" ]; }
silence() {
  await 5 idle "$n1"
  await 5 idle "$n2"
}

for signal in INT TERM; do
  start --wait 30s
  stop "$signal"
  says UNKNOWN out
  says "0 of 2 nodes" out
done

agent east east n1 --address 10.7.0.1
n1=$agent
agent west west n2 --address 10.7.0.2
n2=$agent
# In the middle of latency: its packets flow.
for signal in INT TERM; do
  start --wait 20s --stages reach,latency
  await 20 grep -q "reach: 2 of 2" err
  await 5 grown $(($(packets) + 100))
  stop "$signal"
  says "latency" out
  says NOT_MEASURED out
  silence
done
# In the middle of bandwidth: its threads run, and megabytes flow.
for signal in INT TERM; do
  start --wait 20s --stages reach,bandwidth --max-rate 1Gbit -o json
  await 20 grep -q "reach: 2 of 2" err
  await 10 grown $(($(packets) + 1000))
  stop "$signal"
  says '"verdict": "unknown"' out
  says '"exit_code": 30' out
  says "bandwidth: no observation" out
  conforms out
  silence
done

# And the next run has them again.
start --wait 20s --stages reach
wait "$run"
[ $? = 0 ] || wrongly "the agents were not ready for the next run" err out n1.log n2.log
verdict
