#!/usr/bin/env bash
# Hostile neighbours: a thousand connections that say nothing, and some that say too much. The real
# agents (both on one address, so the run finds fault with that and with nothing else) go on.
set -uo pipefail
. "$(dirname "$0")/setting.sh"

start --wait 20s --stages facts,reach -o json
(
  ulimit -n 2048
  opened=0
  for fd in $(seq 100 1099); do eval "exec $fd<>/dev/tcp/127.0.0.1/$port" && opened=$((opened + 1)); done
  head -c 100000 /dev/urandom >&100 2>/dev/null
  printf '\x7f\xff\xff\xff' >&101
  echo "$opened" >opened
  sleep 60
) &
pids+=($!)
await 30 test -s opened
[ "$(cat opened)" = 1000 ] || wrongly "only $(cat opened) strangers came"
agent east east n1 --address 127.0.0.1 --allow 127.0.0.0/8
agent west west n2 --address 127.0.0.1 --allow 127.0.0.0/8
wait "$run"
got=$?
[ "$got" = 20 ] || wrongly "among strangers the run ended with $got" err
says ADDR_DUPLICATE out
verdict
