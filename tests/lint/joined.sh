#!/usr/bin/env bash
# Whether files whose names nothing keeps apart can be compiled as one, as the build does in batches
# that move when a file is added: each layer, and the whole program. Usage: joined.sh BUILD_DIR.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${1:?usage: joined.sh BUILD_DIR}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

joined() {  # FOLDER: all of it but the main file, and what is compiled alone
  find "$1" -name '*.cpp' ! -path '*/cli/main.cpp' ! -path '*/line/command_line.cpp' \
    ! -path '*/config/json.cpp' -print0 |
    { xargs -0 grep -L 'simd/dispatch-inl.h' || true; } | sort |  # whose status is about the others
    sed "s|.*|#include \"$PWD/&\"|" >"$scratch/joined.cpp"
  echo "joined: $1, $(wc -l <"$scratch/joined.cpp") files"
  g++ -std=c++20 -fsyntax-only -w -DFMT_SHARED -DHWY_SHARED_DEFINE '-DHEED_VERSION=""' \
    -I "$build/include" "$scratch/joined.cpp"
}

for folder in framework/*/ modules examples/cli; do joined "${folder%/}"; done
