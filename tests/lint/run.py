#!/usr/bin/env python3
"""Runs every lint, each after its self-test; exits 1 if anything was found."""

import os
import subprocess
import sys

LINTS = ["layers.py", "umbrella.py", "style.py", "captures.py", "names.py", "simd.py",
         "mutant_places.py", "release.py"]


def main():
    folder = os.path.dirname(os.path.abspath(__file__))
    failed = False
    for name in LINTS:
        for arguments in (["--self-test"], []):
            command = [sys.executable, "-B", os.path.join(folder, name), *arguments]
            failed = subprocess.run(command, check=False).returncode != 0 or failed
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
