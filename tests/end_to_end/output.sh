#!/usr/bin/env bash
# The report has nowhere to go: a clear message, exit code 1, and no half of a file.
set -uo pipefail
. "$(dirname "$0")/setting.sh"

run=("${check[@]}" --wait 100ms)
expect 2 "cannot write /nowhere/report: No such file" "${run[@]}" --out /nowhere/report
expect 2 "is a directory" "${run[@]}" --out ca
expect 30 "agents:" "${run[@]}" --out report
says UNKNOWN report

# A disk that is full, or a quota: what was there before stays.
expect 1 "cannot write to /dev/full: No space left on device" "${run[@]}" --out /dev/full
[ -c /dev/full ] || wrongly "/dev/full was replaced by a file"
expect 1 '"exit_code": 1' "${run[@]}" -o json --out /dev/full
echo before >kept
(trap '' XFSZ && ulimit -f 1 && exec "${run[@]}" -o json --out kept) >/dev/null 2>err
[ $? = 1 ] || wrongly "a file that grew too large went unnoticed" err
says "/kept: File too large" err
[ "$(cat kept)" = before ] || wrongly "the former report is gone" kept
[ -z "$(find . /dev -maxdepth 1 -name '*.partial-*' 2>/dev/null)" ] || wrongly "a part of a report was left"

# A link stays a link.
ln -s report link
expect 30 "agents:" "${run[@]}" -o json --out link
conforms link
[ -L link ] || wrongly "the link was replaced"
says '"verdict": "unknown"' report

ln -s later early
expect 30 "agents:" "${run[@]}" --out early
[ -L early ] || wrongly "the link to no file yet was replaced"
says UNKNOWN later

# What only its owner could read stays so.
install -m 600 /dev/null secret
expect 30 "agents:" "${run[@]}" --out secret
[ "$(stat -c %a secret)" = 600 ] || wrongly "a report of mode 600 has now $(stat -c %a secret)"

# Standard output that is closed, full, or read by nobody any more.
for command in "${run[*]}" "${run[*]} -o json" "$bin/leadline explain" "$bin/leadline --help"; do
  # shellcheck disable=SC2086
  $command >&- 2>err
  [ $? = 1 ] || wrongly "closed standard output went unnoticed: $command" err
  says "cannot write to standard output: Bad file descriptor" err
  # shellcheck disable=SC2086
  $command >/dev/full 2>err
  [ $? = 1 ] || wrongly "a full device went unnoticed: $command" err
  says "cannot write to standard output: No space left on device" err
done
# The reader has gone before the report is written.
{ "${check[@]}" --wait 1s 2>err; echo $? >code; } | true
[ "$(cat code)" = 1 ] || wrongly "a broken pipe gave exit code $(cat code)" err
says "cannot write to standard output: Broken pipe" err
[ "$("${run[@]}" 2>/dev/null | head -n 1)" = UNKNOWN ] || wrongly "the first line is not the verdict"
"${run[@]}" 2>&- >out </dev/null
[ $? = 30 ] || wrongly "without standard error the run ended otherwise" out
says UNKNOWN out
verdict
