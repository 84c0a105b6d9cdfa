#!/usr/bin/env bash
# leadline estimate, init and verify-vmi as people call them, and the mistakes that they make.
set -uo pipefail
clusters=$(cd "$(dirname "$0")/../lint" && pwd)
. "$(dirname "$0")/setting.sh"

estimate=("$bin/leadline" estimate)
vm=(--memory 64GiB --dirty-rate 300MiB/s --working-set 8GiB)
expect 0 "IN TIME" "${estimate[@]}" --bandwidth 9.4Gbit "${vm[@]}" --compare-timeouts
says "What remains to be sent" out
expect 20 "never converges" "${estimate[@]}" --bandwidth 1Gbit "${vm[@]}"
expect 30 "how fast the VM writes is not known" "${estimate[@]}" --bandwidth 9.4Gbit --memory 64Gi
expect 20 '"verdict":"too_late"' "${estimate[@]}" --bandwidth 1Gbit "${vm[@]}" -o json

expect 20 "more than 30 years" "${estimate[@]}" --bandwidth 1kbit --memory 7Ei --dirty-rate 0MB

for wrong_size in "64 gigs" -1GiB 0GiB 99999999999999999999GiB 64 nonsense; do
  expect 2 "--memory: '$wrong_size'" "${estimate[@]}" --bandwidth 1Gbit "--memory=$wrong_size"
done
expect 2 "--dirty-rate: '300'" "${estimate[@]}" --bandwidth 1Gbit --memory 1GiB --dirty-rate 300
expect 2 "--bandwidth" "${estimate[@]}" --bandwidth 0Gbit --memory 1GiB
expect 2 "--parallel: '0'" "${estimate[@]}" --bandwidth 1Gbit --memory 1GiB --parallel 0
expect 2 "either --report FILE or --bandwidth" "${estimate[@]}" --memory 1GiB
expect 2 "either --memory SIZE or --vmi" "${estimate[@]}" --bandwidth 1Gbit
expect 2 '"failure"' "${estimate[@]}" --bandwidth 1Gbit -o json
echo '{' >broken.json
expect 2 "cannot be read as JSON" "${estimate[@]}" --report broken.json --memory 1GiB
expect 2 "--report: missing.json: No such file" "${estimate[@]}" --report missing.json --memory 1GiB
echo '{"schema": "leadline.report/v1", "pairs": []}' >empty.json
expect 2 "no bandwidth was measured" "${estimate[@]}" --report empty.json --memory 1GiB

# Options that change the answer.
small=("${estimate[@]}" --bandwidth 1Gbit --memory 8GiB)
expect 0 "215 GB of disks" "${small[@]}" --dirty-rate 1MB --disk 200GiB
says "the disks take" out
says "to spare" out
says "if in 150 s (progressTimeout)" out
expect 2 "--disk: the VMs' own objects" "${estimate[@]}" --bandwidth 1Gbit --vmi vmis.yaml --disk 1GiB
busy=(--dirty-rate 200MB --working-set 8GiB)
expect 20 "never converges" "${small[@]}" "${busy[@]}"
expect 0 "the guest is slowed by up to" "${small[@]}" "${busy[@]}" --auto-converge
expect 0 "moves at the deadline (post-copy)" "${small[@]}" "${busy[@]}" --post-copy
expect 0 "1 Gbit/s: " "${small[@]}" --dirty-rate 20MB
says "3: 333 Mbit/s: " out
says "from several nodes only" out
expect 30 "more than 2 side by side leave from several nodes only" "${small[@]}" --dirty-rate 20MB --parallel 3
expect 20 "--parallel 9 is taken as 5: more do not start" "${small[@]}" --dirty-rate 30MB --parallel 9
expect 20 '"side_by_side":5' "${small[@]}" --dirty-rate 30MB --parallel 9 -o json

# A run that measured one stream and eight.
bandwidth() { # STREAMS RATE
  printf '{"probe": "bandwidth", "status": "ok", "result": {"transport": "tls", "streams": %s, "rate_bits_per_second": %s}}' "$1" "$2"
}
cat >report.json <<REPORT
{"schema": "leadline.report/v1", "pairs": [{"source": "east/n1", "target": "west/n1",
  "observations": [$(bandwidth 1 1e9), $(bandwidth 8 5e9), $(bandwidth 8 7e9), $(bandwidth 8 6e9)]}]}
REPORT
measured=("${estimate[@]}" --report report.json --dirty-rate 60MB)
expect 0 "6 Gbit/s (5 Gbit/s to 7 Gbit/s) over 8 streams of tls, 3 measurements" "${measured[@]}" --memory 8GiB
says "1: 1 Gbit/s: " out
expect 30 "1 Gbit/s (1 Gbit/s to 1 Gbit/s) over 1 stream of tls" "${measured[@]}" --memory 8GiB --streams 1
expect 2 "--streams: '33'" "${measured[@]}" --memory 8GiB --streams 33

