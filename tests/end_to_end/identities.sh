#!/usr/bin/env bash
# Keys and certificates that cannot be used, agents that are not who they say they are, and peers of
# another version: each is told why, on both sides.
set -uo pipefail
. "$(dirname "$0")/setting.sh"

leadline pki init --out other-ca >/dev/null
leadline pki issue --ca other-ca --role agent --cluster east --out foreign >/dev/null
cp -r coordinator mismatched && cp -f east/tls.key mismatched/tls.key
cp -r coordinator garbled && echo nonsense >garbled/tls.crt
cp -r coordinator locked && chmod 000 locked/tls.key
cp -r coordinator folder && rm -f folder/tls.key && mkdir folder/tls.key

# with DIRECTORY: the run's command with these certificates instead.
with() { check_with=("${check[@]}" --wait 1s) && check_with[3]=$1; }
refuses() {  # DIRECTORY TEXT: both programs do
  with "$1"
  expect 2 "$2" "${unprivileged[@]}" "${check_with[@]}"
  expect 2 "$2" "${unprivileged[@]}" "$bin/leadline-agent" --coordinator "127.0.0.1:$port" \
    --cluster east --node n1 --tls "$1"
}
unprivileged=()
refuses nowhere "nowhere/tls.crt: No such file or directory"
refuses garbled "garbled/tls.crt"
refuses mismatched "is not the key of"
refuses folder "folder/tls.key: is a directory"
# Root reads everything, unless it gives that right away.
[ "$(id -u)" != 0 ] || unprivileged=(setpriv --bounding-set -all)
if "${unprivileged[@]}" cat locked/tls.key >/dev/null 2>&1; then
  echo "not tried: an unreadable key, because everything is readable here"
else
  refuses locked "locked/tls.key: Permission denied"
fi
expect 2 "is not overwritten" "$bin/leadline" pki init --out ca

strangers=()
agent east foreign stranger && strangers+=("$agent")   # another authority
agent east west impostor && strangers+=("$agent")      # another cluster's certificate
agent east coordinator actor && strangers+=("$agent")  # another role
expect 30 "is for cluster 'west'" "${check[@]}" --wait 4s
says "not of an agent" err
says "is for cluster 'west'" impostor.log
says "not of an agent" actor.log
says "handshake" stranger.log
kill "${strangers[@]}"  # or they dial the coordinators that follow, which serve one connection each

# framed TEXT: as it goes over a control connection.
framed() {
  local length
  length=$(printf '%08x' "${#1}")
  printf "\\x${length:0:2}\\x${length:2:2}\\x${length:4:2}\\x${length:6:2}%s" "$1"
}

# An agent of another version: its hello may look otherwise.
start --wait 20s
hello='{"type":"hello","protocol":99,"version":"9.0","cluster":"east","node":"n9","rack":{"row":4}}'
{ framed "$hello"; sleep 3; } | timeout 10 openssl s_client -connect "127.0.0.1:$port" -tls1_3 -quiet \
  -cert east/tls.crt -key east/tls.key -CAfile ca/ca.crt >agent.out 2>agent.err
says '"type":"refused"' agent.out
says "the agent speaks protocol 99 (leadline 9.0), the coordinator " agent.out
await 5 grep -q "speaks protocol 99" err
kill -INT "$run"
wait "$run"
says "install the same version on both sides" out

# A coordinator of another version: it refuses us, and then one that speaks of things unknown.
reason="the agent speaks protocol 98, the coordinator 99"
serve() {  # TEXT: what a coordinator says to whoever comes
  { framed "$1"; sleep 3; } | timeout 10 openssl s_server -accept "127.0.0.1:$port" -tls1_3 -quiet \
    -naccept 1 -Verify 1 -verify_return_error \
    -cert coordinator/tls.crt -key coordinator/tls.key -CAfile ca/ca.crt >server.out 2>server.err &
  server=$!
  pids+=("$server")
}
serve '{"type":"refused","reason":"'"$reason"'"}'
agent east east refused
await 15 grep -qF "refused this agent: $reason" refused.log
says '"protocol":' server.out
wait "$server"
kill "$agent"
serve '{"type":"welcome_aboard"}'
agent east east baffled
await 15 grep -qF "unknown message type 'welcome_aboard'" baffled.log
verdict
