"""Runs the shell blocks of a page as its reader would: in one folder, one after the other.

The folder holds `configs`, `heed` and, if the page has a program, `mine`; `heed` is in the PATH.
"""
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

from blocks import ROOT, blocks_of, documents, text_of

RUNS_MARKED = "shell.run_marked("  # what a trial in Python calls to run the blocks that name it


class Fault(Exception):
    """A command failed."""


def write_program(path, command):
    path.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
    path.chmod(0o755)


class Shell:
    """A folder with a page's programs; `run` returns what a block prints."""

    def __init__(self, heed, mine=None):
        self.scratch = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.scratch.name)
        os.symlink(ROOT / "configs", self.folder / "configs")
        os.symlink(os.path.abspath(heed), self.folder / "heed")
        if mine:
            write_program(self.folder / "mine", mine)
        built = os.path.dirname(os.path.abspath(heed))  # where examples are, too
        path = f"{self.folder}:{built}:{os.environ['PATH']}"
        self.environment = {**os.environ, "PATH": path, "HEED_NO_INSTALL": "1"}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.scratch.cleanup()

    def run(self, script):
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=self.folder,
                              env=self.environment, text=True, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        if done.returncode != 0:
            raise Fault(f"exit code {done.returncode}: {script}\n{done.stdout[-2000:]}")
        return done.stdout

    def run_block(self, block):
        """The block, after its commands `before:`, with the words `where:` in place of its own."""
        if before := block.after("before"):
            self.run(before)
        return self.run(with_words(block.text, block.after("where") or ""))


def with_words(script, words):
    """`RUN=runs/a FILE=x`: what stands for what in the commands, comments apart."""
    for name, value in (word.split("=", 1) for word in shlex.split(words)):
        if not re.search(rf"\b{name}\b", script):
            raise Fault(f"the block does not have {name}")
        script = re.sub(rf"\b{name}\b", value, script)
    return script


def commands_of(script):
    """Its commands without comments, each on one line."""
    lines = script.replace("\\\n", " ").split("\n")
    return [command for line in lines if (command := re.sub(r"(^|\s)#.*", "", line).strip())]


def runner_faults(block):
    """Does the file that `run by:` names run the block, and does CI start it?"""
    file = block.after("run by")
    if not (ROOT / file).exists():
        return [f"no such file: {file}"]
    text = text_of(file)
    faults = []
    if file != ".ci/run" and file not in text_of(".ci/run"):
        faults.append(f".ci/run does not start {file}")
    if RUNS_MARKED in text:
        return faults
    lines = [line.strip() for line in text.split("\n")]
    for command in commands_of(block.text):  # a script of its own: where --out leads is its choice
        start = command.split(" --out ")[0]
        if not any(line == start or line.startswith(start + " ") for line in lines):
            faults.append(f"{file} does not run: {command}")
    return faults


def run_marked(trial, run):
    """Calls run(path, block) for each block that names this trial; at least one must."""
    name = pathlib.Path(trial).resolve().relative_to(ROOT).as_posix()
    found = [(path, block) for path in documents() for block in blocks_of(path)
             if block.after("run by") == name]
    if not found:
        sys.exit(f"no document has a block that says: run by: {name}")
    for path, block in found:
        print(f"{path}:{block.line}", flush=True)
        run(path, block)
    print(f"{len(found)} shell blocks run")