cat >vmis.yaml <<'VMIS'
apiVersion: v1
kind: List
items:
- kind: VirtualMachineInstance
  metadata: {name: one, namespace: default}
  spec: {domain: {memory: {guest: 4Gi}}}
  status: {nodeName: n1, migrationState: {targetNodeAddress: 10.200.5.100}}
- kind: VirtualMachineInstance
  metadata: {name: two, namespace: default}
  spec: {domain: {resources: {requests: {memory: 8Gi}}}}
  status: {nodeName: n2, migrationState: {targetNodeAddress: 10.132.1.9}}
VMIS
expect 0 "all nodes: at best" "${estimate[@]}" --bandwidth 1Gbit --vmi vmis.yaml --dirty-rate 1MiB
says "default/two" out
sed '0,/guest: 4Gi/s//guest: 4Gi}, cpu: {dedicatedCpuPlacement: true/' vmis.yaml >dedicated.yaml
expect 30 "default/one at best arrives" "${measured[@]}" --vmi dedicated.yaml
says "dedicated CPUs have one stream: 1" out
expect 0 "default/one arrives" "${measured[@]}" --vmi dedicated.yaml --streams 8
cat >policy.yaml <<'POLICY'
kind: KubeVirt
metadata: {name: kubevirt, namespace: kubevirt}
spec: {configuration: {migrations: {progressTimeout: 77}}}
---
kind: MigrationPolicy
metadata: {name: hasty}
spec:
  completionTimeoutPerGiB: 1
  selectors: {namespaceSelector: {kubernetes.io/metadata.name: default}}
POLICY
hasty=(--bandwidth 1Gbit --dirty-rate 1MB --cluster east=policy.yaml)
expect 20 "MigrationPolicy hasty of east" "${estimate[@]}" "${hasty[@]}" --vmi vmis.yaml
says "in 77 s" out
expect 30 "give the VM's object with --vmi" "${estimate[@]}" "${hasty[@]}" --memory 4GiB
sed 's/4Gi/4 gigs/' vmis.yaml >wrong.yaml
expect 2 "wrong.yaml:6: items[0].spec.domain.memory.guest: \"4 gigs\" is no size" \
  "${estimate[@]}" --bandwidth 1Gbit --vmi wrong.yaml
expect 2 "holds no VirtualMachineInstance" "${estimate[@]}" --bandwidth 1Gbit --vmi "$clusters/documents/bridge_network.yaml"
expect 0 "the strictest of" "${estimate[@]}" --bandwidth 1Gbit --memory 1GiB --dirty-rate 1MB \
  --cluster east="$clusters/documents/dedicated_network.yaml"
says "800 s a gigabyte" out

# A network for two clusters, which lint then finds nothing in.
init=("$bin/leadline" init --cluster east --cluster west --range 10.200.0.0/16)
expect 0 "oc patch hyperconverged" "${init[@]}" --vlan 100 --mtu 9000 --master eth1 --out net
says "there must be eth1.100" out
expect 0 CLEAN "$bin/leadline" lint --cluster east=net/east --cluster west=net/west
expect 2 "exists already" "${init[@]}" --master eth1 --out net
expect 2 "either --master NIC or --bridge" "${init[@]}" --out other
expect 2 "--vlan: '4095'" "${init[@]}" --master eth1 --vlan 4095 --out other
expect 2 "--mtu: '64'" "${init[@]}" --master eth1 --mtu 64 --out other
expect 2 "'a/b' is not an interface name" "${init[@]}" --master a/b --out other
expect 2 "is not an interface name" "${init[@]}" --master interface12345 --vlan 100 --out other
expect 2 "--range: '10.200.0.0' is not a range" "$bin/leadline" init --cluster east --range 10.200.0.0 --bridge br1 --out other
expect 2 "are set aside (loopback)" "$bin/leadline" init --cluster east --range 127.0.0.0/16 --bridge br1 --out other
expect 2 "IPv6 needs 1280" "$bin/leadline" init --cluster east --range fd00::/64 --mtu 1200 --bridge br1 --out other
expect 2 "'a.b' stands twice, or cannot be" "$bin/leadline" init --cluster a.b --range 10.0.0.0/16 --bridge br1 --out other
expect 2 "needs 1003" "$bin/leadline" init --cluster east --range 10.200.0.0/24 --nodes 1000 --bridge br1 --out other
expect 2 "stands twice" "${init[@]}" --cluster east --bridge br1 --out other
expect 2 "--name: 'Fast net' cannot be a name in Kubernetes" "${init[@]}" --master eth1 --name "Fast net" --out other
expect 2 "--namespace: 'a b' cannot be a name in Kubernetes" "${init[@]}" --master eth1 --namespace "a b" --out other
[ ! -e other ] || wrongly "a refused design left files"
# On a full disk there is either all or nothing, and it is no mistake of the command line.
mkdir small
# shellcheck disable=SC2016
on_a_full_disk=(unshare --user --map-root-user --mount sh -c
  'mount -t tmpfs -o size=4k none small && { "$@"; code=$?; find small -type f; exit "$code"; }' sh)
