#!/usr/bin/env bash
# scripts/package.sh [BUILD]: makes the Debian packages of this suite, and if this is a repository
# the archive of the sources, in BUILD/packages; BUILD is build/release. What `./heed page` has
# built goes into them.
source "$(dirname "$0")/common.sh"
cd "$(dirname "$0")/.."
build=${1:-build/release}
apt_options=--no-install-recommends
install_packages g++ cmake ninja-build libopenblas-dev nlohmann-json3-dev libhwy-dev libfmt-dev \
  libcli11-dev zlib1g-dev dpkg-dev file gzip

step "building"
tests=()
[[ -e $build/CMakeCache.txt ]] || tests=(-DHEED_TESTS=OFF)  # they take longer than all the rest
quietly cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release "${tests[@]}"
quietly cmake --build "$build"

step "packing"
rm -rf "$build/packages"
quietly cpack --config "$build/CPackConfig.cmake"
rm -rf "$build/packages/_CPack_Packages"
version=$(sed -n 's/^CMAKE_PROJECT_VERSION:.*=//p' "$build/CMakeCache.txt")
if [[ -e .git ]]; then
  git archive --prefix="heed-$version/" HEAD | gzip -9n >"$build/packages/heed-$version.tar.gz"
fi
ls -l "$build/packages"
