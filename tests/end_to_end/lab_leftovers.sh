#!/usr/bin/env bash
# A lab leaves nothing behind: not when it ends, not at Ctrl-C in mid-run, not when it fails on the way.
set -uo pipefail
. "$(dirname "$0")/setting.sh"
export TMPDIR=$work/tmp
mkdir "$TMPDIR"

# everything: what a lab could leave in the machine that it ran on.
everything() {
  ip -o link show | sed 's/^[0-9]*: //; s/ .*//'
  grep -F -e "$work" -e /netns/ /proc/self/mountinfo
  ls /run/netns 2>/dev/null
  ls -A "$TMPDIR"
  ls -I lab -I "*.log" "$work"
}
# of_the_lab: the processes that know its folder, by command line or by output.
of_the_lab() {
  local process
  for process in /proc/[0-9]*; do
    [ "${process#/proc/}" != "$$" ] || continue
    local known
    known=$({ tr '\0' ' ' <"$process/cmdline"; readlink "$process"/fd/*; } 2>/dev/null)
    case $known in *"$work/lab"*) echo "${process#/proc/}" ;; esac
  done
}
gone() { [ -z "$(of_the_lab)" ]; }
# lab SCENARIO: in the background, in a process group of its own as under a terminal; its id in $lab.
lab() {
  rm -rf lab
  echo "$1" >scenario.yaml
  everything >before.log
  setsid env --default-signal=INT "$bin/leadline-lab" scenario.yaml --out "$work/lab" >lab.log 2>&1 &
  lab=$!
  pids+=("$lab")
}
# ended CODE: the lab has come to its end, and nothing of it is there.
ended() {
  local got=0
  wait "$lab" || got=$?
  [ "$got" = "$1" ] || wrongly "the lab ended with $got, expected $1" lab.log
  await 5 gone || ps -fp "$(of_the_lab | paste -sd,)"
  everything >after.log
  cmp -s before.log after.log || { diff before.log after.log >left.log; wrongly "the lab has left" left.log; }
}

lab "check: --stages facts,reach --wait 10s"
wait "$lab"
[ $? != 77 ] || { echo "skipped: no lab here"; exit 77; }
ended 0

# In the middle of latency, which would go on for half a minute.
for signal in INT TERM KILL; do
  lab '{check: "--stages facts,reach,latency --wait 10s", plan: {latency: {duration: 30s}}}'
  await 20 grep -qs "^reach: .* in " lab/check.stderr
  [ "$(of_the_lab | wc -l)" -ge 8 ] || wrongly "the lab has only the processes $(of_the_lab | paste -sd" ")" lab.log
  if [ "$signal" = INT ]; then kill -INT -- "-$lab"; else kill -"$signal" "$lab"; fi
  ended $((128 + $(kill -l "$signal")))
done

# A command in a node that fails, when the network is half made.
lab "faults: [{run: 'false', in: west/n3}]"
ended 70
says "'sh -c false' ended with 1" lab.log
verdict
