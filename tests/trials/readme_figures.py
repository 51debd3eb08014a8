#!/usr/bin/env python3
"""Makes the figures of README.md with the commands that stand there, in an empty folder: the first
block after "## Figures". Every command must succeed, every figure must be well-formed and small,
and be one that the README shows.

  tests/trials/readme_figures.py [--write] [PROGRAM, by default build/release/bin/heed]

With --write they become those of docs/figures. The numbers in them depend on the machine's vector
instructions, so they are not compared with those that are there.
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[2]
FIGURES = ROOT / "docs" / "figures"
MOST_BYTES = 60_000


def main():
    arguments = sys.argv[1:]
    is_writing = "--write" in arguments
    programs = [each for each in arguments if each != "--write"]
    program = pathlib.Path(programs[0] if programs else ROOT / "build/release/bin/heed").resolve()
    readme = (ROOT / "README.md").read_text()
    block = re.search(r"^## Figures$.*?^```sh\n(.*?)^```$", readme, re.M | re.S).group(1)
    shown = sorted(re.findall(r"\]\(docs/figures/([^)]+)\)", readme))
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        (folder / "configs").symlink_to(ROOT / "configs")
        (folder / "heed").symlink_to(program)
        print(block, flush=True)
        subprocess.run(["bash", "-euo", "pipefail", "-c", block], cwd=folder, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        made = sorted(folder.glob("*.svg"))
        if [path.name for path in made] != shown:
            sys.exit(f"README.md shows {shown}, and its commands make {made}")
        for path in made:
            xml.etree.ElementTree.parse(path)
            print(f"{path.name}: {path.stat().st_size} bytes")
            if path.stat().st_size > MOST_BYTES:
                sys.exit(f"{path.name} has more than {MOST_BYTES} bytes")
            if is_writing:
                FIGURES.mkdir(exist_ok=True)
                shutil.copy(path, FIGURES)
            elif not (FIGURES / path.name).exists():
                sys.exit(f"docs/figures has no {path.name}: --write")


if __name__ == "__main__":
    main()
