#!/usr/bin/env bash
# Two network namespaces with names and addresses of their own stand for two machines: ranks in both
# train over TCP, with the bits of one process, and the time of a step on a link of 100 Mbit/s is
# shown beside what docs/ranks.md predicts. Needs root, Open MPI, ip and tc.
#   tests/trials/rank_hosts.sh [HEED]
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
heed=$(realpath "${1:-$root/build/release/bin/heed}")
scratch=$(mktemp -d)
ip netns add heed1 2>/dev/null || { echo "skipped: no network namespaces here"; exit 0; }
trap 'ip netns delete heed1; ip netns delete heed2; rm -rf "$scratch"' EXIT
ip netns add heed2
network=192.0.2  # for documentation: nobody's
ip link add heed1 netns heed1 type veth peer name heed2 netns heed2 2>/dev/null &&
  unshare --uts --mount true 2>/dev/null || { echo "skipped: no virtual networks here"; exit 0; }
for n in 1 2; do
  ip -n heed$n address add $network.$n/24 dev heed$n
  ip -n heed$n link set heed$n up
  ip -n heed$n link set lo up
done

# Called as ssh is: HOST COMMAND…
cat >"$scratch/agent" <<'AGENT'
#!/bin/sh
n=${1##*.}
shift
exec ip netns exec "heed$n" unshare --uts --mount \
  sh -c "hostname machine$n; $(cat "$(dirname "$0")/first_on_$n" 2>/dev/null) $*"
AGENT
chmod +x "$scratch/agent"
mkdir "$scratch/data" "$scratch/other"
cp "$root/configs/data/attention.txt" "$scratch/data/text.txt"
sed 's/a/b/' "$scratch/data/text.txt" >"$scratch/other/text.txt"
printf '%s slots=2\n' $network.1 $network.2 >"$scratch/hosts"

# train RANKS NAME ARGUMENT…: in the first namespace, for more than one rank in both.
train() {
  local ranks=$1 name=$2
  shift 2
  local line=("$heed" train)
  if [ "$ranks" -gt 1 ]; then
    line=("$heed" launch -n "$ranks" --mpirun mpirun.openmpi --hosts "$scratch/hosts")
    for word in --mca plm_rsh_agent "$scratch/agent" --mca btl tcp,self --map-by node \
        --mca btl_tcp_if_include $network.0/24 --mca oob_tcp_if_include $network.0/24; do
      line+=(--mpirun-option "$word")
    done
    line+=(train)
  fi
  ip netns exec heed1 unshare --uts sh -c 'hostname machine1; exec "$@"' - \
    env HEED_THREADS=1 "${line[@]}" "$@" --out "$scratch/$name" >"$scratch/$name.json"
}

small=("$root/configs/reverse.json" --set train.micro_batches=4 --set train.steps=30
       --set train.eval_every=10 --set train.eval_sequences=100)
train 1 alone "${small[@]}" 2>/dev/null
for ranks in 2 3 4; do
  train "$ranks" "tcp$ranks" "${small[@]}" 2>/dev/null
  for file in model optimizer; do
    cmp "$scratch"/{alone,"tcp$ranks"}/checkpoints/step-000030/$file.safetensors
  done
  echo "$ranks ranks on two machines: the bits of one process"
done

text=("$root/configs/text.json" --set "task.path=$scratch/data/text.txt" --set train.steps=5
      --set train.micro_batches=2)
train 1 text_alone "${text[@]}" 2>/dev/null
hide="mount --bind $scratch/other $scratch/data;"
echo "$hide (sleep 4; umount $scratch/data) &" >"$scratch/first_on_2"
train 2 late "${text[@]}" 2>/dev/null
cmp "$scratch"/{text_alone,late}/checkpoints/step-000005/model.safetensors
echo "data that the second machine sees four seconds late: waited for, the bits of one process"
echo "$hide" >"$scratch/first_on_2"
if train 2 never "${text[@]}" 2>"$scratch/never.log"; then
  echo "FAILED: ranks with other data trained together"
  exit 1
fi
grep "data that rank 1 reads is not that of rank 0" "$scratch/never.log"
rm "$scratch/first_on_2"

# step_ms NAME: the median of a step, from its tokens per second.
step_ms() {
  python3 - "$scratch/$1/metrics.jsonl" "$2" <<'PYTHON'
import json, statistics, sys
lines = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
rates = [line["tokens_per_second"] for line in lines if "tokens_per_second" in line][3:]
print(f"{float(sys.argv[2]) / statistics.median(rates) * 1000:.1f}")
PYTHON
}

large=("$root/configs/text.json" --set train.micro_batches=4 --set train.steps=20
       --set train.batch_size=64 --set train.eval_every=100 --set train.eval_sequences=20
       --set model.d_model=128 --set model.d_ff=512 --set train.snapshots=0)
tokens=$((64 * 32))
train 1 one "${large[@]}" 2>/dev/null
train 2 fast "${large[@]}" 2>/dev/null
parameters=$(grep -o '"parameters":[0-9]*' "$scratch/one.json" | cut -d: -f2)
alone=$(step_ms one $tokens)
fast=$(step_ms fast $tokens)
echo "$parameters parameters, a step: one process $alone ms, two on a free link $fast ms"
if ip netns exec heed1 tc qdisc add dev heed1 root tbf rate 100mbit burst 64kb latency 400ms \
    2>"$scratch/tc" && ip netns exec heed2 tc qdisc add dev heed2 root tbf rate 100mbit burst 64kb \
    latency 400ms 2>>"$scratch/tc"; then
  train 2 slow "${large[@]}" 2>/dev/null
  slow=$(step_ms slow $tokens)
  python3 - "$parameters" "$fast" "$slow" <<'PYTHON'
import sys
parameters, fast, slow = int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
# Each of two ranks sends half of its sums and half of the parameters; see docs/ranks.md.
predicted = 2 * 4 * parameters / 2 / (100e6 / 8) * 1000
print(f"100 Mbit/s: a step takes {slow:.1f} ms, {slow - fast:.1f} ms more; the model says "
      f"{predicted:.1f} ms more")
PYTHON
else
  echo "skipped: no tc here: $(cat "$scratch/tc")"
fi
