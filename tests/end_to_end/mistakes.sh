#!/usr/bin/env bash
# The mistakes that people make, and hostile peers: each gets a clear message and the documented exit
# code, nothing hangs. Real programs over loopback: tests/end_to_end/mistakes.sh BIN_DIRECTORY
set -uo pipefail
bin=$(cd "$1" && pwd)
work=$(mktemp -d)
pids=()
clean_up() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null; done
  rm -rf "$work"
}
trap clean_up EXIT
cd "$work" || exit 1
wrong=0

# expect EXIT_CODE TEXT COMMAND...: on standard error or output the text must appear.
expect() {
  local code=$1 text=$2 got=0
  shift 2
  timeout 60 "$@" >out 2>err </dev/null || got=$?
  if [ "$got" = "$code" ] && grep -qF -- "$text" out err; then return; fi
  wrong=$((wrong + 1))
  printf 'WRONG: %s\n  exit code %s, expected %s; expected to read: %s\n' "$*" "$got" "$code" "$text"
  sed 's/^/  | /' err out | head -n 20
}

port=$((20000 + $$ % 10000))
leadline() { "$bin/leadline" "$@"; }
leadline pki init --out ca >/dev/null
leadline pki issue --ca ca --role coordinator --out coordinator >/dev/null
leadline pki issue --ca ca --role agent --cluster east --out east >/dev/null
leadline pki issue --ca ca --role agent --cluster west --out west >/dev/null
leadline pki init --out other-ca >/dev/null
leadline pki issue --ca other-ca --role agent --cluster east --out foreign >/dev/null
cp -r coordinator mismatched && cp -f east/tls.key mismatched/tls.key
cp -r coordinator garbled && echo nonsense >garbled/tls.crt

check=("$bin/leadline" check --listen "127.0.0.1:$port" --expect east=1 --expect west=1)
expect 2 "there is no command 'chekc'" "$bin/leadline" chekc
expect 2 "--frobnicate" "${check[@]}" --tls coordinator --frobnicate
expect 2 "east=x" "${check[@]}" --tls coordinator --expect east=x
expect 2 "tls.crt" "${check[@]}" --tls nowhere
expect 2 "tls.crt" "${check[@]}" --tls garbled
expect 2 "is not the key of" "${check[@]}" --tls mismatched
expect 2 "is not overwritten" "$bin/leadline" pki init --out ca
expect 2 "neither text nor json" "${check[@]}" --tls coordinator -o xml
expect 2 "cannot write" "${check[@]}" --tls coordinator --out /nowhere/report
expect 2 "address" "$bin/leadline" check --listen 192.0.2.1:1 --expect east=2 --mesh within --tls coordinator
expect 2 '"exit_code": 2' "${check[@]}" --tls nowhere -o json
expect 30 "UNKNOWN" "${check[@]}" --tls coordinator --wait 1s
expect 30 '"verdict": "unknown"' "${check[@]}" --tls coordinator --wait 1s -o json
expect 2 "--node" "$bin/leadline-agent" --coordinator "127.0.0.1:$port" --cluster east --tls east
expect 2 "tls.crt" "$bin/leadline-agent" --coordinator "127.0.0.1:$port" --cluster east --node n1 --tls nowhere
{
  echo 'expect: {east: three}'
  echo 'mesh: round'
  echo 'wait: 1m0s'
  echo 'sonar: true'
} >plan.yaml
for place in plan.yaml:1: plan.yaml:2: plan.yaml:3: plan.yaml:4:; do
  expect 2 "$place" "${check[@]}" --tls coordinator --plan plan.yaml
done

# agent CLUSTER DIRECTORY NODE: in the background; its log is NODE.log.
agent() {
  "$bin/leadline-agent" --coordinator "127.0.0.1:$port" --cluster "$1" --node "$3" --tls "$2" \
    --address 127.0.0.1 --allow 127.0.0.0/8 2>"$3.log" &
  pids+=($!)
}
agent east foreign stranger   # another authority
agent east west impostor      # another cluster's certificate
agent east coordinator actor  # another role
expect 30 "is for cluster 'west'" "${check[@]}" --tls coordinator --wait 4s
expect 30 "not of an agent" "${check[@]}" --tls coordinator --wait 4s
grep -qF "is for cluster 'west'" impostor.log || { echo "WRONG: the impostor was not told why"; wrong=$((wrong + 1)); }
grep -qF "handshake" stranger.log || { echo "WRONG: the stranger was not told why"; wrong=$((wrong + 1)); }

# Hostile neighbours: a thousand connections that say nothing, and some that say too much. The real
# agents (both on one address, so the run finds fault with that and with nothing else) go on.
agent east east n1
agent west west n2
"${check[@]}" --tls coordinator --wait 20s --stages facts,reach -o json >out 2>err </dev/null &
check_pid=$!
pids+=("$check_pid")
for _ in $(seq 50); do (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break || sleep 0.1; done
(
  ulimit -n 2048
  for fd in $(seq 10 1009); do eval "exec $fd<>/dev/tcp/127.0.0.1/$port" 2>/dev/null; done
  head -c 100000 /dev/urandom >&10 2>/dev/null
  printf '\x7f\xff\xff\xff' >&11 2>/dev/null
  sleep 3
) &
pids+=($!)
wait "$check_pid"
got=$?
if [ "$got" != 20 ] || ! grep -q ADDR_DUPLICATE out; then
  wrong=$((wrong + 1))
  echo "WRONG: among strangers the run ended with $got"
  sed 's/^/  | /' err | head -n 20
fi

if [ "$wrong" = 0 ]; then echo "all as documented"; else echo "$wrong mistakes met the wrong answer"; fi
[ "$wrong" = 0 ]
