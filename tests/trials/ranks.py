#!/usr/bin/env python3
"""Trains with several ranks over MPI and checks that nothing depends on how many there are.

  tests/trials/ranks.py bits [--quick]    one hash of model, optimizer and metrics for every N
  tests/trials/ranks.py ends [--quick]    what happens to one rank ends all, with a checkpoint kept
  tests/trials/ranks.py kills [COUNT]     kill -9 of a random rank at a random moment, and resume

Each run ends with the same bits as a single process, also after it was resumed with another N.
An MPI that is not installed is left out, and said so; there must be at least one. Exits with 1 if
anything differs.
"""

import argparse
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time

import tools

PARTS = 12
# A table of names: what is trained, what is changed for it.
MODELS = {
    "reverse": ["reverse.json", {"model.dropout": 0.1}],
    "text": ["text.json", {}],
    "seq2seq": ["seq2seq_reverse.json", {"train.stop_at": 1, "model.dropout": 0.1}],
}
VARIANTS = {
    "dropout": {},
    "clipping": {"train.clip_norm": 0.05},
    "momentum": {"train.optimizer": "sgd", "train.momentum": 0.9},
    "muon": {"train.groups": [{"pattern": "*feed_forward.*.weight", "optimizer": "muon"},
                              {"pattern": "*norm*", "lr_factor": 0.5, "weight_decay": 0}]},
}
SHORT = {"train.steps": 12, "train.eval_every": 6, "train.eval_sequences": 70,
         "train.micro_batches": PARTS, "train.batch_size": 26, "train.snapshots": 3,
         "train.checkpoint_every": 6, "train.schedule": "constant"}
LONG = {"train.steps": 3000, "train.eval_every": 250, "train.eval_sequences": 200,
        "train.micro_batches": PARTS, "train.batch_size": 24, "train.checkpoint_every": 20,
        "train.lr": 0.0001}


class Mpi:
    """One that is installed: its launcher, and the variable that tells a process its rank."""

    def __init__(self, name, launcher, rank_variable):
        self.name, self.launcher, self.rank_variable = name, launcher, rank_variable


def installed(heed):
    found = []
    for name, launcher, variable in [("openmpi", "mpirun.openmpi", "OMPI_COMM_WORLD_RANK"),
                                     ("mpich", "mpiexec.mpich", "PMI_RANK")]:
        library = os.path.join(os.path.dirname(heed), "../lib/heed", f"heed_{name}.so")
        if shutil.which(launcher) and os.path.exists(library):
            found.append(Mpi(name, launcher, variable))
        else:
            print(f"skipped: no {name} here", flush=True)
    if not found:
        raise tools.TrialError("no MPI is installed, or heed was built without it")
    return found


def words(sets):
    return [word for key, value in sets.items()
            for word in ("--set", f"{key}={json.dumps(value)}")]


def command(heed, mpi, ranks, arguments):
    if ranks == 1:
        return [heed, "train", *arguments]
    return [heed, "launch", "-n", str(ranks), "--mpirun", mpi.launcher, "train", *arguments]


