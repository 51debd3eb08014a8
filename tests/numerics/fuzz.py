#!/usr/bin/env python3
"""Compares heed with PyTorch on random calls of every op that heed-eval lists: outputs, gradients
for random cotangents, and refusals.

    python tests/numerics/fuzz.py [--calls N] [--seed N] [--op NAME …]

What differs on purpose is in differences.py, and explained in docs/numerics.md. For everything
else a line says what differs, and a request for heed-eval, made as small as possible, shows it.
Needs PyTorch. Exit status: 0 no such difference, 1 some, 2 something needed is missing.
"""

from __future__ import annotations

import argparse
import collections
import json
import pathlib
import sys
import time
import warnings

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PROGRAMS = ["build/release/bin/heed-eval", "build/unit/bin/heed-eval"]


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=20000, help="of all ops (default 20000)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--op", nargs="*", default=[], help="only these")
    parser.add_argument("--most", type=int, default=3, help="reports per op (default 3)")
    parser.add_argument("--eval", type=pathlib.Path, help="heed-eval")
    parser.add_argument("--check", action="store_true",
                        help="only the table of differences against docs/numerics.md")
    parser.add_argument("--self-test", action="store_true",
                        help="whether changed answers are found; without heed")
    return parser.parse_args()


def stop(reason: str) -> None:
    print(f"fuzz: {reason}", file=sys.stderr)
    sys.exit(2)


def program_of(options: argparse.Namespace) -> pathlib.Path:
    candidates = [options.eval] if options.eval else [ROOT / name for name in PROGRAMS]
    for program in candidates:
        if program.exists():
            return program
    stop(f"there is no {' or '.join(map(str, candidates))}; ./heed test builds one")
    raise AssertionError


def fuzz(options: argparse.Namespace) -> int:
    import session
    from heed_eval import Heed
    run = session.Session(Heed(program_of(options)))
    entries = [entry for entry in run.entries
               if not options.op or entry["name"] in options.op]
    missing = session.without_counterpart(entries)
    for name in missing:
        print(f"{name}: pytorch.py has no counterpart for this op")
    entries = [entry for entry in entries if entry["name"] not in missing]
    start = time.time()
    for number in range(options.calls):
        entry = entries[number % len(entries)]
        run.try_call(entry, f"{options.seed} {entry['name']} {number // len(entries)}",
                     options.most)
    print(f"{options.calls} calls of {len(entries)} ops in {time.time() - start:.0f} s: "
          + json.dumps(run.verdicts(), ensure_ascii=False))
    for name, count in sorted(run.intended.items()):
        print(f"  {count:6} on purpose: {name}")
    bad = collections.Counter(run.bad)
    for name, count in bad.most_common():
        print(f"  {count:6} DIFFERENT: {name}")
    run.heed.close()
    return 1 if bad or missing else 0


def main() -> int:
    options = parse_options()
    import differences
    problems = differences.check(ROOT / "docs/numerics.md")
    for problem in problems:
        print(problem)
    if options.check or problems:
        return 1 if problems else 0
    try:
        import torch
    except ImportError:
        stop("no PyTorch in this Python; get it with `python -m pip install torch`")
        raise
    torch.set_num_threads(1)
    if options.self_test:
        import self_test
        return self_test.run()
    warnings.simplefilter("ignore")
    return fuzz(options)


if __name__ == "__main__":
    sys.exit(main())
