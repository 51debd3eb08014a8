#!/usr/bin/env python3
"""Checks that the place of every fault in tests/mutants/faults.py is found once in the sources: a
change of the sources that moves one shows at once, not only when the mutants are built."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "mutants"))
import mutants  # noqa: E402  (it is in a folder beside this one)


def self_test():
    try:
        mutants.place_of("no such «place» anywhere", "framework", "a fault")
    except SystemExit as refused:
        assert "occurs 0 times" in str(refused)
        return
    raise AssertionError("a place that does not exist was found")


def main():
    try:
        mutants.all_mutants(0, 0)
    except SystemExit as fault:
        print(fault)
        return 1
    print("mutant_places: 0 faults")
    return 0


if __name__ == "__main__":
    if sys.argv[1:] == ["--self-test"]:
        self_test()
    else:
        sys.exit(main())
