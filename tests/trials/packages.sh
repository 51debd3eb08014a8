#!/usr/bin/env bash
# tests/trials/packages.sh [BUILD]: the packages of BUILD (build/release) as somebody uses them:
# lintian finds nothing, heed trains from /, has its manual and completions, and a project of one's
# own finds the library in three ways. As root, on a machine that may have the packages for a
# minute.
source "$(dirname "$0")/../../scripts/common.sh"
cd "$(dirname "$0")/../.."
root=$PWD
build=$(realpath "${1:-build/release}")
fail() { echo "packages: $*" >&2; exit 1; }

scripts/package.sh "$build"
install_packages lintian man-db pkg-config fish zsh
step "lintian"
lintian --allow-root --fail-on warning,error --tag-display-limit 0 "$build"/packages/*.deb

step "the archive of sources knows its commit"
tar -x -C "$scratch" -f "$build"/packages/heed-*.tar.gz
(
  cd "$scratch"/heed-*/
  [[ ! -e .git ]] || fail "the archive has a .git"
  cmake -DSOURCE="$PWD" -DOUTPUT="$scratch/commit.cpp" -P cmake/commit.cmake
)
grep -q "return \"$(git rev-parse --short HEAD)\"" "$scratch/commit.cpp" ||
  fail "the archive's commit is not $(git rev-parse --short HEAD)"

step "installed"
trap 'apt-get -qq -y purge heed heed-mpi libheed-dev >/dev/null; rm -rf "$scratch"' EXIT
export DEBIAN_FRONTEND=noninteractive
quietly apt-get install -y -qq "$build"/packages/*.deb
cd /
heed --version
heed train /usr/share/heed/configs/reverse.json --out "$scratch/reverse" >"$scratch/result"
grep -q '"sequence_accuracy":1' "$scratch/result" ||
  fail "reverse was not learnt: $(cat "$scratch/result")"
heed launch -n 2 train /usr/share/heed/configs/reverse.json --set train.micro_batches=4 \
  --set train.steps=20 --out "$scratch/two" >"$scratch/result"

step "manual and completions"
dpkg-deb -x "$build"/packages/heed_*.deb "$scratch/heed"  # some systems install no manuals
pages=$scratch/heed/usr/share/man/man1
man -l "$pages/heed-train.1.gz" >"$scratch/man" 2>"$scratch/err"
grep -q '^SYNOPSIS' "$scratch/man" && [[ ! -s $scratch/err ]] || fail "man: $(cat "$scratch/err")"
commands=$(heed completion bash | sed -n 's/^_heed_commands="\([a-z ]*\) --.*/\1/p')
[[ $commands == *train* ]] || fail "the completion lists no commands"
for command in $commands; do
  [[ -e $pages/heed-$command.1.gz ]] || fail "no man page of heed $command"
done
bash -c 'source /usr/share/bash-completion/completions/heed && complete -p heed' >"$scratch/bash"
zsh -fc 'autoload -Uz compinit && compinit -D && print ${_comps[heed]}' | grep -qx _heed ||
  fail "zsh does not complete heed"
fish -c 'complete --do-complete="heed tra"' | grep -q '^train' || fail "fish does not complete heed"

step "a project of one's own, by find_package"
cp -r "$root/tests/trials/consumer" "$scratch/consumer"
cd "$scratch/consumer"
quietly cmake -S . -B build -G Ninja
quietly cmake --build build
build/consumer
step "without nlohmann/json: heed::heed is there, and heed::testing says what it needs"
hidden=-DCMAKE_DISABLE_FIND_PACKAGE_nlohmann_json=ON
quietly cmake -S . -B hidden -G Ninja "$hidden"
cp -r "$root/tests/trials/consumer" "$scratch/testing"
sed -i 's/heed::heed)/heed::testing)/' "$scratch/testing/CMakeLists.txt"
! cmake -S "$scratch/testing" -B testing -G Ninja "$hidden" >"$scratch/out" 2>&1 ||
  fail "heed::testing is there without nlohmann/json"
grep -q 'heed::testing needs nlohmann/json' "$scratch/out" || fail "$(cat "$scratch/out")"
step "by pkg-config"
# shellcheck disable=SC2046  # separate words
g++ -std=c++20 main.cpp $(pkg-config --cflags --libs heed) -o by_pkg_config
./by_pkg_config
step "by add_subdirectory: the library is built, and nothing else"
quietly cmake -S . -B within -G Ninja -DHEED_SOURCE_DIR="$root"
ninja -C within -t commands all >"$scratch/within"
grep -q 'libheed.a' "$scratch/within" || fail "the library is not built"
! grep -E 'heed/(examples|tests)/' "$scratch/within" || fail "more than the library is built"
