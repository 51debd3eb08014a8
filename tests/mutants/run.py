#!/usr/bin/env python3
"""Runs the tests against every mutant and prints which test killed it; fails if a fault survives.

Usage: run.py BUILD_DIR [--only REGEX] [--own] [--sample COUNT [--strict]] [--seed N] [--jobs N].
The mutants are the faults of faults.py and COUNT random places (sample.py). A mutant first meets
the tests of its row, or for a sampled one the cheap tests and those near its file; what outlives
them meets, without --own, every test of what has mutants. A crash or a hang is a kill,
too. Without a mutant the same tests must pass. Survivors of the sample that no test can detect are
listed in survivors.txt.
"""
import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import time

import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from generate import generate
from mutants import ROOT, Mutant, all_mutants

CHEAP = ["op_golden_test", "record_test", "backward_test", "leaf_test", "inplace_test",
         "splice_test", "hooks_test", "anomaly_test", "graph_test", "misuse_test",
         "checkpoint_test", "gradcheck_test", "leaf_gradcheck_test", "gemm_test", "reduce_test",
         "softmax_test", "function_semantics_test", "reduce_semantics_test",
         "order_semantics_test", "attention_semantics_test", "mask_semantics_test",
         "einsum_semantics_test", "optimizer_test", "clip_test", "my_mha_test"]
HANGS_AFTER = 60  # seconds for the tests of a row, which take a few: a mutant may loop forever
ALL_HANG_AFTER = 1200
ALL = "~[fault]~[.]"  # those of faults run the real program, which has no mutants
BY_OTHERS = " (not by its own tests)"


def calls_for(tests: str) -> list[tuple[dict, str]]:
    """(environment that names rows, test files) of each call of the program."""
    rows = {"files": {}, "ops": {}, "modules": {}}  # dicts: sets in their order
    kind = "files"
    for word in tests.split():
        if word[:-1] in rows and word.endswith(":"):
            kind = word[:-1]
        else:
            rows["files" if word.endswith("_test") else kind][word] = True
    tags = {"files": rows["files"], "ops": ["op_table_test"], "modules": ["module_table_test"]}
    calls = []
    for kind, variable in (("files", ""), ("ops", "HEED_OPS"), ("modules", "HEED_MODULES")):
        if rows[kind]:
            names = {variable: " ".join(rows[kind])} if variable else {}
            calls.append((names, ",".join(f"[#{file}]" for file in tags[kind])))
    return calls


def tests_near(file: str, ops: list[str], modules: list[str]) -> str:
    """For a sampled mutant: the cheap tests, those that include the header of its file, the rows of
    the ops that it declares and that of the module of its name."""
    header = pathlib.Path(file).with_suffix(".h")
    including = [path.stem for folder in ("framework", "modules")
                 for path in sorted((ROOT / "tests" / folder).rglob("*_test.cpp"))
                 if f'"heed/{header}"' in path.read_text() and "_table_" not in path.name]
    near = [*CHEAP, *including]
    if file.startswith("framework/ops/"):
        declared = (ROOT / header).read_text()
        near += ["ops:", *(op for op in ops if re.search(rf"\b{op}\(", declared))]
    if header.stem in modules:
        near += ["modules:", header.stem]
    return " ".join(near)


def killer(program: str, number: int, rows: dict, spec: str,
           hangs_after: float = HANGS_AFTER) -> str:
    """What failed; empty if nothing did."""
    environment = os.environ | {"HEED_MUTANT": str(number), "HEED_THREADS": "2"}
    for variable in ("HEED_OPS", "HEED_MODULES"):
        environment.pop(variable, None)
    environment |= rows
    command = [program, "--abort", "--filenames-as-tags", spec]
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True,
                              errors="replace", timeout=hangs_after)
    except subprocess.TimeoutExpired:
        return "hangs"
    if done.returncode == 0:
        return ""
    if said := re.search(r": broken rule: ([^:]+):", " ".join(done.stdout.split())):
        return said.group(1)
    header = re.search(r"^-{79}\n(.*?)\n-{79}$", done.stdout, re.S | re.M)
    name = " ".join(header.group(1).split()) if header else "(no test)"
    return name if "FAILED:" in done.stdout else f"crash in {name}"


def judge(program: str, number: int, tests: str, own: bool) -> str:
    for rows, spec in calls_for(tests):
        if found := killer(program, number, rows, spec):
            return found
    if own:
        return ""
    found = killer(program, number, {}, ALL, ALL_HANG_AFTER)
    return found + BY_OTHERS if found else ""


