#!/usr/bin/env python3
"""Compares losses that heed_losses printed on two targets.

    same_losses.py FIRST SECOND [--within 1e-4] [--equal]

Prints how many are equal bit for bit and the largest relative difference. Fails if a loss differs
by more than --within, if the runs have different steps, or with --equal if a bit differs anywhere.
"""
import argparse
import pathlib
import struct
import sys


def lines_of(path: pathlib.Path) -> dict[str, str]:
    """{"step 1": its bits, ...} and the checksums of the parameters, before and after."""
    found = {}
    for line in path.read_text().splitlines():
        words = line.split()
        if words[0] == "parameters":
            found[f"parameters {'after' if 'parameters before' in found else 'before'}"] = words[1]
        else:
            found[f"{words[0]} {words[1]}"] = words[2]
    return found


def number(bits: str) -> float:
    return struct.unpack(">d", bytes.fromhex(bits))[0]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("first", type=pathlib.Path)
    parser.add_argument("second", type=pathlib.Path)
    parser.add_argument("--within", type=float, default=1e-4)
    parser.add_argument("--equal", action="store_true")
    options = parser.parse_args()
    first, second = lines_of(options.first), lines_of(options.second)
    steps = [name for name in first if name.startswith("step ")]
    if not steps or first.keys() != second.keys():
        sys.exit(f"same_losses: {options.first} and {options.second} have different steps, or none")
    pairs = [(number(first[name]), number(second[name])) for name in steps]
    equal = sum(first[name] == second[name] for name in steps)
    apart = max(abs(a - b) / abs(b) for a, b in pairs)
    start = "the same" if first["parameters before"] == second["parameters before"] else "other"
    print(f"{len(steps)} losses: {equal} equal bit for bit, at most {apart:.1e} apart; "
          f"{start} parameters at the start")
    if apart > options.within or (options.equal and first != second):
        print("same_losses: they differ by more than is promised")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
