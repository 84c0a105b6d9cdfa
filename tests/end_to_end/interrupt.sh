#!/usr/bin/env bash
# Ctrl-C and SIGTERM in each phase of a run: the report is whole and says what was not measured, exit
# code 30; the agents are silent at once, and ready for the next run. What is interrupted would have
# gone on for half a minute.
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
  [ $((SECONDS - began)) -le 3 ] || wrongly "SIG$1 took $((SECONDS - began)) s" err
  says "$sentence" out
}
threads() { find "/proc/$1/task" -mindepth 1 -maxdepth 1 | wc -l; }
# idle PID: no thread but those that it dials with (a sanitizer may have one of its own), no socket but
# the one it dials with.
idle() {
  [ "$(threads "$1")" -le "$own_threads" ] &&
    [ "$(find "/proc/$1/fd" -lname 'socket:*' | wc -l)" -le 1 ]
}
# packets: how many this namespace has seen.
packets() { awk '/lo:/ {print $3}' /proc/net/dev; }
grown() { [ "$(packets)" -gt "$1" ]; }
shape() { tc qdisc "$1" dev lo root tbf rate "$2mbit" burst 256kb latency 20ms 2>tc.log; }
bench=("$bin/leadline" bench --tls coordinator --listen "127.0.0.1:$port" --expect east=1 --expect west=1
  --wait 20s --max-rate 1Gbit --streams 2,8 --bidir --saturate)
# quiet: no packet flows any more but those of dialling agents, who back off. What closes the last
# connections may still be on its way through the shaper.
quiet() {
  local seen
  seen=$(packets)
  sleep 0.5
  [ $(($(packets) - seen)) -le 20 ]
}
# silence: at once, which is sooner than the 5 s after which a coordinator counts as lost.
silence() {
  local began=$SECONDS
  await 5 idle "$n1"
  await 5 idle "$n2"
  await 5 quiet
  [ $((SECONDS - began)) -le 3 ] || wrongly "silence took $((SECONDS - began)) s"
}

for signal in INT TERM HUP; do
  start --wait 30s
  stop "$signal"
  says UNKNOWN out
  says "0 of 2 nodes" out
done
# At any moment from the start on: there is a report, or there was none yet to write.
for signal in TERM HUP; do
  for moment in 0.004 0.008 0.012 0.016 0.02 0.024 0.028 0.032 0.04 0.05; do
    "${check[@]}" --wait 30s --out early >out 2>err </dev/null &
    run=$!
    sleep "$moment"
    kill -"$signal" "$run"
    got=0
    wait "$run" || got=$?
    if [ "$got" = 30 ]; then
      says "stopped by SIG$signal" early
    elif [ "$got" -le 128 ] || [ -e early ]; then
      wrongly "SIG$signal after $moment s ended the run with $got" err
    fi
    [ -z "$(find . -name 'early.partial-*')" ] || wrongly "SIG$signal after $moment s left a part of a report"
    rm -f early early.partial-*
  done
done
# Who has asked for it with nohup(1) goes on without the terminal.
(trap '' HUP && exec "${check[@]}" --wait 2s >out 2>err </dev/null) &
run=$!
sleep 0.5
kill -HUP "$run"
got=0
wait "$run" || got=$?
if [ "$got" != 30 ] || grep -q "stopped by" out; then wrongly "SIGHUP was not ignored as it should" out err; fi

agent east east n1 --address 10.7.0.1
n1=$agent
agent west west n2 --address 10.7.0.2
n2=$agent
await 10 test -s n1.log # it has dialled, and nobody listens yet
own_threads=$(threads "$n1")
[ "$own_threads" -le 3 ] || wrongly "an agent dials with $own_threads threads"
echo "{latency: {duration: 30s}, bandwidth: {duration: 30s}}" >long.yaml
# In the middle of latency: its packets flow.
for signal in INT TERM; do
  start --wait 20s --stages reach,latency --plan long.yaml
  await 20 grep -q "reach: 2 of 2" err
  await 5 grown $(($(packets) + 100))
  stop "$signal"
  says "latency" out
  says NOT_MEASURED out
  silence
done
# In the middle of bandwidth: its threads run, and megabytes flow. While the rate keeps changing no
# test knows it well enough to end early.
if shape add 600; then
  while sleep 0.4; do shape change 100 && sleep 0.4 && shape change 600; done &
  pids+=($!)
else
  echo "not tried: a rate that keeps changing, because there is no tbf here; bulk tests may end by themselves"
fi
for signal in INT TERM; do
  start --wait 20s --stages reach,bandwidth --max-rate 1Gbit --plan long.yaml -o json
  await 20 grep -q "reach: 2 of 2" err
  await 10 grown $(($(packets) + 1000))
  stop "$signal"
  says '"verdict": "unknown"' out
  says '"exit_code": 30' out
  says "bandwidth: no observation" out
  conforms out
  silence
done

# Whatever moment of a bench it is: connecting, both directions at once, all pairs at once.
for delay in 0.2 0.5 0.8 1.2 1.7 2.3; do
  rm -f out err
  "${bench[@]}" >out 2>err </dev/null &
  run=$!
  pids+=("$run")
  await 20 grep -q "reach: 2 of 2" err
  sleep "$delay"
  stop INT
  says "THROUGHPUT: " out
  silence
done

# An agent that is told to end while its streams run: it is gone at once, in order (a sanitizer would tell
# of what it left), and the run goes on to say so.
for signal in INT TERM; do
  start --wait 20s --stages reach,bandwidth --max-rate 1Gbit --plan long.yaml -o json
  await 20 grep -q "reach: 2 of 2" err
  await 10 grown $(($(packets) + 1000))
  began=$(date +%s%N) got=0
  kill -"$signal" "$n2"
  wait "$n2" || got=$?
  took=$((($(date +%s%N) - began) / 1000000))
  [ "$got" = 0 ] || wrongly "an agent told to end by SIG$signal ended with $got" n2.log
  [ "$took" -le 2000 ] || wrongly "an agent took $took ms to end" n2.log
  got=0
  wait "$run" || got=$?
  [ "$got" = 30 ] || wrongly "without one of its agents the run ended with $got" err out
  says AGENT_MISSING out
  conforms out
  agent west west n2 --address 10.7.0.2
  n2=$agent
done

# And the next run has them again.
start --wait 20s --stages reach
wait "$run"
[ $? = 0 ] || wrongly "the agents were not ready for the next run" err out n1.log n2.log
verdict
