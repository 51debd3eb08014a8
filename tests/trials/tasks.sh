#!/bin/sh
# Trains the configurations that learn in seconds, and their negative controls, and checks what
# their "about" texts claim. tests/trials/grokking.sh does the same for the one that takes longer.
#
#   tests/trials/tasks.sh [--set PATH=VALUE]...
#
# HEED is the program to use instead of ./heed. Exits with 1 if a result is not as expected.
set -eu

heed=$(realpath "${HEED:-$(dirname "$0")/../../heed}")
cd "$(dirname "$0")/../.."
runs=$(mktemp -d)
trap 'rm -rf "$runs"' EXIT INT TERM
failed=0
run=0

# The value of a key in a line of JSON.
value() { printf '%s\n' "$2" | sed "s/.*\"$1\":\([^,}]*\).*/\1/"; }

# check KEY CONDITION CONFIG [--set PATH=VALUE]...: CONDITION is on x, the value of the key.
check() {
  key=$1 condition=$2 config=$3
  shift 3
  run=$((run + 1))
  line=$("$heed" train "configs/$config.json" --out "$runs/$run" "$@" 2>"$runs/log" | tail -n 1)
  if [ -z "$line" ]; then
    cat "$runs/log" >&2
    exit 1
  fi
  x=$(value "$key" "$line")
  case $x in *[0-9]*) ;; *) x=nan ;; esac  # awk would read null as 0
  verdict=$(awk -v x="$x" "BEGIN { print (($condition) ? \"ok\" : \"WRONG\") }")
  printf '%-6s %-40s %5d steps %6.1f s  %s %.4f, expected %s\n' "$verdict" "$config $*" \
    "$(value steps "$line")" "$(value seconds "$line")" "$key" "$x" "$condition"
  [ "$verdict" = ok ] || failed=1
}

check sequence_accuracy "x >= 0.99" copy "$@"
check sequence_accuracy "x >= 0.99" reverse "$@"
check token_accuracy "x < 0.2" reverse_no_attention "$@"
check sequence_accuracy "x >= 0.99" sort "$@"
check sequence_accuracy "x < 0.05" sort --set train.steps=400 --set model.positions=none "$@"
check sequence_accuracy "x >= 0.99" cross_reverse "$@"
check sequence_accuracy "x < 0.05" cross_reverse --set model.positions=none "$@"
check sequence_accuracy "x >= 0.99" reverse_my_multi_head "$@"
check sequence_accuracy "x >= 0.99" cross_reverse_d2l "$@"
check sequence_accuracy "x >= 0.99" reverse_self_attention "$@"
check sequence_accuracy "x >= 0.99" cross_reverse_cross_attention "$@"
check sequence_accuracy "x >= 0.99" reverse_labml "$@"
check sequence_accuracy "x >= 0.99" seq2seq_reverse "$@"
check sequence_accuracy "x >= 0.99" induction "$@"
check token_accuracy "x < 0.3" induction --set model.layers=1 "$@"
check sequence_accuracy "x >= 0.99" recall "$@"
check token_accuracy "x < 0.4" recall --set model.layers=1 "$@"
check sequence_accuracy "x >= 0.99" addition "$@"
check token_accuracy "x > 0.08 && x < 0.12" noise "$@"
check sequence_accuracy "x >= 0.95" pairs "$@"
check loss "x < 2.3" text "$@"
check loss "x > 2.3" text --set task.length=1 "$@"
exit $failed
