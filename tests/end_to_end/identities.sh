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

# dated DIRECTORY OFFSET [IDENTITY]: a certificate for the agents of east or another, for 30 days from
# then on, such as -60d.
dated() {
  mkdir "$1" && cp ca/ca.crt east/tls.key "$1"
  printf '%s\n' "subjectAltName=URI:spiffe://leadline/${3:-agent/east}" basicConstraints=critical,CA:FALSE \
    extendedKeyUsage=serverAuth,clientAuth >extensions
  openssl req -new -key "$1/tls.key" -subj /CN=agent:east -out request.pem
  faketime -f "$2" openssl x509 -req -in request.pem -CA ca/ca.crt -CAkey ca/ca.key -set_serial 7 \
    -days 30 -extfile extensions -out "$1/tls.crt" 2>/dev/null
}
# end_of DIRECTORY: when its certificate expires, as the programs write it.
end_of() {
  date -u -d "$(openssl x509 -in "$1/tls.crt" -noout -enddate | cut -d = -f 2)" "+%Y-%m-%d %H:%M UTC"
}
dated expired -60d
dated early +60d
# The coordinator does not wait for agents that would all refuse it.
dated late_coordinator -60d coordinator
with late_coordinator
expect 2 "every agent would refuse late_coordinator/tls.crt by late_coordinator/ca.crt: certificate has expired" \
  "${check_with[@]}"
cp -r coordinator foreign_coordinator && cp -f other-ca/ca.crt foreign_coordinator/ca.crt
with foreign_coordinator
expect 2 "every agent would refuse foreign_coordinator/tls.crt" "${check_with[@]}"
# It trusts the coordinator, but is of another authority itself.
cp -r foreign disowned && cp -f ca/ca.crt disowned/ca.crt

strangers=()
agent east expired late && strangers+=("$agent")
agent east early hasty && strangers+=("$agent")
agent east disowned orphan && strangers+=("$agent")
agent east foreign stranger && strangers+=("$agent")   # another authority
agent east west impostor && strangers+=("$agent")      # another cluster's certificate
agent east coordinator actor && strangers+=("$agent")  # another role
expect 30 "is for cluster 'west'" "${check[@]}" --wait 4s
says "not of an agent" err
says "is for cluster 'west'" impostor.log
says "not of an agent" actor.log
refusal="the coordinator refused this agent: it says that the certificate shown to it (CN=agent:east, issued by"
for who in late hasty orphan; do says "$refusal" $who.log; done
says "to $(end_of expired)) or its CA has expired (alert certificate_expired)" late.log
says "to $(end_of early)) or its CA is not valid yet (alert bad_certificate)" hasty.log
says "is signed by no CA of the other side's bundle (alert unknown_ca)" orphan.log
says "to $(end_of expired)) is refused: CN=agent:east: certificate has expired" err
says "to $(end_of early)) is refused: CN=agent:east: certificate is not yet valid" err
says "is refused: CN=agent:east: unable to get local issuer certificate; no CA in ca.crt on this side" err
says "its certificate (CN=coordinator, issued by CN=leadline CA, valid " stranger.log
# It sends its CA along, which is then what is not trusted.
says "is refused: CN=leadline CA: self-signed certificate in certificate chain; no CA in ca.crt on" stranger.log
says "it says that the certificate shown to it (CN=coordinator, issued by CN=leadline CA, valid " err
kill "${strangers[@]}"  # or they dial the coordinators that follow, which serve one connection each

with west
expect 2 "west/tls.crt is not a coordinator's certificate but that of an agent of cluster west" \
  "${check_with[@]}"

# Two nodes of one name: the second is told, and the first stays. TLS 1.2 is not spoken.
start --wait 20s
agent east east twin
twins=("$agent")
await 10 grep -q "connected to the coordinator as east/twin" twin.log
mv twin.log first.log
agent east east twin
twins+=("$agent")
await 10 grep -qF "refused this agent: east/twin: another agent is connected as east/twin" twin.log
await 5 grep -qF "east/twin: another agent is connected as east/twin: give each node its own --node" err
if grep -q refused first.log; then wrongly "the first agent was disturbed" first.log; fi
timeout 10 openssl s_client -connect "127.0.0.1:$port" -tls1_2 -cert east/tls.crt -key east/tls.key \
  -CAfile ca/ca.crt </dev/null >old.out 2>&1 && wrongly "TLS 1.2 was accepted" old.out
says "alert protocol version" old.out
await 5 grep -q "unsupported protocol" err
# Nor may anybody come without a certificate.
timeout 10 openssl s_client -connect "127.0.0.1:$port" -tls1_3 -CAfile ca/ca.crt </dev/null >bare.out 2>&1
await 5 grep -q "peer did not return a certificate" err
kill -INT "$run" "${twins[@]}"
wait "$run"

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
serve() {  # TEXT [CERTIFICATE]: what a coordinator says to whoever comes
  { framed "$1"; sleep 3; } | timeout 10 openssl s_server -accept "127.0.0.1:$port" -tls1_3 -quiet \
    -naccept 1 -Verify 1 -verify_return_error \
    -cert "${2:-coordinator}/tls.crt" -key "${2:-coordinator}/tls.key" -CAfile ca/ca.crt >server.out 2>server.err &
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
wait "$server"
kill "$agent"
# One who listens where the coordinator should, with an agent's certificate.
serve '{"type":"welcome"}' west
agent east east loyal
await 15 grep -qF "does not show a coordinator's certificate but agent of cluster west; only" loyal.log
verdict
