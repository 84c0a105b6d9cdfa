#!/usr/bin/env bash
# Nobody comes, or an agent comes without its interface: the run says so and ends.
set -uo pipefail
. "$(dirname "$0")/setting.sh"

expect 30 "UNKNOWN" "${check[@]}" --wait 1s
says "0 of 2 expected nodes took part" out
says AGENT_MISSING out
says "east 0 of 1, west 0 of 1" err
expect 30 '"verdict": "unknown"' "${check[@]}" --wait 1s -o json

agent east east n1 --interface sonar0
agent west west n2 --address 192.0.2.9
await 5 grep -qF "no interface 'sonar0'" n1.log
says "(--interface); it has lo" n1.log
await 5 grep -qF "holds the address 192.0.2.9 (--address)" n2.log
expect 20 ADDR_NO_INTERFACE "${check[@]}" --wait 20s --stages reach
says "east/n1: no interface sonar0" out
says "west/n2: no interface holds the agent's --address" out
verdict
