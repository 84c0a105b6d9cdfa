#!/usr/bin/env bash
# Hostile neighbours: a thousand connections that say nothing, and some that say too much, also with
# a certificate: what would be a frame of 2 GiB, and a frame that is no message. The real
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
certified() {  # OCTETS TEXT: sent within TLS as an agent of east; what the coordinator says of it
  { printf "$1"; sleep 2; } | timeout 10 openssl s_client -connect "127.0.0.1:$port" -tls1_3 -quiet \
    -cert east/tls.crt -key east/tls.key -CAfile ca/ca.crt >/dev/null 2>&1
  await 5 grep -qF "$2" err
}
certified '\x80\x00\x00\x00' "a frame of 2147483648 octets, allowed are 1 to "
certified '\x00\x00\x00\x02{]' "parse error"
agent east east n1 --address 127.0.0.1 --allow 127.0.0.0/8
agent west west n2 --address 127.0.0.1 --allow 127.0.0.0/8
wait "$run"
got=$?
[ "$got" = 20 ] || wrongly "among strangers the run ended with $got" err
says ADDR_DUPLICATE out
conforms out
verdict
