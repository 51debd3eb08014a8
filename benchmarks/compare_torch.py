#!/usr/bin/env python3
"""Runs heed's training-step benchmark and the same work in PyTorch alternately, in one session with
equal thread counts, and prints medians side by side.

usage: compare_torch.py [--program build/release/bin/step_benchmark] [--threads N] [--rounds N]
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import time

SHAPES = [(32, 16, 64, 4), (64, 32, 64, 4), (32, 64, 128, 4), (8, 512, 512, 8)]
SECONDS_PER_ROUND = 0.5


def heed_times(program, threads):
    """Milliseconds per step of each shape, and nanoseconds of the tiny ops."""
    environment = dict(os.environ, HEED_THREADS=str(threads))
    environment.pop("OPENBLAS_CORETYPE", None)
    command = [program, "--benchmark_format=json", f"--benchmark_min_time={SECONDS_PER_ROUND}"]
    done = subprocess.run(command, env=environment, check=True, capture_output=True)
    report = json.loads(done.stdout)
    return {row["name"].split("/real_time")[0]: row["real_time"] for row in report["benchmarks"]}


class TorchStep:
    """MyMHA in composed PyTorch, with its optimizer."""

    def __init__(self, torch, shape, fused):
        B, L, D, H = shape
        self.torch, self.shape, self.fused = torch, shape, fused
        self.linears = [torch.nn.Linear(D, D, bias=False) for _ in range(4)]
        parameters = [linear.weight for linear in self.linears]
        self.optimizer = torch.optim.AdamW(parameters, lr=1e-4, fused=True)
        self.x = torch.randn(B, L, D, requires_grad=True)

    def __call__(self):
        torch, (B, L, D, H) = self.torch, self.shape
        self.optimizer.zero_grad()
        self.x.grad = None
        q, k, v = (linear(self.x).view(B, L, H, D // H).transpose(1, 2)
                   for linear in self.linears[:3])
        if self.fused:
            o = torch.nn.functional.scaled_dot_product_attention(q, k, v)
        else:
            o = torch.softmax(q @ k.transpose(-2, -1) / (D // H) ** 0.5, dim=-1) @ v
        y = self.linears[3](o.transpose(1, 2).reshape(B, L, D))
        y.square().mean().backward()
        self.optimizer.step()


def time_torch(step):
    step()
    laps, start = 0, time.perf_counter()
    while time.perf_counter() - start < SECONDS_PER_ROUND:
        step()
        laps += 1
    return (time.perf_counter() - start) * 1e3 / laps


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default=str(root / "build/release/bin/step_benchmark"))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()

    import torch
    torch.set_num_threads(options.threads)
    steps = {(shape, fused): TorchStep(torch, shape, fused)
             for shape in SHAPES for fused in (False, True)}
    heed, peer = {}, {}
    for _ in range(options.rounds):
        for name, value in heed_times(options.program, options.threads).items():
            heed.setdefault(name, []).append(value)
        for key, step in steps.items():
            peer.setdefault(key, []).append(time_torch(step))

    print(f"PyTorch {torch.__version__}, {options.threads} threads, medians of {options.rounds}")
    print(f"{'work':34}{'heed ms':>10}{'composed':>10}{'fused':>10}{'ratio':>8}")
    for shape in SHAPES:
        ours = statistics.median(heed["my_mha_step/B:%d/L:%d/D:%d/H:%d" % shape])
        composed, fused = (statistics.median(peer[shape, kind]) for kind in (False, True))
        name = "my_mha_step B%d L%d D%d H%d" % shape
        ratio = min(composed, fused) / ours
        print(f"{name:34}{ours:10.3f}{composed:10.3f}{fused:10.3f}{ratio:8.2f}")
    for name in ("add_forward", "add_forward_backward"):
        print(f"{name:34}{statistics.median(heed[name]):10.0f} ns")


if __name__ == "__main__":
    main()
