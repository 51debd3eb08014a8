#!/usr/bin/env python3
"""Kills a sweep and checks that running it again gives what an undisturbed one gives.

  tests/trials/sweep.py [COUNT=3] [--steps N] [--seed N]

Trains 3 learning rates x 5 seeds on configs/reverse.json once without interruption, then again with
COUNT times kill -9 of the sweep at a random moment, each followed by the same command. Each file of
both must be identical, byte for byte, but for what depends on the clock or says how often a run was
resumed. Exits with 1 if one is not, or if a run outlives its sweep. --steps shortens the runs.
"""

import argparse
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time

import tools

RATES = "train.lr=1e-3,3e-3,1e-2"
SEEDS = 5
RUNS = 3 * SEEDS
# run.json, log.txt and resumes.jsonl are about processes: when, which, and how long.
ABOUT_PROCESSES = {"run.json", "log.txt", "resumes.jsonl", "lock"}
# In state.json: the time, how many bytes of metrics.jsonl there are (a speed has more or fewer
# digits), the run's own id, and the checksum that covers them.
CLOCK_KEYS = re.compile(r'"(?:seconds|metrics_bytes|run|crc32)":\s*[^,}\n]+')


def command(steps, name):
    sets = ["--set", RATES]
    if steps:
        sets += ["--set", f"train.steps={steps}", "--set", "train.warmup_steps=0"]
    return ["sweep", os.path.join(tools.ROOT, "configs/reverse.json"), *sets, "--seeds", str(SEEDS),
            "--jobs", "2", "--out", name]


def content(path):
    """A file without what depends on the clock."""
    name = os.path.basename(path)
    with open(path, "rb") as file:
        data = file.read()
    if name == "metrics.jsonl":
        return "\n".join(tools.metrics(os.path.dirname(path))).encode()
    if name == "state.json":
        return CLOCK_KEYS.sub("", data.decode()).encode()
    return data


def files(directory):
    """{path below the directory: content}"""
    found = {}
    for folder, _, names in os.walk(directory):
        for name in names:
            if name not in ABOUT_PROCESSES:
                path = os.path.join(folder, name)
                found[os.path.relpath(path, directory)] = content(path)
    return found


def compare(whole, killed):
    left, right = files(whole), files(killed)
    differing = sorted(path for path in left.keys() | right.keys()
                       if left.get(path) != right.get(path))
    if differing:
        raise tools.TrialError(f"{len(differing)} files differ: {', '.join(differing[:5])}")
    return len(left)


def runs_of(process):
    """The processes that a sweep has started."""
    with open(f"/proc/{process}/task/{process}/children", encoding="ascii") as file:
        return [int(number) for number in file.read().split()]


def wait_for_end(processes):
    """They end by themselves once their sweep is dead."""
    deadline = time.monotonic() + 0.5
    for process in processes:
        while os.path.exists(f"/proc/{process}") and not is_zombie(process):
            if time.monotonic() > deadline:
                raise tools.TrialError(f"process {process} trains on though its sweep is dead")
            time.sleep(0.01)


def is_zombie(process):
    try:
        with open(f"/proc/{process}/stat", encoding="ascii") as file:
            return file.read().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


def wait_for_runs(process, directory, count):
    """Until more than `count` runs have begun, and a moment more."""
    def begun():
        names = os.listdir(directory) if os.path.isdir(directory) else []
        return sum(name[:3].isdigit() for name in names)
    while process.poll() is None and begun() <= count:
        time.sleep(0.001)


def sweep_with_kills(heed, folder, arguments, kills, draw):
    """Returns how many of the kills came before the end, and how many runs they hit."""
    arrived = 0
    orphans = []
    for count in sorted(draw.choices(range(RUNS - 1), k=kills)):
        process = tools.start(heed, folder, arguments)
        wait_for_runs(process, os.path.join(folder, arguments[-1]), count)
        time.sleep(0.3 * draw.random() ** 2)
        if process.poll() is None:
            orphans += runs_of(process.pid)
            process.send_signal(signal.SIGKILL)
            arrived += 1
        tools.finish(process)
        wait_for_end(orphans)
    tools.run(heed, folder, arguments)
    return arrived, len(orphans)


def table(heed, folder, arguments):
    """What a sweep that has ended says: nothing is trained."""
    return subprocess.run([heed, *arguments, "--csv"], cwd=folder, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, check=True).stdout


def trial(heed, folder, steps, kills, draw):
    whole, killed = command(steps, "whole"), command(steps, "killed")
    tools.run(heed, folder, whole)
    arrived, hit = sweep_with_kills(heed, folder, killed, kills, draw)
    count = compare(os.path.join(folder, "whole"), os.path.join(folder, "killed"))
    if table(heed, folder, whole) != table(heed, folder, killed):
        raise tools.TrialError("the tables differ")
    return (f"{RUNS} runs, {count} files and the table: identical after {arrived} times kill -9, "
            f"which hit {hit} runs")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    tools.add_arguments(parser, 3)
    parser.add_argument("--steps", type=int, default=0, metavar="N",
                        help="train.steps; 0: those of the configuration")
    arguments = parser.parse_args()
    tools.let_signals_through()
    begin = time.monotonic()
    with tools.scratch() as folder:
        try:
            result = trial(arguments.heed, folder, arguments.steps, arguments.count,
                           random.Random(arguments.seed))
        except (tools.TrialError, OSError) as error:
            print(f"sweep: {error}", file=sys.stderr)
            if arguments.keep:
                shutil.copytree(folder, "failed-sweep", symlinks=True)
            return 1
    print(f"{result} (seed {arguments.seed}, {time.monotonic() - begin:.0f} s)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
