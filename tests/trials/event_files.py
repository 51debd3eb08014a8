#!/usr/bin/env python3
"""Event files of `heed export --metrics tensorboard`, read by TensorBoard's own reader: every
number of metrics.jsonl is there. Skipped where the package tensorboard is not installed.

  tests/trials/event_files.py [PROGRAM, by default build/release/bin/heed]
"""
import importlib.util
import json
import pathlib
import struct
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
TAGS = {"loss": "train/loss", "lr": "train/lr", "grad_norm": "train/grad_norm",
        "tokens_per_second": "train/tokens_per_second", "eval_loss": "held_out/loss",
        "token_accuracy": "held_out/token_accuracy",
        "sequence_accuracy": "held_out/sequence_accuracy", "train_loss": "training_set/loss",
        "train_token_accuracy": "training_set/token_accuracy",
        "train_sequence_accuracy": "training_set/sequence_accuracy"}
TRAIN = ["--set", "train.steps=20", "--set", "train.eval_every=5"]


def heed(program, *arguments):
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"event_files: {arguments}: status {done.returncode}: {done.stderr}")


def as_f32(value):
    return struct.unpack("f", struct.pack("f", value))[0]


def written(run):
    """What the run measured: tag -> [(step, value)]."""
    numbers = {}
    for line in (run / "metrics.jsonl").read_text().splitlines():
        measured = json.loads(line)
        step = measured.pop("step")
        for key, value in measured.items():
            numbers.setdefault(TAGS[key], []).append((step, as_f32(value)))
    return numbers


def seen(board):
    """What TensorBoard reads: the same."""
    from tensorboard.backend.event_processing import event_accumulator
    reader = event_accumulator.EventAccumulator(str(board), size_guidance={"scalars": 0,
                                                                           "tensors": 0})
    reader.Reload()
    scalars = {tag: [(event.step, event.value) for event in reader.Scalars(tag)]
               for tag in reader.Tags()["scalars"]}
    if scalars:
        return scalars
    return {tag: [(event.step, event.tensor_proto.float_val[0]) for event in reader.Tensors(tag)]
            for tag in reader.Tags()["tensors"]}


def main():
    if importlib.util.find_spec("tensorboard") is None:
        print("event_files: skipped: the Python package tensorboard is not installed")
        return
    program = sys.argv[1] if len(sys.argv) > 1 else str(ROOT / "build/release/bin/heed")
    with tempfile.TemporaryDirectory() as folder:
        for task in ("reverse", "modular_addition"):  # without and with a training set
            run, board = pathlib.Path(folder) / task, pathlib.Path(folder) / "board" / task
            heed(program, "train", str(ROOT / f"configs/{task}.json"), "--out", str(run), *TRAIN)
            heed(program, "export", str(run), "--metrics", "tensorboard", "--out", str(board))
            expected, found = written(run), seen(board)
            if found != expected:
                sys.exit(f"event_files: {task}: read {found}, not {expected}")
            count = sum(len(values) for values in found.values())
            print(f"event_files: {task}: {count} numbers under {len(found)} tags, all equal")


main()
