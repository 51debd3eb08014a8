#!/usr/bin/env python3
"""Interrupts runs of the shipped configurations and checks that they resume bit-identically.

  tests/trials/resume.py [COUNT=60] [--seed N]

A trial picks a configuration and changes to it (an optimizer and parameter groups among them),
trains once without interruption, then again with
one to three interruptions: SIGINT, SIGTERM or kill -9 at a random step, with 1 or 2 threads before
and after. model.safetensors, optimizer.safetensors and metrics.jsonl (except tokens_per_second)
must be identical, byte for byte. In a third of the trials the run is then resumed with other data
and more steps, and interrupted again. Exits with 1 if one is not identical.
"""

import argparse
import collections
import glob
import json
import os
import random
import shutil
import signal
import sys
import time

import tools

STOPS = [signal.SIGINT, signal.SIGTERM, signal.SIGKILL]


# Muon is for matrices: in a group. An optimizer's keys stand beside its name.
OPTIMIZERS = [
    {"optimizer": "adamw"}, {"optimizer": "adamw", "amsgrad": True},
    {"optimizer": "adam", "amsgrad": True}, {"optimizer": "sgd", "momentum": 0.9},
    {"optimizer": "sgd", "momentum": 0.9, "dampening": 0.5},
    {"optimizer": "rmsprop"}, {"optimizer": "rmsprop", "centered": True, "momentum": 0.5},
    {"optimizer": "adagrad", "lr_decay": 0.01}, {"optimizer": "lion"},
]
SCHEDULES = [
    {"schedule": "constant"}, {"schedule": "linear"}, {"schedule": "cosine"},
    {"schedule": "inverse_sqrt"}, {"schedule": "constant", "cooldown_steps": 9},
]


def draw_groups(draw):
    """Parameter groups that fit every model."""
    groups = [
        {"pattern": "tokens.*", "frozen": True},
        {"pattern": "*norm*", "lr_factor": 0.5, "weight_decay": 0},
        {"pattern": "encoder.blocks.*feed_forward.*.weight", "optimizer": "muon", "lr_factor": 5},
        {"pattern": "encoder.blocks.*.bias|encoder.blocks.*.weight", **draw.choice(OPTIMIZERS)},
    ]
    return [group for group in groups if draw.random() < 0.6]


def with_optimizers(folder, config, draw):
    """The configuration with another optimizer and other groups, in a file beside it."""
    path = os.path.join(folder, "configs", config)
    with open(path, encoding="utf-8") as file:
        content = json.load(file)
    train = {key: value for key, value in content["train"].items()
             if key not in ("groups", "optimizer", "beta1", "beta2", "epsilon", "amsgrad",
                            "momentum", "nesterov", "schedule", "lr_floor", "cooldown_steps",
                            "cooldown")}
    content["train"] = {**train, **draw.choice(OPTIMIZERS), "groups": draw_groups(draw)}
    with open(os.path.join(folder, "configs", "trial.json"), "w", encoding="utf-8") as file:
        json.dump(content, file)
    return content["train"]


def draw_sets(draw):
    """Changes that make any configuration short, and some that add state to save."""
    steps = draw.randint(20, 50)
    values = {
        "steps": steps, "batch_size": draw.randint(4, 9), "eval_every": draw.randint(2, 9),
        "eval_sequences": draw.randint(5, 40), "seed": draw.randint(0, 999),
        "checkpoint_every": draw.randint(1, 12), "checkpoints_kept": draw.randint(1, 3),
        "warmup_steps": draw.randint(0, 5), "micro_batches": draw.randint(1, 3),
        "weight_decay": draw.choice([0, 0.1]), "weight_decay_of": draw.choice(["all", "matrices"]),
    }
    values.update(draw.choice(SCHEDULES))
    if draw.random() < 0.3:
        values["early_stopping"] = draw.randint(2, 4)
    if draw.random() < 0.1:
        values["overfit_one_batch"] = "true"
    sets = [f"train.{key}={value}" for key, value in values.items()]
    sets.append(f"task.seed={draw.randint(0, 999)}")
    sets.append(f"model.dropout={draw.choice([0, 0.1, 0.3])}")
    return steps, [part for text in sets for part in ("--set", text)]


def steps_in(metrics):
    if not os.path.exists(metrics):
        return 0
    with open(metrics, "rb") as file:
        return file.read().count(b'"grad_norm"')


def stop_at(process, metrics, step, number):
    """Sends the signal after `step` steps; whether it arrived before the end."""
    while process.poll() is None and steps_in(metrics) < step:
        time.sleep(0.0005)
    process.send_signal(number)
    code, error = tools.finish(process)
    if code not in (0, -number):
        raise tools.TrialError(f"signal {number}: code {code}: {error.strip()}")
    return code != 0


