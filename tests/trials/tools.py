"""Shared by the trials of killing and resuming runs: starting heed, reading a run directory."""

import json
import os
import re
import signal
import subprocess
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CHECKPOINT = re.compile(r"step-(\d{6,})(-unevaluated)?")


class TrialError(Exception):
    """A failure that a trial found."""


def add_arguments(parser, count):
    parser.add_argument("count", nargs="?", type=int, default=count, metavar="COUNT")
    parser.add_argument("--seed", type=int, default=0, help="seed of the random choices")
    parser.add_argument("--heed", default=os.path.join(ROOT, "build/release/bin/heed"))
    parser.add_argument("--keep", action="store_true", help="keep the run of a failed trial")


def scratch():
    """A folder in memory if possible: a killed process loses nothing that it wrote."""
    memory = "/dev/shm"
    return tempfile.TemporaryDirectory(prefix="heed-trials-",
                                       dir=memory if os.access(memory, os.W_OK) else None)


def let_signals_through():
    """Undoes what a shell does to background jobs: SIGINT is ignored in them and their children."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def start(heed, folder, arguments):
    return subprocess.Popen([heed, *arguments], cwd=folder, stdout=subprocess.DEVNULL,
                            stderr=subprocess.PIPE, text=True)


def finish(process):
    """(return code, stderr); the code is negative after a signal."""
    error = process.communicate()[1]
    return process.returncode, error


def run(heed, folder, arguments):
    """Runs heed, which must exit with 0."""
    code, error = finish(start(heed, folder, arguments))
    if code != 0:
        raise TrialError(f"heed {' '.join(arguments)}: code {code}: {error.strip()}")


def checkpoints(directory):
    """[(step, is evaluated, name)], oldest first."""
    folder = os.path.join(directory, "checkpoints")
    names = os.listdir(folder) if os.path.isdir(folder) else []
    matches = [CHECKPOINT.fullmatch(name) for name in names]
    return sorted((int(match[1]), match[2] is None, match[0]) for match in matches if match)


def metrics(directory):
    """The lines of metrics.jsonl without the key that depends on the clock."""
    lines = []
    with open(os.path.join(directory, "metrics.jsonl"), encoding="utf-8") as file:
        for line in file:
            values = json.loads(line)
            values.pop("tokens_per_second", None)
            lines.append(json.dumps(values))
    return lines


def last_step(directory):
    """The last step in metrics.jsonl."""
    lines = metrics(directory)
    return json.loads(lines[-1])["step"] if lines else 0


def check_complete(directory, steps):
    """Each step has exactly one line, in order."""
    found = [json.loads(line)["step"] for line in metrics(directory) if '"loss"' in line]
    if found != list(range(1, steps + 1)):
        raise TrialError(f"metrics.jsonl has {len(found)} of {steps} steps, or out of order")
