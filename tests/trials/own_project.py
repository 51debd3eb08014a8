#!/usr/bin/env python3
"""Does what docs/own_project.md says, in an empty folder, and compares what it shows.

  tests/trials/own_project.py PREFIX     PREFIX is where heed is installed
  tests/trials/own_project.py --self-test

From the page's top to its end: a block after <!-- file: NAME --> becomes that file, which the
paragraph before must name; each line of an ```sh block must succeed; in a ```console block a line
"$ COMMAND" must print the lines that follow it. There "…" stands for anything within a line, and a
line "…" for any lines. <!-- not run: REASON --> leaves a block out. The page's alternative to
find_package, <!-- instead of: LINE -->, is configured with the sources.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/docs"))
from blocks import all_blocks_of, text_of  # noqa: E402  (found through the line above)

PAGE = "docs/own_project.md"


class Fault(Exception):
    """Something that is not as the page says."""


def pattern_of(shown):
    """What a shown output stands for, as a regular expression."""
    lines = []
    for line in shown.splitlines():
        lines.append(r"(?:.*\n)*?" if line.strip() == "…" else
                     ".*".join(map(re.escape, line.rstrip().split("…"))) + r"[ ]*\n")
    return re.compile("".join(lines))


def agrees(shown, got):
    return pattern_of(shown).fullmatch(got if not got or got.endswith("\n") else got + "\n")


def calls_of(block):
    """(command, what it prints or None if that is not shown) of a shell block."""
    if block.language == "sh":
        return [(line.strip(), None) for line in block.text.splitlines() if line.strip()]
    calls = []
    for line in block.text.splitlines(keepends=True):
        if line.startswith("$ "):
            calls.append([line[2:].strip(), ""])
        elif calls:
            calls[-1][1] += line
        else:
            raise Fault("a console block begins with \"$ COMMAND\"")
    return [tuple(call) for call in calls]


def run(command, folder, environment):
    print(f"$ {command}", flush=True)
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", command], cwd=folder, text=True,
                          env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          check=False)
    if done.returncode != 0:
        raise Fault(f"{command}: exit code {done.returncode}\n{done.stdout}")
    return done.stdout


def paragraph_before(block, text):
    lines = text.splitlines()[:block.line - 2]  # without the fence
    while lines and (not lines[-1].strip() or lines[-1].startswith("<!--")):
        lines.pop()
    paragraph = []
    while lines and lines[-1].strip():
        paragraph.append(lines.pop())
    return " ".join(reversed(paragraph))


def write(block, text, folder):
    name = block.after("file")
    if f"`{name}`" not in paragraph_before(block, text):
        raise Fault(f"the paragraph before {name} does not name it")
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(block.text, encoding="utf-8")


def alternative(block, folder, scratch):
    """Configures the project with the block in the place of a line of CMakeLists.txt."""
    line = block.after("instead of")
    own = (folder / "CMakeLists.txt").read_text(encoding="utf-8")
    if own.count(line + "\n") != 1:
        raise Fault(f"CMakeLists.txt has no line {line}")
    other = scratch / "alternative"
    other.mkdir()
    (other / "CMakeLists.txt").write_text(own.replace(line + "\n", block.text), encoding="utf-8")
    run(f"cmake -S . -B build -G Ninja -DFETCHCONTENT_SOURCE_DIR_HEED={ROOT}", other, os.environ)


def follow(block, text, folder, scratch, environment):
    if block.after("not run") is not None:
        return
    if block.after("file") is not None:
        write(block, text, folder)
    elif block.after("instead of") is not None:
        alternative(block, folder, scratch)
    elif block.comments or block.language not in ("sh", "console"):
        raise Fault("the block is neither a file nor run")
    else:
        for command, shown in calls_of(block):
            got = run(command, folder, environment)
            if shown is not None and not agrees(shown, got):
                raise Fault(f"{command} prints\n{got}\nThe page shows\n{shown}")


def follow_page(prefix):
    text = text_of(PAGE)
    environment = os.environ | {"CMAKE_PREFIX_PATH": os.path.abspath(prefix), "HEED_THREADS": "2"}
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        folder = scratch / "mine"
        folder.mkdir()
        blocks = all_blocks_of(PAGE)
        for block in blocks:
            try:
                follow(block, text, folder, scratch, environment)
            except Fault as fault:
                sys.exit(f"{PAGE}:{block.line}: {fault}")
        files = sum(block.after("file") is not None for block in blocks)
    print(f"{PAGE}: {files} files, all commands as shown, {time.monotonic() - started:.0f} s")


def self_test():
    cases = [("a\n", "a\n", True), ("a\n", "a", True), ("a\n", "b\n", False), ("", "", True),
             ("", "a\n", False), ("a … c\n", "a b c\n", True), ("a … c\n", "a b d\n", False),
             ("…\nb\n", "a\na\nb\n", True), ("…\nb\n", "a\nb\nc\n", False),
             ("a\n…\n", "a\n", True), ("a.c\n", "abc\n", False)]
    failures = [case for case in cases if bool(agrees(*case[:2])) != case[2]]
    for shown, got, _ in failures:
        print(f"wrong about {shown!r} and {got!r}")
    print(f"own_project: self-test: {len(cases)} cases, {len(failures)} failures")
    return 1 if failures else 0


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    follow_page(sys.argv[1])
    return 0


if __name__ == "__main__":
    sys.exit(main())
