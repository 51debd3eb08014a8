#!/bin/sh
# Trains configs/modular_addition.json, about a minute, and quotes two steps: that at which all sums
# trained on are right, and the later one at which 99 % of those never seen are.
#
#   scripts/grokking.sh [--set PATH=VALUE]...
#
# HEED names another program than ./heed. Exits 1 unless the second step comes, at least three times
# as late as the first.
set -eu

here=$(dirname "$0")
heed=${HEED:-$here/../heed}
runs=$(mktemp -d)
trap 'rm -rf "$runs"' EXIT INT TERM

"$heed" train "$here/../configs/modular_addition.json" --out "$runs/run" "$@"

# The first step whose evaluation has at least this in this key; nothing if none has.
first_step() {
  awk -v key="\"$1\":" -v enough="$2" '
    { at = index($0, key) }
    at && substr($0, at + length(key)) + 0 >= enough {
      sub(/.*"step":/, ""); print $0 + 0; exit
    }' "$runs/run/metrics.jsonl"
}

trained=$(first_step train_sequence_accuracy 1)
held_out=$(first_step sequence_accuracy 0.99)
echo "all sums trained on are right at step ${trained:-none}"
echo "99 % of the sums never seen are right at step ${held_out:-none}"
[ -n "$trained" ] && [ -n "$held_out" ] && [ "$held_out" -ge $((3 * trained)) ]
