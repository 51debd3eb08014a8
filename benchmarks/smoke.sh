#!/bin/sh
# Runs every benchmark for an instant, to see that they run:
#
#   benchmarks/smoke.sh [build/release/bin]
#
# Numbers are compared with PyTorch's where there is a PyTorch (PYTHON names its Python).
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
bin=${1:-$here/../build/release/bin}
python=${PYTHON:-python3}

for program in step op dispatch; do
  "$bin/${program}_benchmark" --benchmark_min_time=0.001 \
    --benchmark_filter='B32 L16|bmm 512x16|tiny_add|recorded|region|back$|product|chain'
done
set -- --bin "$bin" --rounds 1 --seconds 0.02 --only '^mha_step B32 L16|bmm 512x16|tiny_add'
if "$python" -c 'import torch' 2>/dev/null; then
  "$python" "$here/compare_torch.py" "$@" --no-compile
else
  "$python" "$here/compare_torch.py" "$@" --heed-only
fi
