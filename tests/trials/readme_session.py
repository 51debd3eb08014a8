#!/usr/bin/env python3
"""Runs the session in README.md as a reader would: every line of the block that says
`run by: tests/trials/readme_session.py` must succeed, in an empty folder, and Ctrl-C must end the
training.

  tests/trials/readme_session.py [PROGRAM, by default build/release/bin/heed]
"""
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

import tools

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/docs"))
import shell  # noqa: E402  (after the path)

LINES_BEFORE_CTRL_C = 30  # of metrics.jsonl


def run(command):
    print(f"$ {command}", flush=True)
    subprocess.run(["bash", "-euo", "pipefail", "-c", command], check=True)


def run_until_ctrl_c(command, run_directory):
    print(f"$ {command}", flush=True)
    process = subprocess.Popen(["bash", "-c", "exec " + command], start_new_session=True)
    metrics = pathlib.Path(run_directory) / "metrics.jsonl"
    while process.poll() is None:
        if metrics.exists() and metrics.read_text().count("\n") >= LINES_BEFORE_CTRL_C:
            os.killpg(process.pid, signal.SIGINT)
            break
        time.sleep(0.005)
    if process.wait() != -signal.SIGINT:
        sys.exit(f"readme_session: Ctrl-C did not end the training: status {process.returncode}")


def run_session(program, lines):
    tools.let_signals_through()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        os.symlink(program.resolve(), "heed")
        for line in lines:
            command, _, comment = line.partition("  #")
            if "Ctrl-C" in comment:
                run_until_ctrl_c(command.strip(), re.search(r"--out (\S+)", command).group(1))
            elif command.strip():
                run(command.strip())
    print(f"all {len(lines)} lines of the session succeed")


def main():
    program = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build/release/bin/heed")
    program = program.resolve()
    shell.run_marked(__file__,
                     lambda _, block: run_session(program, block.text.splitlines()))


main()
