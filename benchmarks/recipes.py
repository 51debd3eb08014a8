#!/usr/bin/env python3
"""Trains the recipes of docs/recipes.md and prints what each ingredient brings, as a table.

  benchmarks/recipes.py TEXT [--seeds 3] [--jobs 1] [--only NAME,NAME] [--heed PATH] [--runs DIR]

TEXT is a file of text (the page was made with Tiny Shakespeare). Every row is trained with the
same seeds, so differences are of pairs: mean ± standard deviation over the seeds. A run that DIR
holds already is read, not repeated. One thread a run; --jobs runs at once.
"""

import argparse
import concurrent.futures
import copy
import json
import os
import statistics
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

with open(os.path.join(ROOT, "configs", "shakespeare.json"), encoding="utf-8") as shipped:
    PLAIN = json.load(shipped)
with open(os.path.join(ROOT, "configs", "shakespeare_best.json"), encoding="utf-8") as shipped:
    BEST = json.load(shipped)

ADAMW_RATE = {"train.lr": 0.003}
ROPE = {"model.positions": "none", "model.attention.positions": "rope"}
MUON = {"train.groups": BEST["train"]["groups"]}

# name -> (what it is compared with, the configuration, changes to it); None removes a key.
ROWS = {
    "shakespeare.json": (None, PLAIN, {}),
    "lr 0.003": ("shakespeare.json", PLAIN, ADAMW_RATE),
    "+ rotary positions": ("lr 0.003", PLAIN, {**ADAMW_RATE, **ROPE}),
    "+ Muon": ("+ rotary positions", PLAIN, {**ADAMW_RATE, **ROPE, **MUON}),
    "shakespeare_best.json": ("+ Muon", BEST, {}),  # + linear to 0
}


def configured(base, changes):
    config = copy.deepcopy(base)
    for path, value in changes.items():
        *sections, name = path.split(".")
        section = config
        for each in sections:
            section = section[each]
        if value is None:
            section.pop(name, None)
        else:
            section[name] = value
    return config


def train(arguments, name, seed):
    """The held-out loss at the end and the seconds."""
    slug = "".join(c if c.isalnum() or c in "._-" else "_" for c in name)
    run = os.path.join(arguments.runs, f"{slug}-{seed}")
    if not os.path.exists(run + ".json"):
        _, base, changes = ROWS[name]
        file = os.path.join(arguments.runs, f"{slug}-{seed}.config.json")
        with open(file, "w", encoding="utf-8") as out:
            json.dump(configured(base, changes), out)
        command = [arguments.heed, "train", file, "--threads", "1", "--out", run,
                   "--set", f"train.seed={seed}", "--set", f"task.seed={seed}",
                   "--set", f"task.path={arguments.text}"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"{' '.join(command)}\n{done.stderr}")
        with open(run + ".json", "w", encoding="utf-8") as out:
            out.write(done.stdout.splitlines()[-1])
    with open(run + ".json", encoding="utf-8") as result:
        values = json.load(result)
    return values["loss"], values["seconds"], values["parameters"]


def spread(values):
    deviation = statistics.stdev(values) if len(values) > 1 else 0.0
    return f"{statistics.mean(values):.3f} ± {deviation:.3f}"


def row(name, results, seeds):
    losses = [results[name, seed][0] for seed in range(seeds)]
    seconds = statistics.median(results[name, seed][1] for seed in range(seeds))
    against = ROWS[name][0]
    change = ""
    if against and (against, 0) in results:
        change = spread([results[name, seed][0] - results[against, seed][0]
                         for seed in range(seeds)]) + f" ({against})"
    listed = " ".join(f"{loss:.3f}" for loss in losses)
    return (f"| {name} | {spread(losses)} | {listed} | {change} | {results[name, 0][2]:,} "
            f"| {seconds:.0f} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("text")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--only", help="names of rows, between commas")
    parser.add_argument("--heed", default=os.path.join(ROOT, "build", "release", "bin", "heed"))
    parser.add_argument("--runs", default=os.path.join(ROOT, "build", "recipes"))
    arguments = parser.parse_args()
    arguments.text = os.path.abspath(arguments.text)
    os.makedirs(arguments.runs, exist_ok=True)
    names = arguments.only.split(",") if arguments.only else list(ROWS)
    jobs = [(name, seed) for seed in range(arguments.seeds) for name in names]
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        results = dict(zip(jobs, pool.map(lambda job: train(arguments, *job), jobs)))
    print("| recipe | held-out loss | seeds | change against | parameters | seconds |\n"
          "|---|---|---|---|---|---|")
    for name in names:
        print(row(name, results, arguments.seeds))


if __name__ == "__main__":
    main()
