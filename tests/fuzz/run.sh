#!/bin/sh
# Fuzzes the parsers of untrusted input: heed-eval's requests, configurations, --set and safetensors
# files, under AddressSanitizer and UndefinedBehaviorSanitizer.
#
#   tests/fuzz/run.sh [SECONDS for each, by default 300]
#
# Starts from tests/fuzz/corpus, the golden requests and files, and configs/. Inputs that reach new
# code are saved in build/asan/fuzz, as is one that crashes, hangs or leaks; then the script exits
# with 1.
set -eu
cd "$(dirname "$0")/../.."
seconds=${1:-300}

parts="eval config set safetensors"

cmake --preset asan >/dev/null
# shellcheck disable=SC2046,SC2086  # one word for each part
cmake --build --preset asan --target $(printf 'heed_fuzz_%s ' $parts) >build/asan/fuzz.log ||
  { tail -n 40 build/asan/fuzz.log; exit 1; }

work=build/asan/fuzz
for part in $parts; do mkdir -p "$work/$part" "$work/${part}_seeds"; done
python3 - $work/eval_seeds <<'END'
import json, pathlib, sys
folder = pathlib.Path(sys.argv[1])
for number, line in enumerate(open("tests/golden/ops.jsonl")):
    request = json.dumps(json.loads(line)["request"], separators=(",", ":"))
    if len(request) < 2000:
        (folder / f"golden{number}.json").write_text(request)
END
cp configs/*.json $work/config_seeds/
cp tests/golden/safetensors/*.safetensors $work/safetensors_seeds/

fuzz() { # name, maximum length of an input
  ASAN_OPTIONS=allocator_may_return_null=1 UBSAN_OPTIONS=print_stacktrace=1 \
    build/asan/bin/heed_fuzz_"$1" -max_total_time="$seconds" -max_len="$2" -timeout=20 \
    -rss_limit_mb=4096 -artifact_prefix=$work/"$1"- -print_final_stats=1 \
    -dict=tests/fuzz/"$1".dict $work/"$1" tests/fuzz/corpus/"$1" $work/"$1"_seeds \
    >$work/"$1".log 2>&1 || { echo "$1:"; tail -n 40 $work/"$1".log; exit 1; }
  sed -n "s/^stat::number_of_executed_units: */$1: inputs tried: /p" $work/"$1".log
}
{ fuzz eval 2000; fuzz config 4000; } &
other=$!
fuzz set 1000
fuzz safetensors 4000
wait $other
