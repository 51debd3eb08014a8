#!/usr/bin/env bash
# scripts/fresh_machine.sh SUITE [FOLDER]: what README promises, on new machines of a Debian suite
# (bookworm or trixie), made by debootstrap as root:
#   one     an ordinary user with sudo unpacks the sources, without git, and runs README's two
#           commands; all is built and tested again with the suite's clang; the page that trains and
#           the packages are made
#   two     the packages are installed; a user trains from /, reads a man page, has completion, and
#           builds a project of their own by find_package and by pkg-config
# FOLDER keeps the machines for the next time. HEED_CCACHE names a folder for ccache, which makes
# the next time shorter.
source "$(dirname "$0")/common.sh"
cd "$(dirname "$0")/.."
suite=${1:?SUITE: bookworm or trixie}
case $suite in
  bookworm) clang=clang-14 ;;
  trixie) clang=clang-19 ;;
  *) echo "fresh_machine: no compilers are known for the suite \"$suite\"" >&2; exit 2 ;;
esac
folder=${2:-$scratch}
mirror=${MIRROR:-http://deb.debian.org/debian}
[[ $(id -u) == 0 ]] || { echo "fresh_machine: debootstrap and chroot want root" >&2; exit 2; }

# inside MACHINE USER COMMAND: as a login of that user; what it starts ends with it.
inside() {
  MACHINE=$folder/$suite-$1 USER_NAME=$2 COMMAND=$3 CACHE=${HEED_CCACHE-} \
    unshare --mount --pid --fork bash -c '
      mount -t proc proc "$MACHINE/proc"
      mount --rbind /dev "$MACHINE/dev"
      cp /etc/resolv.conf /etc/hosts "$MACHINE/etc/"
      if [[ $CACHE ]]; then mount --bind "$CACHE" "$MACHINE/ccache"; fi
      exec env -i TERM=dumb /usr/sbin/chroot "$MACHINE" su - "$USER_NAME" -c "export LANG=C.UTF-8
        if [ -w /ccache ]; then export CCACHE_DIR=/ccache CCACHE_UMASK=000; fi
        $COMMAND"'
}

# new_machine NAME: with a user who may use sudo.
new_machine() {
  local machine=$folder/$suite-$1
  rm -rf "$machine"
  cp -a "$folder/$suite" "$machine"
  mkdir -p "$machine/ccache"
  inside "$1" root 'useradd --create-home --shell /bin/bash student
    echo "student ALL=(ALL) NOPASSWD: ALL" >/etc/sudoers.d/student'
}

# ends COMMAND…: shows the last lines, or more of them if it fails.
ends() {
  "$@" >"$scratch/output" 2>&1 || { tail -n 100 "$scratch/output"; return 1; }
  tail -n 4 "$scratch/output"
}

# install MACHINE PACKAGE…
install() {
  local machine=$1
  shift
  inside "$machine" root "apt-get -qq update && DEBIAN_FRONTEND=noninteractive \
    apt-get -qq -y --no-install-recommends install $* >/dev/null"
}

title=$suite
install_packages debootstrap
if [[ ! -e $folder/$suite/etc/debian_version ]]; then
  step "a new system"
  mkdir -p "$folder"
  quietly debootstrap --variant=minbase --include=ca-certificates,sudo \
    "$suite" "$folder/$suite" "$mirror"
fi

step "machine one: the sources, as an archive without git"
new_machine one
one=$folder/$suite-one/home/student
git archive --prefix=heed/ HEAD | tar -x -C "$one"
chown -R --reference="$one" "$one/heed"
[[ -z ${HEED_CCACHE-} ]] || install one ccache

step "machine one: the first command"
inside one student 'cd heed && ./heed train configs/reverse.json'
inside one student 'heed/build/release/bin/heed --version && g++ --version | head -n 1'

step "machine one: the second command"
ends inside one student 'cd heed && ./heed test'

step "machine one: the same with $clang, warnings as errors"
install one "$clang"
ends inside one student "cd heed && cmake -S . -B build/$clang -G Ninja -DCMAKE_BUILD_TYPE=Release \
    -DCMAKE_CXX_COMPILER=${clang/-/++-} >/dev/null &&
  cmake --build build/$clang >log 2>&1 || { tail -n 60 log; exit 1; }
  ctest --test-dir build/$clang -j 2 --output-on-failure"

step "machine one: the page that trains, its engine in node"
inside one student 'set -e; cd heed; ./heed page --out playground.html
  gzip -9c playground.html | wc -c
  cat >requests <<END
{"do": "open", "shipped": "reverse"}
{"do": "gradcheck"}
{"do": "trace"}
{"do": "leaks"}
{"do": "train", "steps": 100}
{"do": "look"}
END
  node tests/trials/page_engine.js build/page/bin <requests >answers
  grep -o "\"passed\":[a-z]*" answers; tail -n 1 answers | cut -c 1-60
  ! grep error answers'

step "machine one: the packages, with what runs over MPI"
install one openmpi-bin libopenmpi-dev lintian
inside one student 'cd heed && scripts/package.sh'
inside one student 'lintian --fail-on warning,error --tag-display-limit 0 \
  heed/build/release/packages/*.deb'

step "machine two: the packages are installed"
new_machine two
cp "$one"/heed/build/release/packages/*.deb "$folder/$suite-two/opt/"
install two '/opt/heed_*.deb' man-db zsh fish

step "machine two: training from /"
inside two student 'cd / && heed train /usr/share/heed/configs/reverse.json --out ~/reverse
  cd / && heed predict ~/reverse --input "3 1 4 1 5 9 2 6"
  cd / && heed train /usr/share/heed/configs/pairs.json --dry-run | head -n 3'

step "machine two: manual and completion"
inside two student 'man heed-train | head -n 4; man heed | grep -A 1 "^SYNOPSIS"
  bash -c "source /usr/share/bash-completion/completions/heed; complete -p heed"
  zsh -c "autoload -Uz compinit; compinit -D; print \${_comps[heed]}" | grep _heed
  fish -c "complete --do-complete=\"heed tra\"" | grep ^train'

step "machine two: a project of one's own"
install two '/opt/libheed-dev_*.deb' g++ cmake make pkg-config
cp -r tests/trials/consumer "$folder/$suite-two/home/student/consumer"
inside two root 'chown -R student: ~student/consumer'
inside two student 'cd consumer
  cmake -S . -B build >/dev/null && cmake --build build >/dev/null && build/consumer
  g++ -std=c++20 main.cpp $(pkg-config --cflags --libs heed) -o by_pkg_config && ./by_pkg_config'

step "machine two: two processes"
install two '/opt/heed-mpi_*.deb' openmpi-bin
inside two student 'cd / && heed launch -n 2 train /usr/share/heed/configs/reverse.json \
  --set train.micro_batches=4 --set train.steps=20 --out ~/two'
step "done"
