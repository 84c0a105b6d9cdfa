#!/usr/bin/env bash
# Agents that may not, or cannot, look at layer 2: each says why, the other stages go on, and neither
# counts as a fault. The plan's VLANs are checked.
set -uo pipefail
. "$(dirname "$0")/setting.sh"
[ "$alone" = 1 ] || { echo "skipped: no network namespaces here"; exit 77; }

# agent() with this before it would not be the program's own id.
setpriv --bounding-set -net_raw --inh-caps -net_raw "$bin/leadline-agent" --coordinator "127.0.0.1:$port" \
  --cluster east --tls east --node n1 --address 10.7.0.1 2>n1.log &
pids+=($!)
agent west west n2 --address 10.7.0.2 --host-netns /proc/self/ns/uts
expect 0 "READY" "${check[@]}" --wait 20s --stages layer2,reach -o text
says "layer 2: no node could look: broadcast domains are unknown" out
says "not looked at: east/n1: a packet socket takes CAP_NET_RAW" out
says "not looked at: west/n2: lo cannot broadcast" out
says "hosts not looked at: east/n1: " out
says "hosts not looked at: west/n2: " out
expect 0 '"took_part":false' "${check[@]}" --wait 20s --stages layer2,reach -o json

cat >plan.yaml <<'PLAN'
network:
  vlan: 4095
  mtu: 9001000
  candidate_vlans: [1, 2, 3, 4, 5, 6, 7, 8]
PLAN
expect 2 "plan.yaml:2:9: '4095' is not a whole number from 1 to 4094" "${check[@]}" --plan plan.yaml
says "plan.yaml:3:8: '9001000' is not a whole number from 576 to 65535" err
says "plan.yaml:4:" err
verdict
