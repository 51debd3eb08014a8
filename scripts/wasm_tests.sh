#!/usr/bin/env bash
# Builds the engine, the modules and training for WebAssembly with Debian's emscripten, runs their
# tests in node, and trains 100 steps, whose losses are compared with those of this machine.
#   scripts/wasm_tests.sh [--quick]
# --quick, as in CI: without the slowest cases, and without the build here that must give the same
# bits.
source "$(dirname "$0")/common.sh"
cd "$(dirname "$0")/.."
title=wasm
left_out=
[[ ${1-} != --quick ]] || left_out="~[op_layouts]"
export NODE_PATH=/usr/share/nodejs
apt_options=--no-install-recommends
install_packages g++ cmake ninja-build python3 emscripten nodejs nlohmann-json3-dev libhwy-dev \
  libfmt-dev libcli11-dev zlib1g-dev libopenblas-dev catch2

step "building"
quietly cmake --preset wasm
quietly cmake --build --preset wasm

tests() { node build/wasm/bin/heed_engine_tests.js --filenames-as-tags --use-colour no "$@"; }
op_table() { tests "[op_table]$left_out"; }
# [posix] wants hard links, pipes and limits, which emscripten's file system lacks.
others() { tests "~[op_table]~[threads]~[process]~[posix]~[.]"; }
step "tests, two parts at a time"
side_by_side op_table others
step "$(cases_passed op_table others) test cases passed, 0 failed"

step "losses of 100 steps, beside those of this machine"
quietly cmake --preset release
quietly cmake --build --preset release --target heed_losses
node build/wasm/bin/heed_losses.js configs/reverse.json 100 >"$scratch/wasm"
build/release/bin/heed_losses configs/reverse.json 100 >"$scratch/native"
tests/trials/same_losses.py "$scratch/wasm" "$scratch/native" --within 1e-4
[[ ! $left_out ]] || exit 0

step "the same bits as here by the same compiler, without vector instructions"
quietly cmake --preset plain -B build/emulated -DCMAKE_CXX_COMPILER=clang++-14 \
  -DCMAKE_CXX_FLAGS="-DHWY_COMPILE_ONLY_EMU128 -ffp-contract=off"
quietly cmake --build build/emulated --target heed_losses
build/emulated/bin/heed_losses configs/reverse.json 100 >"$scratch/emulated"
tests/trials/same_losses.py "$scratch/wasm" "$scratch/emulated" --equal
