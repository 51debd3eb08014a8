#!/usr/bin/env bash
# Tries ./heed on a tree that is quick to build: through symbolic links, several at a time, moved,
# broken, and built by root for another user (that part only if this is root).
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
scratch=$(mktemp -d)
chmod 755 "$scratch"
trap 'rm -rf "$scratch"' EXIT
export HEED_NO_INSTALL=1
fail() { echo "wrapper: $*" >&2; exit 1; }

# expect OUTPUT COMMAND…: what the command writes to stdout; stderr goes to the file err.
expect() {
  local want=$1 got
  shift
  got=$("$@" 2>"$scratch/err") || { cat "$scratch/err" >&2; fail "failed: $*"; }
  [[ $got == "$want" ]] || fail "$*: expected \"$want\", found \"$got\""
}
said() {
  grep -qF -- "$1" "$scratch/err" && return
  cat "$scratch/err" >&2
  fail "it does not say: $1"
}
silent() {
  [[ ! -s $scratch/err ]] && return
  cat "$scratch/err" >&2
  fail "it is not silent"
}

# A tree with one file; the linker holds the program open for a second, as a slow one does.
make_tree() {
  mkdir -p "$1"/{cmake,configs,examples/cli,framework,modules}
  cp "$root/heed" "$1"
  cat >"$1/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.22)
project(toy CXX)
set(CMAKE_CXX_LINK_EXECUTABLE "<CMAKE_CXX_COMPILER> <OBJECTS> -o <TARGET>.new"
    "sh -c '(cat <TARGET>.new && sleep 1) > <TARGET>'" "chmod +x <TARGET>")
add_executable(heed_main examples/cli/main.cpp)
set_target_properties(heed_main PROPERTIES OUTPUT_NAME heed
                                          RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
if(HEED_TESTS)
  enable_testing()
  add_test(NAME one COMMAND heed_main test)
endif()
END
  set_word "$1" first
}
set_word() {
  cat >"$1/examples/cli/main.cpp" <<END
#include <cstdio>
int main(int argc, char** argv) { std::printf("$2 %s\n", argc > 1 ? argv[1] : ""); }
END
}

tree="$scratch/a tree"
make_tree "$tree"

echo "- through symbolic links, from anywhere"
mkdir "$scratch/bin"
ln -s "../a tree/heed" "$scratch/bin/heed"
ln -s "$scratch/bin/heed" "$scratch/bin/again"
cd /
expect "first x" "$scratch/bin/heed" x
said "building"
expect "first y" "$scratch/bin/again" y
silent
expect "first z" env PATH="$scratch/bin:$PATH" again z
[[ ! -e $scratch/bin/build ]] || fail "it left a folder beside the link"

echo "- several at once while a build is due"
set_word "$tree" second
for i in 1 2 3 4; do
  "$tree/heed" $i >"$scratch/out$i" 2>"$scratch/err$i" &
done
for i in 1 2 3 4; do
  wait -n || { cat "$scratch"/err?; fail "one of four at once failed"; }
done
for i in 1 2 3 4; do
  found=$(<"$scratch/out$i")
  [[ $found == "second $i" ]] || fail "one of four at once found: $found"
done
grep -q "waiting for another" "$scratch"/err? || fail "none of them waited"

echo "- the tests"
"$tree/heed" test >"$scratch/out" 2>"$scratch/err" || fail "./heed test failed"
grep -q "100% tests passed" "$scratch/out" || fail "./heed test ran no test"
said "minutes"
expect "second x" "$tree/heed" x
silent

echo "- a build that fails shows why, and is tried again"
echo "#error so it is" >>"$tree/examples/cli/main.cpp"
! "$tree/heed" x >/dev/null 2>"$scratch/err" || fail "a failed build succeeded"
said "so it is"
said "the whole log is"
set_word "$tree" third
expect "third x" "$tree/heed" x

echo "- a tree that was moved"
mv "$tree" "$scratch/moved"
tree="$scratch/moved"
expect "third x" "$tree/heed" x
said "moved"
expect "third x" "$tree/heed" x
silent

if [[ $(id -u) != 0 ]]; then
  echo "skipped: what one user builds and another uses, as this is not root"
  exit
fi

echo "- what only a PNG needs is installed for a PNG"
mkdir "$scratch/fakes"
cat >"$scratch/fakes/dpkg-query" <<'END'
#!/bin/sh
case "$*" in *librsvg*) exit 1 ;; esac
echo installed
END
printf '#!/bin/sh\necho "$@" >>"%s/installed"\n' "$scratch" >"$scratch/fakes/apt-get"
chmod +x "$scratch"/fakes/*
plot() { env -u HEED_NO_INSTALL PATH="$scratch/fakes:$PATH" "$tree/heed" plot run --out "$1"; }
expect "third plot" plot x.svg
[[ ! -e $scratch/installed ]] || fail "an SVG installed $(<"$scratch/installed")"
expect "third plot" plot x.png
grep -q "install.* librsvg2-2" "$scratch/installed" || fail "a PNG did not install librsvg"

as_nobody() {
  setpriv --reuid=65534 --regid=65534 --clear-groups env HOME="$scratch/home" "$@"
}
mkdir "$scratch/home"
chown 65534 "$scratch/home"

echo "- root's program runs for another user"
expect "third x" as_nobody "$tree/heed" x
silent
[[ -z $(ls -A "$scratch/home") ]] || fail "it built what was built already"

echo "- where it is not up to date, the user gets a build of their own"
sleep 0.01
set_word "$tree" fourth
expect "fourth x" as_nobody "$tree/heed" x
said "belongs to somebody else: building in $scratch/home/.cache/heed/"
expect "fourth x" as_nobody "$tree/heed" x
mkdir "$scratch/cache"
chown 65534 "$scratch/cache"
expect "fourth x" as_nobody env XDG_CACHE_HOME="$scratch/cache" "$tree/heed" x
said "building in $scratch/cache/heed/"
as_nobody "$tree/heed" test >"$scratch/out" 2>"$scratch/err" ||
  fail "./heed test failed for another user"
expect "fourth x" "$tree/heed" x

echo "- a user's tree in which root has built"
make_tree "$scratch/shared"
chown -R 65534 "$scratch/shared"
expect "first x" "$scratch/shared/heed" x
expect "first x" as_nobody "$scratch/shared/heed" x
silent
set_word "$scratch/shared" second
expect "second x" as_nobody "$scratch/shared/heed" x
said "belongs to somebody else"

echo "- nowhere to build"
make_tree "$scratch/fresh"
! as_nobody env -u HOME -u XDG_CACHE_HOME "$scratch/fresh/heed" x >/dev/null 2>"$scratch/err" ||
  fail "it built nowhere"
said "cannot make the folder"

echo "- packages are missing and cannot be installed"
mkdir "$scratch/tools"
for tool in sh readlink dirname find mkdir flock id grep cksum tr; do
  ln -s "$(command -v $tool)" "$scratch/tools"
done
printf '#!/bin/sh\nexit 1\n' >"$scratch/tools/dpkg-query"
chmod +x "$scratch/tools/dpkg-query"
! as_nobody env -u HEED_NO_INSTALL PATH="$scratch/tools" sh "$scratch/fresh/heed" x \
  >/dev/null 2>"$scratch/err" ||
  fail "it did without packages"
said "missing packages, and neither root nor sudo to install them: g++ cmake"
said "HEED_NO_INSTALL=1"

echo "./heed does what it should"
