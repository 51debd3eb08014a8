#!/usr/bin/env python3
"""The list of the public API, docs/api.txt: one line for each public symbol (symbols.py).

  api.py --write        writes the list
  api.py --check        the list is that of the headers, and CHANGELOG.md tells of its changes
  api.py --self-test    each kind of change is found

Each commit that changes the list adds a line to CHANGELOG.md; so does what is not committed yet.
Only a commit that changes how the list is made (symbols.py, headers.py) may leave it out. What a
clone does not have, without git or history, is not checked.
"""
import difflib
import pathlib
import subprocess
import sys
import tempfile

import build
import headers
import symbols

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIST, CHANGELOG = "docs/api.txt", "CHANGELOG.md"
MAKERS = ["scripts/docs/headers.py", "scripts/docs/symbols.py"]


def listed(work, inputs):
    return sorted({symbol.line() for symbol in symbols.public_symbols(
        build.write_xml(work, inputs))})


def current():
    """The lines of the list that the headers make."""
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        return listed(work, headers.write(work))


def git(folder, *arguments):
    """What git prints; None where there is no repository."""
    try:
        done = subprocess.run(["git", "-c", "safe.directory=*", *arguments], cwd=folder, text=True,
                              capture_output=True, check=False)
    except FileNotFoundError:
        return None
    return done.stdout if done.returncode == 0 else None


def changed_lines(numstat):
    """File: number of added lines, of git's --numstat."""
    rows = (line.split("\t") for line in numstat.splitlines() if line.count("\t") == 2)
    return {name: int(added) for added, _, name in rows if added.isdigit()}


def is_told(changes):
    """Whether a change of the list comes with a line of the changelog."""
    return LIST not in changes or changes.get(CHANGELOG, 0) > 0 or any(
        maker in changes for maker in MAKERS)


def history_faults(folder):
    """Commits, and what is not committed, that change the list and do not tell of it."""
    files = [LIST, CHANGELOG, *MAKERS]
    log = git(folder, "log", "--no-merges", "--numstat", "--format=commit %h %s", "--", *files)
    if log is None:
        return []
    faults = []
    for entry in ("\n" + log).split("\ncommit ")[1:]:
        title, _, numstat = entry.partition("\n")
        if not is_told(changed_lines(numstat)):
            faults.append(f"commit {title}: changes the public API ({LIST}) and adds no line to "
                          f"{CHANGELOG}")
    if not is_told(changed_lines(git(folder, "diff", "--numstat", "HEAD", "--", *files) or "")):
        faults.append(f"{LIST} changes the public API: add a line to {CHANGELOG}")
    return faults


def list_faults(lines, expected):
    """How the committed list differs from that of the headers."""
    if lines == expected:
        return []
    difference = difflib.unified_diff(lines, expected, LIST, "headers", lineterm="", n=0)
    return ["\n".join(difference), f"the public API is not that of {LIST}: run "
            f"scripts/docs/api.py --write, and add a line to {CHANGELOG}"]


def check():
    lines = (ROOT / LIST).read_text(encoding="utf-8").splitlines()
    faults = list_faults(lines, current()) + history_faults(ROOT)
    for fault in faults:
        print(fault)
    print(f"{len(lines)} public symbols, {len(faults)} faults")
    return 1 if faults else 0


HEADER = """// What is tested.
#pragma once

namespace heed {

namespace detail {
int hidden();
}  // namespace detail

/// Pairs.
struct Pair {
  Pair(const Pair&) = default;
  int first, second;  ///< numbers
  int third;

 private:
  int unseen_;
  struct Unseen {
    int part;
  };
};

/// A family.
int sum(int a, int b = 2);
int product(int a, int b);

int bare(int a);
enum class Kind {
  one,  ///< the first
  two,
};

}  // namespace heed
"""
UNCOMMENTED = {"heed::Pair::third", "heed::bare", "heed::Kind", "heed::Kind::two"}
COMMENTED = {"heed::Pair", "heed::Pair::Pair", "heed::Pair::first", "heed::Pair::second",
             "heed::sum", "heed::product", "heed::Kind::one"}
CHANGES = [  # of the header, each a change of the API or not
    ("int b = 2", "int b = 3", True), ("int sum(int a", "int sum(long a", True),
    ("int product(int a, int b);\n", "", True), ("  two,\n", "  two,\n  three,\n", True),
    ("struct Pair {", "struct Pair final {", False), ("/// A family.", "/// One.", False),
    ("int part;", "long part;", False), ("int hidden()", "long hidden()", False),
    ("int unseen_", "long unseen_", False), ("int sum(int a,", "int  sum( int a ,", False)]


def symbols_of(text):
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        about, copy = headers.prepared("mine/tested.h", text)
        (work / "tested.h").write_text(copy)
        (work / "groups.dox").write_text("/** @defgroup mine mine */\n" + about)
        return symbols.public_symbols(build.write_xml(work, [work / "groups.dox",
                                                             work / "tested.h"]))


def symbol_misses():
    found = symbols_of(HEADER)
    missed = []
    for names, documented in ((UNCOMMENTED, False), (COMMENTED, True)):
        seen = {symbol.name for symbol in found if symbol.documented == documented}
        if seen != names:
            missed.append(f"documented {documented}: {sorted(seen ^ names)} should differ")
    lines = [symbol.line() for symbol in found]
    for old, new, is_change in CHANGES:
        other = [symbol.line() for symbol in symbols_of(HEADER.replace(old, new))]
        if bool(list_faults(lines, other)) != is_change:
            missed.append(f"{old!r} to {new!r}: a change: {not is_change}")
    return missed


def history_misses():
    missed = []
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        if history_faults(root):
            missed.append("a folder without git has faults")
        git(root, "init", "-q")
        for name in ("docs", "scripts/docs"):
            (root / name).mkdir(parents=True)

        def write(*names):
            for name in names:
                with (root / name).open("a") as file:
                    file.write("line\n")
            git(root, "add", "-A")

        for names, faults in (([LIST, CHANGELOG], 0), ([MAKERS[0]], 0), ([LIST, CHANGELOG], 0),
                              ([LIST, MAKERS[1]], 0), ([CHANGELOG], 0), ([LIST], 1)):
            write(*names)
            if git(root, "rev-parse", "HEAD") and len(history_faults(root)) != faults:
                missed.append(f"not committed, {names}: {history_faults(root)}")
            git(root, "-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-qm",
                "change")
            if len(history_faults(root)) != faults:
                missed.append(f"committed, {names}: {history_faults(root)}")
    return missed


def self_test():
    missed = symbol_misses() + history_misses()
    for line in missed:
        print(line)
    print(f"api: {len(CHANGES)} changes of a header, 6 of a history; {len(missed)} not as expected")
    return 1 if missed else 0


def main():
    mode = sys.argv[1:]
    if mode == ["--write"]:
        (ROOT / LIST).write_text("\n".join(current()) + "\n", encoding="utf-8")
        return 0
    return self_test() if mode == ["--self-test"] else check()


if __name__ == "__main__":
    sys.exit(main())
