#!/bin/sh
# Trains configs/modular_addition.json, about 40 seconds, and prints two steps: the first at which
# all training sums are correct, and the later one at which 99 % of the held-out sums are.
#
#   tests/trials/grokking.sh [--set PATH=VALUE]...
#
# HEED is the program to use instead of ./heed. Exits with 1 unless the second step exists and is at
# least three times the first.
set -eu

root=$(dirname "$0")/../..
heed=${HEED:-$root/heed}
runs=$(mktemp -d)
trap 'rm -rf "$runs"' EXIT INT TERM

"$heed" train "$root/configs/modular_addition.json" --out "$runs/run" "$@"

# first_step KEY VALUE: the first step whose evaluation has at least VALUE in KEY; empty if none has
first_step() {
  awk -v key="\"$1\":" -v enough="$2" '
    { at = index($0, key) }
    at && substr($0, at + length(key)) + 0 >= enough {
      sub(/.*"step":/, ""); print $0 + 0; exit
    }' "$runs/run/metrics.jsonl"
}

trained=$(first_step train_sequence_accuracy 1)
held_out=$(first_step sequence_accuracy 0.99)
echo "all training sums are correct at step ${trained:-none}"
echo "99 % of the held-out sums are correct at step ${held_out:-none}"
[ -n "$trained" ] && [ -n "$held_out" ] && [ "$held_out" -ge $((3 * trained)) ]
