#!/usr/bin/env python3
"""Does each file include what it uses? Checks the syntax of every file alone.

    tests/lint/includes.py [--jobs N] [FOLDER ...]   by default framework, modules and examples

Unity builds (HEED_UNITY) hide missing includes and names that shadow others. Prints the compiler's
messages for the files that do not compile alone.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build/includes"


def fault(entry: dict) -> str:
    """The compiler's messages; empty if the file compiles alone."""
    words = shlex.split(entry["command"])
    words[words.index("-o") + 1] = os.devnull
    words = [word for word in words if not word.endswith("ccache")]  # there is no object to cache
    done = subprocess.run([*words, "-fsyntax-only"], cwd=entry["directory"], capture_output=True,
                          text=True, check=False)
    return done.stderr if done.returncode != 0 else ""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("folders", nargs="*", default=["framework", "modules", "examples"])
    options = parser.parse_args()
    subprocess.run(["cmake", "-S", ROOT, "-B", BUILD, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Debug",
                    "-DCMAKE_CXX_COMPILER=clang++", "-DHEED_UNITY=OFF",
                    "-DCMAKE_CXX_FLAGS=-DHWY_COMPILE_ONLY_STATIC"],  # one SIMD target is enough
                   check=True, stdout=subprocess.DEVNULL)
    folders = tuple(f"{ROOT / folder}{os.sep}" for folder in options.folders)
    commands = json.loads((BUILD / "compile_commands.json").read_text())
    entries = {entry["file"]: entry for entry in commands if entry["file"].startswith(folders)}
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        faults = [text for text in pool.map(fault, entries.values()) if text]
    print("\n".join(faults + [f"{len(entries)} files, {len(faults)} do not compile alone"]))
    return 1 if faults or not entries else 0


if __name__ == "__main__":
    sys.exit(main())
