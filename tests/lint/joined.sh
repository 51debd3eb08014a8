#!/usr/bin/env bash
# Whether files whose names nothing keeps apart can be compiled as one, as the build does in batches
# that move when a file is added: each layer, the program, and what tests share.
# Usage: joined.sh BUILD_DIR
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${1:?usage: joined.sh BUILD_DIR}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

joined() {  # NAME FILE…: without what is compiled alone
  name=$1
  shift
  printf '%s\n' "$@" | { grep -v -e /cli/main.cpp -e /line/command_line.cpp -e /config/json.cpp; } |
    { xargs grep -L 'simd/dispatch-inl.h' || true; } | sort |  # whose status is about the others
    sed "s|.*|#include \"$PWD/&\"|" >"$scratch/joined.cpp"
  echo "joined: $name, $(wc -l <"$scratch/joined.cpp") files"
  g++ -std=c++20 -fsyntax-only -w -DFMT_SHARED -DHWY_SHARED_DEFINE '-DHEED_VERSION=""' \
    '-DHEED_SOURCE_DIR=""' '-DHEED_MPI_FOLDER=""' '-DHEED_INSTALLED_MPI_FOLDER=""' \
    '-DHEED_INSTALLED_ENGINE_FOLDER=""' \
    -I "$build/include" "$scratch/joined.cpp"
}

# Of X.cpp and no_X.cpp a build has one.
files() { find "$@" -name '*.cpp' ! -name '*_test.cpp' ! -name 'no_*.cpp'; }

# shellcheck disable=SC2046  # the names have no blanks
{
  for folder in framework/*/ modules examples/cli; do
    joined "${folder%/}" $(files "$folder")
  done
  joined "tables of tests" $(files tests/framework tests/modules -path '*/tables/*')
  joined "support of tests" \
    $(files tests/framework tests/modules tests/support ! -path '*/tables/*')
}
