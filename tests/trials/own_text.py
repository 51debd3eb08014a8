#!/usr/bin/env python3
"""A new user's session with text and pairs of their own, every command started in /: init, train,
Ctrl-C, resume, predict, export, and predict from the file alone, when run and data are gone.

  tests/trials/own_text.py [PROGRAM, by default build/release/bin/heed]
"""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import tools

ROOT = pathlib.Path(__file__).resolve().parents[2]
LINES_BEFORE_CTRL_C = 30  # of metrics.jsonl
TEXT = "the cat sat on the mat, and the rat sat on the cat.\n" * 60
PAIRS = "".join(f"{a}{b}\t{b}{a}\n" for a in "abcdefgh" for b in "ijklmnop")


class Session:
    def __init__(self, program, folder):
        self.program, self.folder = program, pathlib.Path(folder)

    def path(self, name):
        return str(self.folder / name)

    def heed(self, *arguments, fails=False):
        """What the program says on stdout; it must succeed, or fail as bad input."""
        print("$ heed", *arguments, flush=True)
        done = subprocess.run([self.program, *arguments], cwd="/", capture_output=True, text=True)
        if done.returncode != (2 if fails else 0):
            sys.exit(f"own_text: status {done.returncode}: {done.stderr}")
        return done.stderr if fails else done.stdout

    def train_until_ctrl_c(self, *arguments):
        print("$ heed", *arguments, " # Ctrl-C", flush=True)
        process = subprocess.Popen([self.program, *arguments], cwd="/", stderr=subprocess.DEVNULL)
        metrics = self.folder / "run/metrics.jsonl"
        while process.poll() is None:
            if metrics.exists() and metrics.read_text().count("\n") >= LINES_BEFORE_CTRL_C:
                process.send_signal(signal.SIGINT)
                break
            time.sleep(0.005)
        if process.wait() != -signal.SIGINT:
            sys.exit(f"own_text: Ctrl-C did not end the training: status {process.returncode}")


def check(what, holds):
    if not holds:
        sys.exit(f"own_text: {what}")


def session(program, task, data, questions):
    """Trains `task` on `data`; `questions` are options of predict."""
    with tempfile.TemporaryDirectory() as folder:
        heed = Session(program, folder)
        # A path in a configuration starts in its folder.
        config = heed.folder / "mine.json"
        heed.heed("init", task, "--out", str(config))
        (heed.folder / "mine.txt").write_text(data)
        values = json.loads(config.read_text())
        values["task"]["path"] = "mine.txt"
        values["train"].update(steps=120, eval_every=40)
        values["train"].pop("stop_at", None)
        config.write_text(json.dumps(values))
        heed.heed("validate", str(config))
        heed.train_until_ctrl_c("train", str(config), "--out", heed.path("run"))
        heed.heed("train", "--resume", heed.path("run"))
        heed.heed("eval", heed.path("run"), "--best")
        heed.heed("export", heed.path("run"), "--out", heed.path("mine.safetensors"))
        checkpoint = sorted((heed.folder / "run/checkpoints").iterdir())[-1]
        shutil.copytree(checkpoint, heed.path("copied"))
        (heed.folder / "mine.txt").unlink()
        answer = heed.heed("predict", heed.path("run"), *questions)
        check("the answer is empty", answer.strip())
        shutil.rmtree(heed.path("run"))
        for source in ("copied", "mine.safetensors"):
            check(f"{source} answers otherwise",
                  heed.heed("predict", heed.path(source), *questions) == answer)
        error = heed.heed("eval", heed.path("mine.safetensors"), fails=True)
        missing = f"task.path: {heed.path('mine.txt')}: cannot read it: No such file or directory"
        check(f"eval without data says: {error}", missing in error and error.count("\n") == 1)


def main():
    program = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build/release/bin/heed")
    tools.let_signals_through()
    program = str(program.resolve())
    session(program, "text", TEXT,
            ["--prompt", "the ", "--tokens", "40", "--temperature", "0.7", "--seed", "3"])
    session(program, "pairs", PAIRS, ["--input", "ai"])
    print("both sessions succeed, from / and without data")


main()
