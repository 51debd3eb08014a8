# shellcheck shell=bash
# Sourced by scripts that build and try heed: steps, packages, two things at a time. `$scratch` is a
# folder that goes when the script ends; a script that another one runs sets `title`.
set -euo pipefail
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

step() { printf '\n== %s%s (after %d s)\n' "${title:+$title: }" "$*" "$SECONDS"; }

# quietly COMMAND…: shows the output only if the command fails.
quietly() {
  local log
  log=$(mktemp -p "$scratch")
  "$@" >"$log" 2>&1 || { tail -n 60 "$log"; return 1; }
}

# install_packages PACKAGE…: Debian's, if one of them is missing, as `$apt_options` say.
install_packages() {
  dpkg-query -W "$@" >/dev/null 2>&1 && return
  local as_root=()
  [[ $(id -u) == 0 ]] || as_root=(sudo)
  quietly "${as_root[@]}" apt-get update -qq
  # shellcheck disable=SC2086  # the words are separate options
  quietly "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq ${apt_options-} "$@"
}

# side_by_side FUNCTION…: runs them at the same time, one thread each; their output comes in turn
# and stays in `$scratch/FUNCTION`.
side_by_side() {
  local function failed=0 processes=()
  for function in "$@"; do
    (export HEED_THREADS=1; "$function") >"$scratch/$function" 2>&1 &
    processes+=($!)
  done
  for function in "$@"; do
    wait "${processes[0]}" || failed=1
    processes=("${processes[@]:1}")
    cat "$scratch/$function"
  done
  return $failed
}

# cases_passed FUNCTION…: how many test cases passed in these parts; an error if one did not.
cases_passed() {
  local function count total=0
  local all="^All tests passed \\(.* in ([0-9]+) test cases?\\)$"
  local all_without_assertions="^test cases: *([0-9]+) \\| *\\1 passed$"
  for function in "$@"; do
    count=$(sed -nE "s/$all/\\1/p; s/$all_without_assertions/\\1/p" "$scratch/$function")
    [[ $count ]] || { echo "$function: not every test case passed" >&2; return 1; }
    total=$((total + count))
  done
  echo "$total"
}
