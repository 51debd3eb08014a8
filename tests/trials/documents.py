#!/usr/bin/env python3
"""Runs the shell blocks of the documents that take longer than the test `documents` may: those that
say `run by: tests/trials/documents.py`, each in an empty folder.

  tests/trials/documents.py [PROGRAM, by default build/release/bin/heed]
"""
import pathlib
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/docs"))
import shell  # noqa: E402  (after the path)


def main():
    program = sys.argv[1] if len(sys.argv) > 1 else ROOT / "build/release/bin/heed"

    def run(_, block):
        start = time.monotonic()
        with shell.Shell(program) as folder:
            folder.run_block(block)
        print(f"  {time.monotonic() - start:.0f} s", flush=True)

    shell.run_marked(__file__, run)


if __name__ == "__main__":
    main()