if "${on_a_full_disk[@]}" true; then
  expect 1 "No space left on device" "${on_a_full_disk[@]}" "$bin/leadline" pki init --out small
  says "cannot write small/" err
  [ ! -s out ] || wrongly "a full disk was left with a part of a CA" out
  expect 1 "No space left on device" "${on_a_full_disk[@]}" "${init[@]}" --master eth1 --out small
  [ ! -s out ] || wrongly "a full disk was left with a part of a manifest" out
else
  echo "not tried: a full disk, because nothing may be mounted here"
fi
expect 0 "oc patch hyperconverged kubevirt-hyperconverged -n kubevirt " \
  "${init[@]}" --master eth1 --name fast --namespace kubevirt --out named
says "  name: fast" named/west/network.yaml
says "  namespace: kubevirt" named/west/network.yaml
says "  namespace: kubevirt" named/west/hyperconverged.yaml
says "    network: fast" named/west/hyperconverged.yaml

# What the manifests promise, beside what was measured.
for cluster in east west; do
  "$bin/leadline" init --cluster "$cluster" --range 10.7.0.0/24 --mtu 9000 --master eth1 --out "promise-$cluster" >/dev/null
  printf -- '---\nkind: Node\nmetadata: {name: n1}\n' >>"promise-$cluster/$cluster/network.yaml"
done
promise=(--cluster east=promise-east --cluster west=promise-west)
# One cluster's manifests do not make the run one within it.
expect 30 '"mesh":"cross"' "$bin/leadline" check --tls coordinator --listen "127.0.0.1:$port" \
  --cluster east=promise-east --expect east=1 --expect west=1 --quick --wait 1s -o json
expect 30 '"mesh":"within"' "$bin/leadline" check --tls coordinator --listen "127.0.0.1:$port" \
  --cluster east=promise-east --expect east=2 --quick --wait 1s -o json
if [ "$alone" = 1 ]; then
  ip link set dev lo mtu 9000
  agent east east n1 --address 10.7.0.1
  agent west west n2 --address 10.7.0.2
  expect 0 "10.7.0.0/24              all 1 within" "$bin/leadline" check --tls coordinator \
    --listen "127.0.0.1:$port" "${promise[@]}" --wait 20s --stages reach,path_mtu
  says "east         MTU        9000" out
  says "bandwidth  at least 400 Mbit/s      not measured" out
fi
expect 2 "promise-east/missing: No such file" "${check[@]}" --cluster east=promise-east/missing

# After a migration.
for cluster in east west; do
  sed '/^@BUNDLE@$/d; s/@SERVER@/LS0t/' "$clusters/$cluster.yaml" >"$cluster.yaml"
done
expect 20 "default/one: 10.200.5.100: the migration network openshift-cnv/migration of west" \
  "$bin/leadline" verify-vmi vmis.yaml --cluster east=east.yaml --cluster west=west.yaml
says "default/two: 10.132.1.9: the pod network of west" out
expect 30 "not known: the clusters' migration networks" "$bin/leadline" verify-vmi vmis.yaml
expect 20 '"verdict":"other_network"' "$bin/leadline" verify-vmi vmis.yaml --cluster east=east.yaml \
  --cluster west=west.yaml -o json
expect 2 "west.yaml:153 (document 7): not YAML" "$bin/leadline" verify-vmi vmis.yaml --cluster west="$clusters/west.yaml"
for name in two default/two; do
  expect 20 "default/two: 10.132.1.9" "$bin/leadline" verify-vmi "$name" --cluster east=east.yaml \
    --cluster west=west.yaml --cluster west=vmis.yaml
done
expect 2 "'three' is neither a file nor" "$bin/leadline" verify-vmi three --cluster east=vmis.yaml
expect 2 "which VMs?" "$bin/leadline" verify-vmi
expect 2 "verify-vmi: missing.yaml: No such file" "$bin/leadline" verify-vmi missing.yaml
verdict
