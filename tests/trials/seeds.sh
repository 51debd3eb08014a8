#!/bin/sh
# Trains a configuration with the seeds 0 to 19 and prints a table: does learning depend on luck?
#
#   tests/trials/seeds.sh configs/reverse.json [--set PATH=VALUE]...
#
# HEED is the program to use instead of ./heed. Exits with 1 if fewer than 19 seeds reach 0.99.
set -eu

config=${1:?usage: tests/trials/seeds.sh CONFIG [--set PATH=VALUE]...}
shift
heed=${HEED:-$(dirname "$0")/../../heed}
runs=$(mktemp -d)
trap 'rm -rf "$runs"' EXIT INT TERM

# The value of a key in a line of JSON.
value() { printf '%s\n' "$2" | sed "s/.*\"$1\":\([^,}]*\).*/\1/"; }

printf '%4s %6s %8s %8s %8s\n' seed steps seconds token sequence
passed=0
seed=0
while [ "$seed" -lt 20 ]; do
  line=$("$heed" train "$config" --set "train.seed=$seed" --set "task.seed=$seed" \
    --out "$runs/$seed" "$@" 2>"$runs/log" |
    tail -n 1) || true
  if [ -z "$line" ]; then
    cat "$runs/log" >&2
    exit 1
  fi
  sequence=$(value sequence_accuracy "$line")
  printf '%4d %6d %8.2f %8.4f %8.4f\n' "$seed" "$(value steps "$line")" \
    "$(value seconds "$line")" "$(value token_accuracy "$line")" "$sequence"
  passed=$((passed + $(awk "BEGIN { print ($sequence >= 0.99) }")))
  seed=$((seed + 1))
done
echo "$passed of 20 seeds reach a sequence accuracy of 0.99"
[ "$passed" -ge 19 ]