def has_changed(run, change):
    """Whether config.json of a run has what a resume changed: it says so by itself from then on."""
    with open(os.path.join(run, "config.json"), encoding="utf-8") as file:
        config = json.load(file)
    keys = [text.split("=") for text in change[1::2]]
    return all(str(config[path.split(".")[0]][path.split(".")[1]]) == value
               for path, value in keys)


def train_with_stops(heed, folder, arguments, span, draw):
    """Trains a run, or resumes it with `arguments` if it is there; `span` are the steps at which it
    may be interrupted. Returns the interruptions that arrived before the end."""
    taken = []
    run = os.path.join(folder, "stopped")
    is_new = not os.path.exists(run)

    def command():
        if is_new:
            source = (["--resume", "stopped"] if os.path.exists(run)
                      else [*arguments, "--out", "stopped"])
        else:
            changed = has_changed(run, arguments)
            source = ["--resume", "stopped", *([] if changed else arguments)]
        return ["train", *source, "--threads", str(draw.choice([1, 2]))]

    for step in sorted(draw.choices(span, k=draw.randint(1, 3))):
        number = draw.choice(STOPS)
        process = tools.start(heed, folder, command())
        if stop_at(process, os.path.join(run, "metrics.jsonl"), step, number):
            taken.append(f"{number.name} at {step}")
    tools.run(heed, folder, command())
    return taken


def compare(folder):
    whole, stopped = os.path.join(folder, "whole"), os.path.join(folder, "stopped")
    if tools.metrics(whole) != tools.metrics(stopped):
        raise tools.TrialError("metrics.jsonl differs")
    last = tools.checkpoints(whole)[-1][2]
    if tools.checkpoints(stopped)[-1][2] != last:
        raise tools.TrialError("the last checkpoints differ")
    for name in ["model.safetensors", "optimizer.safetensors"]:
        texts = []
        for run in [whole, stopped]:
            with open(os.path.join(run, "checkpoints", last, name), "rb") as file:
                texts.append(file.read())
        if texts[0] != texts[1]:
            raise tools.TrialError(f"{name} differs")


def draw_change(draw, steps):
    """Other data and more steps for a run that has ended."""
    values = {"train.steps": steps + draw.randint(10, 25), "task.seed": draw.randint(1000, 1999),
              "train.eval_sequences": draw.randint(5, 40)}
    return [part for key, value in values.items() for part in ("--set", f"{key}={value}")]


def trial(heed, folder, config, draw):
    steps, sets = draw_sets(draw)
    train = with_optimizers(folder, config, draw)
    arguments = [os.path.join("configs", "trial.json"), *sets]
    tools.run(heed, folder, ["train", *arguments, "--out", "whole", "--threads",
                             str(draw.choice([1, 2]))])
    stops = train_with_stops(heed, folder, arguments, range(steps), draw)
    if draw.random() < 1 / 3:
        change = draw_change(draw, steps)
        arguments += ["then", *change]
        tools.run(heed, folder, ["train", "--resume", "whole", *change])
        stops += ["changed data"] + train_with_stops(heed, folder, change,
                                                     range(steps, steps + 10), draw)
    try:
        compare(folder)
    except tools.TrialError as error:
        raise tools.TrialError(f"{config}, {json.dumps(train)}, {' '.join(sets)}; {stops}: {error}"
                               ) from error
    return stops


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    tools.add_arguments(parser, 60)
    arguments = parser.parse_args()
    tools.let_signals_through()
    draw = random.Random(arguments.seed)
    configs = sorted({os.path.basename(path) for path in glob.glob(f"{tools.ROOT}/configs/*.json")}
                     - {"schema.json"})
    same, kinds = 0, collections.Counter()
    begin = time.monotonic()
    for index in range(arguments.count):
        config = configs[index] if index < len(configs) else draw.choice(configs)
        with tools.scratch() as folder:
            shutil.copytree(os.path.join(tools.ROOT, "configs"), os.path.join(folder, "configs"))
            try:
                stops = trial(arguments.heed, folder, config, draw)
                kinds.update(stop.split()[0] for stop in stops)
                same += 1
            except (tools.TrialError, OSError) as error:
                print(f"trial {index}: {error}", file=sys.stderr)
                if arguments.keep:
                    shutil.copytree(folder, f"failed-trial-{index}", symlinks=True)
    summary = ", ".join(f"{count} {name}" for name, count in sorted(kinds.items()))
    print(f"{same} of {arguments.count} trials end bit-identical to the uninterrupted run "
          f"({summary}; seed {arguments.seed}, {time.monotonic() - begin:.0f} s)")
    return 0 if same == arguments.count else 1


if __name__ == "__main__":
    sys.exit(main())
