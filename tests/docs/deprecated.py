#!/usr/bin/env python3
"""The example of docs/versions.md: a former spelling compiles, with a warning that names the
present one, and the present one compiles without.

  deprecated.py COMPILER INCLUDE_FOLDER
"""
import re
import subprocess
import sys

from blocks import code_of

PAGE = "docs/versions.md"
OLD, NEW = "average_square", "mean_square"


def warnings(compiler, include, name):
    """The lines with a warning where the page's function `name` is called; it must compile."""
    code = "".join(block.text for block in code_of(PAGE))
    code += f"Tensor caller(const Tensor& x) {{ return {name}(x); }}\n"
    done = subprocess.run([compiler, "-std=c++20", "-Wall", "-fsyntax-only", "-x", "c++",
                           f"-I{include}", "-"], input=code, text=True, capture_output=True,
                          check=False)
    if done.returncode != 0:
        sys.exit(f"{PAGE}: {name} does not compile: {done.stderr}")
    return re.findall(r"^.*warning:.*$", done.stderr, re.M)


def main():
    compiler, include = sys.argv[1:]
    old, new = (warnings(compiler, include, name) for name in (OLD, NEW))
    if len(old) != 1 or f"since 0.2.0: use {NEW}" not in old[0]:
        sys.exit(f"{PAGE}: {OLD} must warn once, and name {NEW}: {old}")
    if new:
        sys.exit(f"{PAGE}: {NEW} must not warn: {new}")
    print(old[0])


if __name__ == "__main__":
    main()
