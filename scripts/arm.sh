#!/usr/bin/env bash
# Builds heed for 64-bit Arm with Debian's cross compiler and runs it in an emulator, with NEON: the
# tests of the engine and the modules, and a training run.
#   scripts/arm.sh [--quick]
# --quick, as in CI: without memory layouts of ops and most modules.
source "$(dirname "$0")/common.sh"
cd "$(dirname "$0")/.."
title=arm
left_out=
if [[ ${1-} == --quick ]]; then
  left_out="~[op_layouts]"
  export HEED_MODULES=my_mha  # of the module table
fi
apt_options=--no-install-recommends
install_packages g++ g++-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user cmake ninja-build \
  python3 nlohmann-json3-dev libhwy-dev libfmt-dev libcli11-dev catch2

step "building"
quietly cmake --preset arm
quietly cmake --build --preset arm

export HEED_SIMD=NEON  # refused where it is not in use
emulated() { HEED_THREADS=2 qemu-aarch64 -L /usr/aarch64-linux-gnu build/arm/bin/"$@"; }
tests() { emulated heed_engine_tests --filenames-as-tags --use-colour no "$@"; }
op_table() { tests "[op_table]$left_out"; }
# [process] wants to start programs, or threads in a forked one, which qemu cannot.
others() { tests "~[op_table]~[process]~[.]"; }
step "tests, two parts at a time"
side_by_side op_table others
step "$(cases_passed op_table others) test cases passed, 0 failed"

step "training"
emulated heed train configs/reverse.json --out "$scratch/run" 2>"$scratch/training" |
  tee "$scratch/result" || { cat "$scratch/training"; exit 1; }
grep -q '"sequence_accuracy":1.0' "$scratch/result"
