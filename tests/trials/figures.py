#!/usr/bin/env python3
"""Makes the figures of the documents with the commands that stand there: each block that says
`run by: tests/trials/figures.py` runs in an empty folder. Every command must succeed, every figure
must be well-formed and small, and all together be those that the document shows.

  tests/trials/figures.py [--write] [PROGRAM, by default build/release/bin/heed]

With --write they become those of docs/figures. The numbers in them depend on the machine's vector
instructions, so they are not compared with those that are there.
"""
import collections
import pathlib
import re
import shutil
import sys
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/docs"))
import shell  # noqa: E402  (after the path)

FIGURES = ROOT / "docs" / "figures"
MOST_BYTES = 60_000


def check(figure, is_writing):
    xml.etree.ElementTree.parse(figure)
    print(f"  {figure.name}: {figure.stat().st_size} bytes", flush=True)
    if figure.stat().st_size > MOST_BYTES:
        sys.exit(f"{figure.name} has more than {MOST_BYTES} bytes")
    if is_writing:
        FIGURES.mkdir(exist_ok=True)
        shutil.copy(figure, FIGURES)
    elif not (FIGURES / figure.name).exists():
        sys.exit(f"docs/figures has no {figure.name}: --write")


def main():
    arguments = sys.argv[1:]
    is_writing = "--write" in arguments
    programs = [each for each in arguments if each != "--write"]
    program = pathlib.Path(programs[0] if programs else ROOT / "build/release/bin/heed")
    made = collections.defaultdict(list)

    def make(path, block):
        with shell.Shell(program) as folder:
            folder.run_block(block)
            for figure in sorted(folder.folder.glob("*.svg")):
                check(figure, is_writing)
                made[path].append(figure.name)

    shell.run_marked(__file__, make)
    for path, names in made.items():
        shown = re.findall(r"\]\((?:docs/)?figures/([^)]+)\)", shell.text_of(path))
        if sorted(shown) != sorted(names):
            sys.exit(f"{path} shows {sorted(shown)}, and its commands make {sorted(names)}")


if __name__ == "__main__":
    main()