def train(heed, mpi, ranks, arguments, folder, threads="1"):
    environment = {**os.environ, "HEED_THREADS": threads}
    done = subprocess.run(command(heed, mpi, ranks, arguments), cwd=folder, env=environment,
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise tools.TrialError(f"{ranks} ranks: code {done.returncode}: {done.stderr.strip()}")
    return done


def without_header(path):
    """The tensors of a safetensors file. The header has the configuration, with train.steps."""
    with open(path, "rb") as file:
        content = file.read()
    return content[8 + int.from_bytes(content[:8], "little"):]


def hash_of(run):
    """One number of the newest checkpoint's model and optimizer, and of all metrics."""
    newest = tools.checkpoints(run)[-1][2]
    whole = hashlib.sha256()
    for name in ("model", "optimizer"):
        path = os.path.join(run, "checkpoints", newest, f"{name}.safetensors")
        whole.update(without_header(path))
    whole.update("\n".join(tools.metrics(run)).encode())
    return whole.hexdigest()[:16]


def hash_of_snapshots(run):
    """When they are taken depends on train.steps, so a run that is extended has other ones."""
    whole = hashlib.sha256()
    snapshots = os.path.join(run, "snapshots")
    for name in sorted(os.listdir(snapshots)):
        whole.update(name.encode() + without_header(os.path.join(snapshots, name)))
    return whole.hexdigest()[:16]


def check_equal(what, found, wanted):
    if found != wanted:
        raise tools.TrialError(f"{what}: {found}, a single process has {wanted}")


def bits_of(heed, mpis, folder, model, variant, counts):
    """One model in one variant; returns how many runs had the hash of a single process."""
    config, own = MODELS[model]
    path = os.path.join(tools.ROOT, "configs", config)
    sets = {**own, **SHORT, **VARIANTS[variant]}
    run = os.path.join(folder, "run")

    def fresh(mpi, ranks, changed=None, threads="1"):
        shutil.rmtree(run, ignore_errors=True)
        train(heed, mpi, ranks, [path, *words({**sets, **(changed or {})}), "--out", run], folder,
              threads)

    fresh(None, 1)
    wanted, snapshots = hash_of(run), hash_of_snapshots(run)
    trials = 0
    for number, mpi in enumerate(mpis):
        for ranks in counts if number == 0 else counts[1::3]:
            what = f"{model}, {variant}, {mpi.name}, N={ranks}"
            fresh(mpi, ranks, threads=random.choice("12"))
            check_equal(what, hash_of(run), wanted)
            check_equal(f"{what}, snapshots", hash_of_snapshots(run), snapshots)
            other = random.choice([count for count in counts if count != ranks])
            fresh(mpi, other, {"train.steps": 6})
            train(heed, mpi, ranks, ["--resume", run, "--set", "train.steps=12"], folder)
            check_equal(f"{what}, resumed from N={other}", hash_of(run), wanted)
            trials += 2
    print(f"{model:8} {variant:9} {wanted}  {trials} runs", flush=True)
    return trials


def bits(heed, mpis, folder, quick):
    counts = [1, 3, 4] if quick else [1, 2, 3, 4, 5, 6]
    pairs = [(model, variant) for model in MODELS for variant in VARIANTS]
    if quick:
        pairs = [("reverse", "muon"), ("text", "clipping"), ("seq2seq", "momentum")]
    total = sum(bits_of(heed, mpis, folder, *pair, counts) for pair in pairs)
    print(f"{total} runs with {PARTS} parts, N in {counts}: the bits of a single process")


class Job:
    """A training with several ranks that goes on while something happens to it."""

    def __init__(self, heed, mpi, ranks, folder, changed=None, more=()):
        self.mpi, self.run = mpi, os.path.join(folder, "run")
        shutil.rmtree(self.run, ignore_errors=True)
        path = os.path.join(tools.ROOT, "configs", MODELS["reverse"][0])
        sets = {**MODELS["reverse"][1], **LONG, **(changed or {})}
        arguments = [path, *words(sets), "--out", self.run, *more]
        self.process = subprocess.Popen(command(heed, mpi, ranks, arguments), cwd=folder,
                                        env={**os.environ, "HEED_THREADS": "1"}, text=True,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def pid_of(self, rank):
        wanted = f"{self.mpi.rank_variable}={rank}".encode()
        for name in os.listdir("/proc"):
            try:
                if not name.isdigit():
                    continue
                with open(f"/proc/{name}/environ", "rb") as file:
                    variables = file.read().split(b"\0")
                with open(f"/proc/{name}/cmdline", "rb") as file:
                    line = file.read().split(b"\0")
            except OSError:
                continue
            if wanted in variables and self.run.encode() in line:
                return int(name)
        return None

    def wait_for_step(self, step):
        end = time.monotonic() + 60
        while time.monotonic() < end:
            try:
                if tools.last_step(self.run) >= step and tools.checkpoints(self.run):
                    return
            except (OSError, ValueError, KeyError):
                pass
            if self.process.poll() is not None:
                raise tools.TrialError(f"ended before step {step}: {self.process.stderr.read()}")
            time.sleep(0.01)
        raise tools.TrialError(f"not at step {step} within a minute")

    def end(self, limit):
        """(seconds until it ended, exit code, stderr)"""
        start = time.monotonic()
        try:
            error = self.process.communicate(timeout=limit)[1]
        except subprocess.TimeoutExpired:
            self.process.kill()
            error = self.process.communicate()[1]
            raise tools.TrialError(f"still there after {limit} s; it said: {error}") from None
        return time.monotonic() - start, self.process.returncode, error


def resumed_hash(heed, run, folder, mpi=None, ranks=1):
    train(heed, mpi, ranks, ["--resume", run], folder)
    return hash_of(run)


def baseline(heed, folder):
    run = os.path.join(folder, "run")
    shutil.rmtree(run, ignore_errors=True)
    path = os.path.join(tools.ROOT, "configs", MODELS["reverse"][0])
    train(heed, None, 1, [path, *words({**MODELS["reverse"][1], **LONG}), "--out", run], folder)
    return hash_of(run)


def happen(event, job, rank):
    """Lets one thing happen to a rank, or to the launcher (rank None)."""
    pid = job.process.pid if rank is None else job.pid_of(rank)
    if pid is None:
        raise tools.TrialError(f"there is no rank {rank}")
    if event == "no memory":
        subprocess.run(["prlimit", "--pid", str(pid), "--as=1"], check=True)
    else:
        os.kill(pid, getattr(signal, event))


# What happens, to whom, and whether all end between two steps, with a checkpoint of that step.
ENDS = [("SIGKILL", False), ("SIGSEGV", False), ("SIGABRT", False), ("no memory", False),
        ("SIGSTOP", False), ("SIGTERM", True), ("SIGINT", True), ("SIGUSR1", True)]


def check_end(heed, mpi, folder, event, is_orderly, rank, wanted):
    job = Job(heed, mpi, 3, folder)
    job.wait_for_step(random.randint(30, 300))
    happen(event, job, rank)
    seconds, code, error = job.end(limit=60)
    whom = "launcher" if rank is None else f"rank {rank}"
    what = f"{mpi.name:8} {event:9} to {whom:8}"
    if code == 0:
        raise tools.TrialError(f"{what}: exit code 0: {error}")
    own = [line for line in error.splitlines()
           if line.startswith(("rank ", "heed")) and "warning" not in line]
    if len(own) > 1:
        raise tools.TrialError(f"{what}: said {len(own)} times what was wrong: {error}")
    last, step = tools.checkpoints(job.run)[-1][0], tools.last_step(job.run)
    if is_orderly and last != step:
        raise tools.TrialError(f"{what}: ended at step {step}, checkpoint of {last}: {error}")
    if not is_orderly and seconds > 10:
        raise tools.TrialError(f"{what}: {seconds:.1f} s until all had ended: {error}")
    check_equal(what, resumed_hash(heed, job.run, folder), wanted)
    print(f"{what}: {seconds:4.1f} s, code {code:4}, step {step}, checkpoint {last}"
          f"{'; ' + own[0][:110] if own else ''}", flush=True)


def check_stuck(heed, mpi, folder):
    """A rank that takes longer for a step than it may ends the job, and says so once."""
    slow = {"train.batch_size": 8192, "model.d_model": 128, "train.micro_batches": 2}
    job = Job(heed, mpi, 2, folder, slow, ["--rank-timeout", "1"])
    seconds, code, error = job.end(limit=60)
    said = [line for line in error.splitlines() if "no progress for" in line]
    if code != 75 or len(said) != 1:
        raise tools.TrialError(f"{mpi.name}: a stuck rank: code {code}: {error}")
    print(f"{mpi.name:8} stuck: {seconds:4.1f} s, code   75; {said[0][:90]}", flush=True)


def ends(heed, mpis, folder, quick):
    wanted = baseline(heed, folder)
    for mpi in mpis:
        check_stuck(heed, mpi, folder)
        for event, is_orderly in ENDS:
            for rank in ([0, 1, None] if is_orderly else [0, 1]):
                if quick and random.random() > 0.3 and (event, rank) != ("SIGKILL", 1):
                    continue
                check_end(heed, mpi, folder, event, is_orderly, rank, wanted)


def kills(heed, mpis, folder, count):
    wanted = baseline(heed, folder)
    slowest = 0
    for number in range(count):
        mpi = mpis[number % len(mpis)]
        job = Job(heed, mpi, random.choice([2, 3]), folder)
        job.wait_for_step(random.randint(1, 600))
        time.sleep(random.random() / 10)
        happen("SIGKILL", job, random.randint(0, 1))
        seconds, code, error = job.end(limit=60)
        slowest = max(slowest, seconds)
        if code == 0 or seconds > 10:
            raise tools.TrialError(f"kill {number}: code {code} after {seconds:.1f} s: {error}")
        ranks = random.choice([1, 2, 4])
        check_equal(f"kill {number}", resumed_hash(heed, job.run, folder, mpi, ranks), wanted)
    print(f"{count} kills, 0 lost; the slowest job ended after {slowest:.1f} s")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["bits", "ends", "kills"])
    parser.add_argument("count", nargs="?", type=int, default=100)
    parser.add_argument("--quick", action="store_true", help="a sample, for CI")
    parser.add_argument("--seed", type=int, default=0, help="seed of the random choices")
    parser.add_argument("--heed", default=os.path.join(tools.ROOT, "build/release/bin/heed"))
    arguments = parser.parse_args()
    random.seed(arguments.seed)
    tools.let_signals_through()
    heed = os.path.realpath(arguments.heed)
    with tools.scratch() as folder:
        try:
            mpis = installed(heed)
            if arguments.what == "bits":
                bits(heed, mpis, folder, arguments.quick)
            elif arguments.what == "ends":
                ends(heed, mpis, folder, arguments.quick)
            else:
                kills(heed, mpis, folder, arguments.count)
        except tools.TrialError as error:
            print(f"FAILED: {error}", flush=True)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
