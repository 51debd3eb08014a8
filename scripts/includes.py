#!/usr/bin/env python3
"""Does each file include what it uses? Compiles every file alone, but for making code.

    scripts/includes.py [--jobs N] [FOLDER ...]      framework, modules and examples unless told

Builds join files and share headers (HEED_UNITY), which hides an #include that is missing, and a
name that hides another. Prints what the compiler says of the files that do not stand alone.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build/includes"


def fault(entry: dict) -> str:
    """What the compiler says; nothing if all is well."""
    words = shlex.split(entry["command"])
    words[words.index("-o") + 1] = os.devnull
    words = [word for word in words if not word.endswith("ccache")]  # there is nothing to keep
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
    print("\n".join(faults + [f"{len(entries)} files, {len(faults)} do not stand alone"]))
    return 1 if faults or not entries else 0


if __name__ == "__main__":
    sys.exit(main())
