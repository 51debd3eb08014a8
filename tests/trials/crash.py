#!/usr/bin/env python3
"""Kills runs that save constantly and checks that each can be resumed.

  tests/trials/crash.py [COUNT=300] [--signals N] [--seed N]

After each kill -9, heed train --resume must train for a few more steps, every checkpoint must load,
and metrics.jsonl must contain each step once. 19 of 20 kills hit a run that was killed
before, the others a fresh one, possibly before its directory exists. --signals sends SIGINT or
SIGTERM instead: the process must die by that signal, with a checkpoint of its very last step. Exits
with 1 if anything is lost.
"""

import argparse
import json
import os
import random
import shutil
import signal
import sys
import threading
import time

import tools

CONFIG = {
    "task": {"type": "reverse", "symbols": 4, "length": 4},
    "model": {"d_model": 8, "d_ff": 8, "dropout": 0.1},
    "train": {"steps": 100000000, "batch_size": 4, "eval_every": 7, "eval_sequences": 20,
              "checkpoint_every": 1},
}
ENDLESS = "train.steps=100000000"
FRESH_EVERY = 20
PARALLEL = 2


class Runs:
    """One run after another in its own folder, for one thread."""

    def __init__(self, heed, folder, seed):
        self.heed, self.folder, self.random = heed, folder, random.Random(seed)
        self.run = os.path.join(folder, "run")
        with open(os.path.join(folder, "config.json"), "w", encoding="utf-8") as file:
            json.dump(CONFIG, file)

    def start(self, index):
        if index % FRESH_EVERY == 0:
            shutil.rmtree(self.run, ignore_errors=True)
        source = (["--resume", "run", "--set", ENDLESS] if os.path.exists(self.run)
                  else ["config.json", "--out", "run"])
        return tools.start(self.heed, self.folder, ["train", *source, "--threads", "1"])

    def wait_a_moment(self):
        """Up to a second, usually much less."""
        time.sleep(self.random.random() ** 4)

    def resume(self, what, more):
        """Trains `more` steps beyond the checkpoint `what`; returns the last step."""
        steps = max(1, (tools.checkpoints(self.run) or [(0,)])[-1][0] + more)
        tools.run(self.heed, self.folder,
                  ["train", "--resume", what, "--set", f"train.steps={steps}", "--threads", "1"])
        return steps

    def check_each_checkpoint(self):
        for _, _, name in tools.checkpoints(self.run)[:-1]:
            copy = os.path.join(self.folder, "copy")
            shutil.copytree(self.run, copy)
            self.resume(f"copy/checkpoints/{name}", 1)
            shutil.rmtree(copy)

    def kill(self, index):
        process = self.start(index)
        self.wait_a_moment()
        process.kill()
        code, error = tools.finish(process)
        if code != -signal.SIGKILL:
            raise tools.TrialError(f"ended before it was killed: code {code}: {error.strip()}")
        if not os.path.exists(self.run):
            return
        self.check_each_checkpoint()
        tools.check_complete(self.run, self.resume("run", 3))
        left = [name for name in os.listdir(os.path.join(self.run, "checkpoints"))
                if not tools.CHECKPOINT.fullmatch(name)]
        if left:
            raise tools.TrialError(f"not cleaned up: {left}")

    def signal(self, index):
        number = self.random.choice([signal.SIGINT, signal.SIGTERM])
        process = self.start(0)
        while index % 4 != 0 and not os.path.exists(os.path.join(self.run, "metrics.jsonl")):
            time.sleep(0.002)
        self.wait_a_moment()
        process.send_signal(number)
        is_second = index % 4 == 3
        if is_second:
            process.send_signal(self.random.choice([signal.SIGINT, signal.SIGTERM]))
        code, error = tools.finish(process)
        # Of two signals sent together either may arrive first.
        if code != -number and not (is_second and code in (-signal.SIGINT, -signal.SIGTERM)):
            raise tools.TrialError(f"signal {number}: code {code}: {error.strip()}")
        if not os.path.exists(self.run):
            return  # the signal came before the run existed
        if not is_second:
            self.check_boundary(tools.last_step(self.run))
        self.resume("run", 2)

    def check_boundary(self, step):
        saved = tools.checkpoints(self.run)
        if not saved or saved[-1][0] != step:
            raise tools.TrialError(f"the last step is {step}, the checkpoints are {saved}")
        tools.check_complete(self.run, step)


def work(runs, indices, trial, failures, keep):
    for index in indices:
        try:
            getattr(runs, trial)(index)
        except (tools.TrialError, OSError, ValueError) as error:
            failures.append(f"{trial} {index}: {error}")
            if keep and os.path.exists(runs.run):
                shutil.copytree(runs.run, f"failed-{trial}-{index}")
            shutil.rmtree(runs.run, ignore_errors=True)
            shutil.rmtree(os.path.join(runs.folder, "copy"), ignore_errors=True)


def trials(arguments, trial, count):
    """The failures of `count` trials, two at a time."""
    failures = []
    with tools.scratch() as folder:
        threads = []
        for part in range(PARALLEL):
            subfolder = os.path.join(folder, str(part))
            os.mkdir(subfolder)
            runs = Runs(arguments.heed, subfolder, f"{arguments.seed} {trial} {part}")
            indices = range(count * part // PARALLEL, count * (part + 1) // PARALLEL)
            threads.append(threading.Thread(
                target=work, args=(runs, indices, trial, failures, arguments.keep)))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return failures


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    tools.add_arguments(parser, 300)
    parser.add_argument("--signals", type=int, metavar="N", help="signals instead of kill -9")
    arguments = parser.parse_args()
    tools.let_signals_through()
    begin = time.monotonic()
    if arguments.signals is None:
        failures = trials(arguments, "kill", arguments.count)
        summary = f"{len(failures)} of {arguments.count} left a state from which resume fails"
    else:
        failures = trials(arguments, "signal", arguments.signals)
        good = arguments.signals - len(failures)
        summary = f"{good} of {arguments.signals} died by the signal at a step boundary"
    for failure in failures:
        print(failure, file=sys.stderr)
    print(f"{summary} (seed {arguments.seed}, {time.monotonic() - begin:.0f} s)")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
