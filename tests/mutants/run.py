#!/usr/bin/env python3
"""Runs the tests against every mutant and prints which test killed it; fails if one survives.

Usage: run.py BUILD_DIR [--only REGEX] [--own] [--jobs N]. A mutant first meets the tests that its
row in the table names, then, if it outlives them, every test of what has mutants. A crash or a
hang is a kill, too. Without a mutant the same tests must pass.
"""
import argparse
import collections
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from generate import MUTANTS  # noqa: E402

OP_FILES = ["op_table_values_test", "op_table_layout_test", "op_table_trust_test",
            "op_table_error_test"]
HANGS_AFTER = 60  # seconds for the tests of a row, which take a few: a mutant may loop forever
ALL_HANG_AFTER = 1200
ALL = "~[fault]~[.]"  # those of faults run the real program, which has no mutants
BY_OTHERS = " (not by the tests of its row)"


def calls_for(tests: str) -> list[tuple[dict, str]]:
    """(environment that names rows, test files) of each call of the program."""
    rows = {"files": [], "ops": [], "modules": []}
    kind = "files"
    for word in tests.split():
        if word[:-1] in rows and word.endswith(":"):
            kind = word[:-1]
        else:
            rows["files" if word.endswith("_test") else kind].append(word)
    tags = {"files": rows["files"], "ops": OP_FILES, "modules": ["module_table_test"]}
    calls = []
    for kind, variable in (("ops", "HEED_OPS"), ("modules", "HEED_MODULES"), ("files", "")):
        if rows[kind]:
            names = {variable: " ".join(rows[kind])} if variable else {}
            calls.append((names, ",".join(f"[#{file}]" for file in tags[kind])))
    return calls


def killer(program: str, number: int, rows: dict, spec: str) -> str:
    """What failed; empty if nothing did."""
    environment = os.environ | {"HEED_MUTANT": str(number), "HEED_THREADS": "2"}
    for variable in ("HEED_OPS", "HEED_MODULES"):
        environment.pop(variable, None)
    environment |= rows
    command = [program, "--abort", "--filenames-as-tags", spec]
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True,
                              errors="replace",
                              timeout=ALL_HANG_AFTER if spec == ALL else HANGS_AFTER)
    except subprocess.TimeoutExpired:
        return "hangs"
    if done.returncode == 0:
        return ""
    header = re.search(r"^-{79}\n(.*?)\n-{79}$", done.stdout, re.S | re.M)
    name = " ".join(header.group(1).split()) if header else "(no test)"
    return name if "FAILED:" in done.stdout else f"crash in {name}"


def judge(program: str, number: int, tests: str, own: bool) -> str:
    for rows, spec in calls_for(tests):
        if found := killer(program, number, rows, spec):
            return found
    if own:
        return ""
    found = killer(program, number, {}, ALL)
    return found + BY_OTHERS if found else ""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--own", action="store_true", help="only the tests of a mutant's row")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    options = parser.parse_args()
    subprocess.run(["cmake", "--build", options.build, "--target", "heed_mutant_tests"], check=True,
                   stdout=subprocess.DEVNULL)
    program = str(options.build / "bin" / "heed_mutant_tests")
    chosen = [(number, mutant) for number, mutant in enumerate(MUTANTS, 1)
              if re.search(options.only, mutant[0] + " " + mutant[1])]
    started = time.time()
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        calls = []
        for _, mutant in chosen:
            calls += [call for call in calls_for(mutant[4]) if call not in calls]
        for call, found in zip(calls, pool.map(lambda call: killer(program, 0, *call), calls)):
            if found:
                raise SystemExit(f"without a mutant, {call} fails: {found}")
        killed_by = []
        judged = pool.map(lambda item: judge(program, item[0], item[1][4], options.own), chosen)
        for (_, mutant), found in zip(chosen, judged):
            killed_by.append(found)
            print(f"{mutant[1]}: {mutant[0]}\n    {found or 'SURVIVED'}", flush=True)
    if any(found.endswith(BY_OTHERS) for found in killed_by):
        if found := killer(program, 0, {}, ALL):
            raise SystemExit(f"without a mutant, a test fails: {found}")
    survivors = [mutant[0] for (_, mutant), found in zip(chosen, killed_by) if not found]
    kills = collections.Counter(found.removesuffix(BY_OTHERS) for found in killed_by if found)
    print("\nkills by test:")
    for name, count in kills.most_common():
        print(f"{count:4}  {name}")
    print(f"\nmutants: {len(chosen)}, killed: {len(chosen) - len(survivors)}, survived: "
          f"{len(survivors)} ({time.time() - started:.0f} s)")
    if survivors:
        raise SystemExit("SURVIVED: " + "; ".join(survivors))


if __name__ == "__main__":
    main()
