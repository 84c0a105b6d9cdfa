# shellcheck shell=bash disable=SC2034
# What the scripts here share: sourced with the folder of the programs. Real programs over loopback,
# in a network namespace of their own where that is permitted ($alone is then 1).

# Where nft and tc are, of which an ordinary user's shell knows nothing.
export PATH=$PATH:/usr/sbin:/sbin

# By which script(1) runs what it is told; a service's account may have none.
export SHELL=/bin/sh

if [ "${alone:-}" = "" ]; then
  own=(unshare --net)
  [ "$(id -u)" = 0 ] || own=(unshare --user --map-root-user --net)
  alone=0
  "${own[@]}" true 2>/dev/null && alone=1
  export alone
  [ "$alone" = 0 ] || exec "${own[@]}" "$0" "$@"
fi
if [ "$alone" = 1 ]; then
  # Addresses that agents may probe: what they are told to use must not be loopback ones.
  ip link set lo up && ip address add 10.7.0.1/24 dev lo && ip address add 10.7.0.2/24 dev lo
fi

bin=$(cd "$1" && pwd)
schemas=$(cd "$(dirname "$0")/../../coordinator/report" && pwd)
work=$(mktemp -d)
pids=()
clean_up() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null; done
  rm -rf "$work"
}
trap clean_up EXIT
cd "$work" || exit 1
wrong=0

# wrongly SENTENCE [FILE...]: counts it, and shows the files.
wrongly() {
  wrong=$((wrong + 1))
  echo "WRONG: $1"
  shift
  for file in "$@"; do sed "s/^/  $file | /" "$file" | cut -c 1-200 | head -n 40; done
}

# conforms FILE: a whole JSON document, which keeps the schema that it names.
conforms() {
  "$bin/conforms" "$schemas" "$1" >violations || wrongly "$1 does not keep its schema" violations
}

# expect EXIT_CODE TEXT COMMAND...: on standard error or output the text must appear. What is JSON
# must keep its schema.
expect() {
  local code=$1 text=$2 got=0
  shift 2
  timeout 60 "$@" >out 2>err </dev/null || got=$?
  [ "$(head -c 1 out)" != "{" ] || conforms out
  if [ "$got" = "$code" ] && grep -qF -- "$text" out err; then return; fi
  wrongly "$* ended with $got, expected $code and to read: $text" err out
}

# says TEXT FILE: the text must be in it.
says() {
  grep -qF -- "$1" "$2" || wrongly "$2 does not say: $1" "$2"
}

# line WORD...: as a shell's command line.
line() { printf '%q ' "$@"; }

# await SECONDS COMMAND...: until it succeeds; wrong if it never does.
await() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    [ "$SECONDS" -lt "$deadline" ] || { wrongly "never came true: $*"; return 1; }
    sleep 0.05
  done
}

port=$((20000 + $$ % 10000))
leadline() { "$bin/leadline" "$@"; }
make_certificates() {
  leadline pki init --out ca >/dev/null
  leadline pki issue --ca ca --role coordinator --out coordinator >/dev/null
  leadline pki issue --ca ca --role agent --cluster east --out east >/dev/null
  leadline pki issue --ca ca --role agent --cluster west --out west >/dev/null
}
make_certificates
# Two clusters of one node each; the run's own options follow.
check=("$bin/leadline" check --tls coordinator --listen "127.0.0.1:$port" --expect east=1 --expect west=1)

# agent CLUSTER DIRECTORY NODE OPTION...: in the background; its log is NODE.log, its id in $agent.
agent() {
  "$bin/leadline-agent" --coordinator "127.0.0.1:$port" --cluster "$1" --tls "$2" --node "$3" \
    "${@:4}" 2>"$3.log" &
  agent=$!
  pids+=("$agent")
}

# start OPTION...: a run in the background, its id in $run; from here on it listens.
start() {
  rm -f out err
  "${check[@]}" "$@" >out 2>err </dev/null &
  run=$!
  pids+=("$run")
  await 10 grep -qs "agents:" err
}

# The last line of each script: tells, and gives the exit code.
verdict() {
  if [ "$wrong" = 0 ]; then echo "all as documented"; else echo "$wrong wrong answers"; fi
  [ "$wrong" = 0 ]
}
