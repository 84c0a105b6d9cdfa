#!/usr/bin/env bash
# leadline lint as people call it, and the mistakes that they make.
set -uo pipefail
clusters=$(cd "$(dirname "$0")/../lint" && pwd)
. "$(dirname "$0")/setting.sh"

bundle() { sed 's/^/    /' ca/ca.crt; }
for cluster in east west; do
  mkdir "$cluster.d"
  # The certificates are leadline's own: what matters here is that they can be read.
  while IFS= read -r line; do
    case $line in
      @BUNDLE@) bundle ;;
      *@SERVER@*) echo "  tls.crt: $(base64 -w 0 <coordinator/tls.crt)" ;;
      *) echo "$line" ;;
    esac
  done <"$clusters/$cluster.yaml" >"$cluster.d/all.yaml"
done
lint=("$bin/leadline" lint)
both=(--cluster east=east.d --cluster west=west.d)

expect 20 "CONFIG_CERTIFICATE_NAME" "${lint[@]}" "${both[@]}"
says "east: 15 objects in 1 file" out
says "seen: east.d/all.yaml:" out
expect 20 '"verdict":"errors"' "${lint[@]}" "${both[@]}" -o json
for cluster in east west; do
  awk 'BEGIN { RS = "---\n"; ORS = "---\n" } !/kind: Secret/' "$cluster.d/all.yaml" >"$cluster.yaml"
done
expect 0 CLEAN "${lint[@]}" --cluster east=east.yaml --cluster west=west.yaml
says "Not checked, and what it takes:" out
says "without the line of tls.key" out

# The report in a file: as on standard output, and where it cannot be written the exit code says so.
clean=("${lint[@]}" --cluster east=east.yaml --cluster west=west.yaml)
"${clean[@]}" >printed
"${clean[@]}" --out report >out || wrongly "--out changed the exit code" out
[ ! -s out ] || wrongly "with --out something was printed" out
cmp -s printed report || wrongly "--out wrote something else" report
expect 2 "cannot write missing/report: No such file or directory" "${clean[@]}" --out missing/report
expect 2 "/ is a directory; name a file" "${clean[@]}" --out /
expect 2 '"failure":"--cluster east=missing' "${lint[@]}" --cluster east=missing --out report -o json
cmp -s printed report || wrongly "a run that failed wrote over an earlier report" report

# A warning, with and without --strict; a cluster from standard input.
sed 's/10.200.5.12:9185/10.200.5.12:9186/' east.yaml >warned.yaml
expect 0 "CONFIG_SYNC_PORT" "${lint[@]}" --cluster east=warned.yaml --cluster west=west.yaml
expect 10 "CONFIG_SYNC_PORT" "${lint[@]}" --cluster east=warned.yaml --cluster west=west.yaml --strict
"${lint[@]}" --cluster east=- --cluster west=west.yaml <east.yaml >out 2>err || wrongly "standard input" err out
says CLEAN out

# Several paths for one cluster; a part that is missing is said.
sed -n '1,/^---/p' east.yaml >nad.yaml
expect 30 "UNKNOWN" "${lint[@]}" --cluster east=nad.yaml
says "oc get hyperconverged" out

expect 2 "--cluster is needed" "${lint[@]}"
expect 2 "'east.yaml' is not NAME=PATH" "${lint[@]}" --cluster east.yaml
expect 2 "'East' cannot be a cluster's name" "${lint[@]}" --cluster East=east.yaml
expect 2 "'a.b' cannot be a cluster's name: a-z, 0-9 and '-'" "${lint[@]}" --cluster a.b=east.yaml
expect 2 "--cluster east=missing.yaml: No such file" "${lint[@]}" --cluster east=missing.yaml
expect 2 '"failure":"--cluster east=missing.yaml' "${lint[@]}" --cluster east=missing.yaml -o json
expect 2 "can be read once only" "${lint[@]}" --cluster east=- --cluster west=-
expect 2 "neither text nor json" "${lint[@]}" --cluster east=east.yaml -o yaml
expect 2 "leadline lint --help" "${lint[@]}" --clusters east=east.yaml

# What is no manifest at all.
head -c 100000 "$bin/leadline" >binary.yaml
expect 20 "this is not a text" "${lint[@]}" --cluster east=binary.yaml
: >empty.yaml
expect 30 "UNKNOWN" "${lint[@]}" --cluster east=empty.yaml
mkdir folder
expect 20 "holds no *.yaml" "${lint[@]}" --cluster east=folder
head -c 100000000 /dev/zero | tr '\0' a >large.yaml
expect 20 "larger than 32 MiB of YAML" "${lint[@]}" --cluster east=large.yaml
rm large.yaml
{ printf 'kind: Node\nmetadata: '; printf '[%.0s' $(seq 5000); } >deep.yaml
expect 20 "a key must be a word, and each bracket be closed" "${lint[@]}" --cluster east=deep.yaml
{ printf 'kind: Node\nmetadata: '; printf '[%.0s' $(seq 500); printf ']%.0s' $(seq 500); } >deep.yaml
expect 20 "nested deeper than 64 levels" "${lint[@]}" --cluster east=deep.yaml

# Clusters that are asked themselves. What a server answers is tested in tests/lint.
cat >config <<END
apiVersion: v1
kind: Config
current-context: admin
clusters: [{name: east, cluster: {server: "https://127.0.0.1:1", certificate-authority: ca/ca.crt}}]
contexts:
- {name: admin, context: {cluster: east, user: admin}}
- {name: with:colons/in:it, context: {cluster: east, user: program}}
users: [{name: admin, user: {token: abc}}, {name: program, user: {exec: {command: aws}}}]
END
expect 30 "--kubeconfig east=config: https://127.0.0.1:1: connect: Connection refused" \
  "${lint[@]}" --kubeconfig east=config
expect 30 '"exit_code":30' "${lint[@]}" --kubeconfig east=config -o json
expect 30 "Connection refused" "${lint[@]}" --cluster west=west.yaml --kubeconfig east=config:admin
expect 2 "config:8: the user has 'exec', and leadline runs no program to log in" \
  "${lint[@]}" --kubeconfig east=config:with:colons/in:it
expect 2 "oc get network-attachment-definitions" "${lint[@]}" --kubeconfig east=config:with:colons/in:it
expect 2 'there is no context "other"' "${lint[@]}" --kubeconfig east=config:other
expect 2 "--kubeconfig east=missing: missing: No such file" "${lint[@]}" --kubeconfig east=missing
expect 2 "'config' is not NAME=FILE" "${lint[@]}" --kubeconfig config
expect 2 "this does not run in a pod" env -u KUBERNETES_SERVICE_HOST "${lint[@]}" --kubeconfig east=in-cluster
for command in "check --listen 127.0.0.1:1 --tls coordinator" "estimate --bandwidth 1Gbit --memory 1GiB" \
  "verify-vmi vm"; do
  # shellcheck disable=SC2086
  expect 30 "Connection refused" "$bin/leadline" $command --kubeconfig east=config
done
verdict
