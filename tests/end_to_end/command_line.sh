#!/usr/bin/env bash
# Mistakes on the command line and in the plan: a clear message, exit code 2, nothing begins.
set -uo pipefail
readme=$(cd "$(dirname "$0")/../.." && pwd)/README.md
. "$(dirname "$0")/setting.sh"

expect 2 "there is no command 'chekc'" "$bin/leadline" chekc
expect 2 "--frobnicate" "${check[@]}" --frobnicate
expect 2 "east=x" "${check[@]}" --expect east=x
expect 2 "neither text nor json" "${check[@]}" -o xml
expect 2 "address" "$bin/leadline" check --listen 192.0.2.1:1 --expect east=2 --mesh within --tls coordinator
expect 2 '"exit_code": 2' "${check[@]}" -o json --pairs none
expect 2 "only cluster east is expected, but the mesh is cross" "$bin/leadline" check --listen "127.0.0.1:$port" --expect east=3 --tls coordinator
expect 2 "--node" "$bin/leadline-agent" --coordinator "127.0.0.1:$port" --cluster east --tls east
expect 2 "exclude each other" "$bin/leadline-agent" --coordinator "127.0.0.1:$port" --cluster east \
  --node n1 --tls east --interface lo --address 127.0.0.1

{
  echo 'expect: {east: three}'
  echo 'mesh: round'
  echo 'wait: 1m0s'
  echo 'sonar: true'
} >plan.yaml
expect 2 plan.yaml:1: "${check[@]}" --plan plan.yaml
for place in plan.yaml:2: plan.yaml:3: plan.yaml:4:; do says "$place" err; done
expect 2 "--plan: nowhere.yaml: No such file" "${check[@]}" --plan nowhere.yaml

# README lists every finding, as the program does.
"$bin/leadline" explain >explained
sed -n '/^\$ leadline explain$/,/^```$/p' "$readme" | sed '1d;$d' >listed
diff explained listed >difference || wrongly "README's findings are not those of leadline explain" difference

expect 0 "larger packets vanish without an ICMP message" "$bin/leadline" explain MTU_BLACK_HOLE
expect 2 "'MTU_BLACK_HOL'" "$bin/leadline" explain MTU_BLACK_HOL

# And every option that a program or command lists.
for command in "leadline-agent" "leadline check" "leadline bench" "leadline lint" "leadline init" \
  "leadline estimate" "leadline verify-vmi"; do
  # shellcheck disable=SC2086
  "$bin"/$command --help >help 2>&1
  [ "$(grep -c -- '^ *\(-. \[ \)\?--[a-z]' help)" -gt 3 ] || wrongly "$command --help lists no options" help
  for option in $(grep -o -- '^ *\(-. \[ \)\?--[a-z-]*' help | grep -o -- '--[a-z-]*$'); do
    grep -qE -- "$option([^a-z-]|\$)" "$readme" || wrongly "README does not have $option of $command"
  done
done

# Who listens there already is another leadline.
start --wait 30s
expect 2 "cannot listen on 127.0.0.1:$port: Address already in use; stop what listens there" "${check[@]}"
expect 2 "no interface of this machine has it: 'ip address' lists" "$bin/leadline" check --tls coordinator \
  --listen 192.0.2.1:7443 --expect east=1 --expect west=1
kill -INT "$run"
wait "$run"
[ $? = 30 ] || wrongly "the first run was disturbed"
verdict
