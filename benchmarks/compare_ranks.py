#!/usr/bin/env python3
"""Two processes with one thread each beside one process with two: heed over MPI, PyTorch with
DistributedDataParallel over gloo.

  build/torch/bin/python benchmarks/compare_ranks.py [--rounds 5] [--steps 30] [--width 256]

The same model and batch on both sides: a decoder of the task "text" (learned positions, pre-norm
blocks, GELU, AdamW). The four take turns; a number is the median over rounds of the median time of
a step. Exits with 2 if something is missing.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LENGTH, LAYERS, HEADS = 64, 4, 4


def heed_step_ms(heed, ranks, threads, arguments, folder):
    """The median of a step, and the number of parameters."""
    run = os.path.join(folder, "run")
    subprocess.run(["rm", "-rf", run], check=True)
    values = {
        "task.length": LENGTH, "model.d_model": arguments.width, "model.d_ff": 4 * arguments.width,
        "model.layers": LAYERS, "model.dropout": 0, "model.tied": False,
        "model.norm": "layer_norm", "model.activation": "gelu", "model.positions": "learned",
        "model.attention": {"type": "multi_head_attention", "heads": HEADS},
        "train.batch_size": arguments.batch, "train.micro_batches": ranks, "train.snapshots": 0,
        "train.steps": arguments.steps, "train.eval_every": arguments.steps,
        "train.clip_norm": None, "train.eval_sequences": 4,
        "train.checkpoint_every": arguments.steps}
    words = [word for key, value in values.items()
             for word in ("--set", f"{key}={json.dumps(value)}")]
    start = [heed, "train"] if ranks == 1 else [heed, "launch", "-n", str(ranks), "train"]
    environment = {**os.environ, "HEED_THREADS": str(threads)}
    environment.pop("OPENBLAS_CORETYPE", None)
    done = subprocess.run([*start, os.path.join(ROOT, "configs/text.json"), *words, "--out", run],
                          env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"heed with {ranks} ranks: {done.stderr}")
    with open(os.path.join(run, "metrics.jsonl"), encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    rates = [line["tokens_per_second"] for line in lines if "tokens_per_second" in line]
    tokens = arguments.batch * LENGTH
    return 1000 * tokens / statistics.median(rates[5:]), json.loads(done.stdout)["parameters"]


def torch_model(torch, width, symbols):
    nn = torch.nn

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.attention_norm, self.norm = nn.LayerNorm(width), nn.LayerNorm(width)
            self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
            self.expand, self.contract = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

        def forward(self, x):
            batch, length, _ = x.shape
            heads = self.qkv(self.attention_norm(x)).view(batch, length, 3, HEADS, -1)
            q, k, v = heads.permute(2, 0, 3, 1, 4).unbind()
            y = nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
            x = x + self.out(y.transpose(1, 2).reshape(batch, length, width))
            return x + self.contract(nn.functional.gelu(self.expand(self.norm(x))))

    class Decoder(nn.Module):
        def __init__(self):
            super().__init__()
            self.tokens, self.positions = nn.Embedding(symbols, width), nn.Embedding(LENGTH, width)
            self.blocks = nn.Sequential(*[Block() for _ in range(LAYERS)])
            self.norm, self.output = nn.LayerNorm(width), nn.Linear(width, symbols)

        def forward(self, ids):
            x = self.tokens(ids) + self.positions(torch.arange(ids.shape[1]))
            return self.output(self.norm(self.blocks(x)))

    return Decoder()


def torch_rank(arguments):
    """One process of PyTorch; rank 0 prints the median of a step in ms."""
    import torch
    import torch.distributed as dist
    rank, ranks = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    model = torch_model(torch, arguments.width, arguments.symbols)
    if ranks > 1:
        dist.init_process_group("gloo")
        model = torch.nn.parallel.DistributedDataParallel(model)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, fused=True)
    batch = arguments.batch // ranks
    times = []
    for _ in range(arguments.steps):
        ids = torch.randint(0, arguments.symbols, (batch, LENGTH))
        targets = torch.randint(0, arguments.symbols, (batch * LENGTH,))
        start = time.perf_counter()
        optimizer.zero_grad()
        scores = model(ids).view(-1, arguments.symbols)
        loss = torch.nn.functional.cross_entropy(scores, targets)
        loss.backward()
        optimizer.step()
        loss.item()
        times.append(time.perf_counter() - start)
    if rank == 0:
        print(1000 * statistics.median(times[5:]), sum(p.numel() for p in model.parameters()))
    if ranks > 1:
        dist.destroy_process_group()


def torch_step_ms(ranks, threads, arguments, symbols):
    line = [sys.executable, __file__, "--torch-rank", "--threads", str(threads),
            "--symbols", str(symbols), "--steps", str(arguments.steps), "--width",
            str(arguments.width), "--batch", str(arguments.batch)]
    processes = []
    for rank in range(ranks):
        environment = {**os.environ, "RANK": str(rank), "WORLD_SIZE": str(ranks),
                       "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "29577",
                       "OMP_NUM_THREADS": str(threads)}
        processes.append(subprocess.Popen(line, env=environment, stdout=subprocess.PIPE, text=True))
    outputs = [process.communicate()[0] for process in processes]
    if any(process.returncode != 0 for process in processes):
        sys.exit("PyTorch failed")
    milliseconds, parameters = outputs[0].split()
    return float(milliseconds), int(parameters)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--width", type=int, default=256)
    parser.add_argument("--batch", type=int, default=16, help="sequences of 64 characters")
    parser.add_argument("--heed", default=os.path.join(ROOT, "build/release/bin/heed"))
    parser.add_argument("--torch-rank", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--threads", type=int, default=1, help=argparse.SUPPRESS)
    parser.add_argument("--symbols", type=int, default=0, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    try:
        import torch  # noqa: F401
    except ImportError:
        print("PyTorch is missing: see docs/performance.md")
        return 2
    if arguments.torch_rank:
        torch_rank(arguments)
        return 0
    with open(os.path.join(ROOT, "configs/data/attention.txt"), encoding="utf-8") as file:
        symbols = len(set(file.read()))
    times = {name: [] for name in ("heed 1 x 2", "heed 2 x 1", "PyTorch 1 x 2", "PyTorch 2 x 1")}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(arguments.rounds):
            for name, found in times.items():
                ranks, threads = int(name.split()[1]), int(name.split()[3])
                if name.startswith("heed"):
                    found.append(heed_step_ms(arguments.heed, ranks, threads, arguments, folder))
                else:
                    found.append(torch_step_ms(ranks, threads, arguments, symbols))
    medians = {}
    for name, found in times.items():
        medians[name] = statistics.median(milliseconds for milliseconds, _ in found)
        all_times = " ".join(f"{milliseconds:.1f}" for milliseconds, _ in found)
        print(f"{name:14} {medians[name]:7.1f} ms  ({all_times})  {found[0][1]:,} parameters")
    print(f"PyTorch / heed: one process {medians['PyTorch 1 x 2'] / medians['heed 1 x 2']:.2f}, "
          f"two {medians['PyTorch 2 x 1'] / medians['heed 2 x 1']:.2f}")
    print(f"two processes / one: heed {medians['heed 2 x 1'] / medians['heed 1 x 2']:.2f}, "
          f"PyTorch {medians['PyTorch 2 x 1'] / medians['PyTorch 1 x 2']:.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