def line_of(mutant: Mutant, at: int) -> int:
    return (ROOT / mutant.file).read_text().count("\n", 0, at) + 1


def build(folder: pathlib.Path, mutants: list[Mutant]) -> list[Mutant]:
    """Builds the test program with all mutants, less the sampled ones that do not compile."""
    sources = folder.resolve() / "tests" / "mutants"
    while True:
        generate(mutants, sources)
        subprocess.run(["cmake", folder], check=True, stdout=subprocess.DEVNULL)
        done = subprocess.run(["cmake", "--build", folder, "--target", "heed_mutant_tests", "--",
                               "-k", "0"], capture_output=True, text=True)
        if done.returncode == 0:
            return mutants
        faulty = {(match.group(1), int(match.group(2)))
                  for match in re.finditer(rf"^{sources}/(\S+?):(\d+):\d+: (?:error|  )",
                                           done.stdout, re.M)}
        left = [mutant for mutant in mutants if mutant.tests or not any(
            file == mutant.file and
            line_of(mutant, mutant.begin) <= line <= line_of(mutant, mutant.end)
            for file, line in faulty)]
        if len(left) == len(mutants):
            raise SystemExit(done.stdout[-4000:])
        mutants = left


def names_of(kind: str, folder: pathlib.Path) -> list[str]:
    """Of the rows of ops or of modules."""
    subprocess.run(["cmake", "--build", folder, "--target", "heed_eval"], check=True,
                   stdout=subprocess.DEVNULL)
    done = subprocess.run([folder / "bin" / "heed-eval"], input=json.dumps({"list": kind}) + "\n",
                          text=True, capture_output=True, check=True)
    return [row["name"] for row in json.loads(done.stdout)[kind]]


def title(mutant: Mutant) -> str:
    return f"{mutant.file}: {mutant.name}"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--own", action="store_true", help="only the tests of a mutant's row")
    parser.add_argument("--sample", type=int, default=0, help="this many random places as well")
    parser.add_argument("--strict", action="store_true", help="fail if a random one survives")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    options = parser.parse_args()
    mutants = build(options.build, all_mutants(options.sample, options.seed))
    ops, modules = (names_of(kind, options.build) for kind in ("ops", "modules"))
    excused = {line.strip() for line in
               (pathlib.Path(__file__).parent / "survivors.txt").read_text().splitlines()
               if line and not line.startswith("#")}
    program = str(options.build / "bin" / "heed_mutant_tests")
    chosen = [(number, mutant, mutant.tests or tests_near(mutant.file, ops, modules))
              for number, mutant in enumerate(mutants, 1)
              if re.search(options.only, title(mutant)) and title(mutant) not in excused]
    started = time.time()
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        calls = calls_for(" ".join(tests for _, _, tests in chosen))
        for found in pool.map(lambda call: killer(program, 0, *call, ALL_HANG_AFTER), calls):
            if found:
                raise SystemExit(f"without a mutant, a test fails: {found}")
        killed_by = []
        judged = pool.map(lambda item: judge(program, item[0], item[2], options.own), chosen)
        for (_, mutant, _), found in zip(chosen, judged):
            killed_by.append(found)
            print(f"{title(mutant)}\n    {found or 'SURVIVED'}", flush=True)
    if any(found.endswith(BY_OTHERS) for found in killed_by):
        if found := killer(program, 0, {}, ALL, ALL_HANG_AFTER):
            raise SystemExit(f"without a mutant, a test fails: {found}")
    survivors = [mutant for (_, mutant, _), found in zip(chosen, killed_by) if not found]
    kills = collections.Counter(found.removesuffix(BY_OTHERS) for found in killed_by if found)
    print("\nkills by test:")
    for name, count in kills.most_common():
        print(f"{count:4}  {name}")
    print(f"\nmutants: {len(chosen)}, killed: {len(chosen) - len(survivors)}, survived: "
          f"{len(survivors)} ({time.time() - started:.0f} s)")
    failing = [mutant for mutant in survivors if mutant.tests or options.strict]
    for mutant in survivors:
        print(f"SURVIVED: {title(mutant)}")
    if failing:
        raise SystemExit(f"{len(failing)} need a test, or a reason in survivors.txt")


if __name__ == "__main__":
    main()
