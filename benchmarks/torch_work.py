#!/usr/bin/env python3
"""The work of benchmarks/*_work.cpp in PyTorch, from the same inputs, in every variant that may be
the quickest. As a program (name, variant, inputs as JSON) it prints the peak memory of a process
that does nothing else."""
import itertools
import json
import re
import sys
import time

import torch
from torch.nn import functional

import check_numbers

LEARNING_RATE, WEIGHT_DECAY = 1e-5, 0.01
BATCH_SECONDS = 1e-3
LARGEST_COMPOSED = 1 << 27  # numbers in [B, H, L, L]


def time_run(run, seconds):
    """Milliseconds a run, the median over batches as in measure.cpp, and the share of the time in
    which this thread had a processor."""
    def batch(runs):
        start = time.perf_counter()
        for _ in itertools.repeat(None, runs):
            run()
        return time.perf_counter() - start

    runs, start, before = 1, time.perf_counter(), time.thread_time()
    taken = batch(runs)
    while taken < BATCH_SECONDS / 2:
        runs *= 2
        taken = batch(runs)
    batches = [taken]
    while time.perf_counter() - start < seconds:
        batches.append(batch(runs))
    share = (time.thread_time() - before) / (time.perf_counter() - start)
    return sorted(batches)[len(batches) // 2] / runs * 1e3, share


def adamw(parameters, kind):
    kinds = {"fused": {"fused": True}, "foreach": {"foreach": True}, "for-loop": {"foreach": False}}
    return torch.optim.AdamW(parameters, lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY, **kinds[kind])


def attention(q, k, v, composed, causal=False):
    """[B, H, L, D] → [B, H, L, D]"""
    if not composed:
        return functional.scaled_dot_product_attention(q, k, v, is_causal=causal)
    scores = q @ k.transpose(-2, -1) / q.shape[-1] ** 0.5
    if causal:
        later = torch.ones(q.shape[-2], q.shape[-2], dtype=torch.bool).triu(1)
        scores = scores.masked_fill(later, float("-inf"))
    return torch.softmax(scores, -1) @ v


def attend(x, weights, prefix, heads, composed, causal=False):
    """Multi-head attention of x [B, L, D] with bias-free projections, packed or not."""
    B, L, D = x.shape
    if prefix + "W_QKV" in weights:
        q, k, v = functional.linear(x, weights[prefix + "W_QKV"]).split(D, dim=2)
    else:
        q, k, v = (functional.linear(x, weights[f"{prefix}W_{part}.weight"]) for part in "QKV")
    q, k, v = (part.view(B, L, heads, D // heads).transpose(1, 2) for part in (q, k, v))
    o = attention(q, k, v, composed, causal).transpose(1, 2).reshape(B, L, D)
    return functional.linear(o, weights[prefix + "W_O.weight"])


def attention_loss(shape):
    heads = shape["H"]

    def loss(inputs, weights, composed):
        y = attend(inputs["x"], weights, "", heads, composed)
        return y, y.square().mean()
    return loss


def language_loss(shape):
    layers, heads, width = shape["layers"], shape["heads"], shape["d"]

    def norm(x, weights, name):
        return functional.layer_norm(x, (width,), weights[name + ".weight"],
                                     weights[name + ".bias"])

    def linear(x, weights, name):
        return functional.linear(x, weights[name + ".weight"], weights[name + ".bias"])

    def loss(inputs, weights, composed):
        x = functional.embedding(inputs["ids"], weights["tokens.weight"])
        x = x + weights["positions.weight"]
        for layer in range(layers):
            block = f"encoder.blocks.{layer}."
            n = norm(x, weights, block + "attention_norm")
            x = x + attend(n, weights, block + "attention.", heads, composed, causal=True)
            n = norm(x, weights, block + "feed_forward_norm")
            n = functional.gelu(linear(n, weights, block + "feed_forward.expand"))
            x = x + linear(n, weights, block + "feed_forward.contract")
        x = norm(x, weights, "encoder.norm")
        scores = functional.linear(x, weights["output.weight"]).view(-1, 65)
        return scores, functional.cross_entropy(scores, inputs["targets"])
    return loss


def pack(weights):
    """W_Q, W_K and W_V of each attention as one parameter."""
    packed = {}
    for name, value in weights.items():
        prefix, found, _ = name.rpartition("W_Q.weight")
        if found:
            parts = [weights[f"{prefix}W_{part}.weight"] for part in "QKV"]
            packed[prefix + "W_QKV"] = torch.cat(parts)
        elif not name.endswith(("W_K.weight", "W_V.weight")):
            packed[name] = value
    return packed


def unpack(tensors):
    """The opposite, also of gradients."""
    unpacked = {}
    for name, value in tensors.items():
        prefix, found, suffix = name.rpartition("W_QKV")
        if not found:
            unpacked[name] = value
            continue
        for part, third in zip("QKV", value.chunk(3)):
            unpacked[f"{prefix}W_{part}.weight{suffix}"] = third
    return unpacked


class Step:
    """A training step. `variant`: of composed/sdpa, packed, eager/compile, and an optimizer."""

    def __init__(self, name, variant, inputs):
        words = variant.split()
        shape = {key: int(value) for key, value in re.findall(r"([A-Za-z]+)(\d+)", name)}
        data = ("x", "ids", "targets")
        self.inputs = {key: inputs[key].clone() for key in data if key in inputs}
        weights = {key: value for key, value in inputs.items() if key not in data}
        weights = pack(weights) if "packed" in words else weights
        self.weights = {key: value.clone().requires_grad_() for key, value in weights.items()}
        if "x" in self.inputs:
            self.inputs["x"].requires_grad_()
        self.composed = "composed" in words
        self.loss = language_loss(shape) if name.startswith("lm") else attention_loss(shape)
        if "compile" in words:
            self.loss = torch.compile(self.loss, dynamic=False)
        kind = next((word for word in words if word in ("foreach", "for-loop")), "fused")
        self.optimizer = adamw(list(self.weights.values()), kind)

    def run(self):
        self.optimizer.zero_grad()
        if "x" in self.inputs:
            self.inputs["x"].grad = None
        y, loss = self.loss(self.inputs, self.weights, self.composed)
        loss.backward()
        self.optimizer.step()
        return y

    def results(self):
        all_of = {"y": self.run()}
        if "x" in self.inputs:
            all_of["x.grad"] = self.inputs["x"].grad
        for name, weight in self.weights.items():
            all_of[name + ".grad"] = weight.grad
            all_of[name] = weight
        return unpack(all_of)


OPS = {
    "softmax": lambda t: torch.softmax(t["x"], -1),
    "log_softmax": lambda t: torch.log_softmax(t["x"], -1),
    "cross_entropy": lambda t: functional.cross_entropy(t["x"], t["targets"]),
    "layer_norm": lambda t: functional.layer_norm(t["x"], t["weight"].shape, t["weight"],
                                                  t["bias"]),
    "gelu": lambda t: functional.gelu(t["x"]),
    "add_broadcast": lambda t: t["x"] + t["bias"],
    "sum": lambda t: t["x"].sum(),
    "dropout": lambda t: functional.dropout(t["x"], check_numbers.DROPOUT_P, True),
    "embedding": lambda t: functional.embedding(t["ids"], t["weight"]),
    "permute_contiguous": lambda t: t["x"].permute(0, 2, 1, 3).contiguous(),
    "transpose_contiguous": lambda t: t["x"].permute(1, 0).contiguous(),
    "matmul": lambda t: torch.matmul(t["a"], t["b"]),
    "bmm": lambda t: torch.bmm(t["a"], t["b"]),
    "matmul_backward": lambda t: torch.matmul(t["a"], t["b"]),
    "bmm_backward": lambda t: torch.bmm(t["a"], t["b"]),
}


class Op:
    """Forward and backward of one op; products without `_backward` forward only."""

    def __init__(self, name, _, inputs):
        kind = name.split()[0]
        self.op = OPS[kind]
        self.inputs = {key: value.clone() for key, value in inputs.items() if key != "cotangent"}
        self.cotangent = inputs.get("cotangent")
        self.leaves = {} if kind in ("matmul", "bmm") else {
            key: value.requires_grad_() for key, value in self.inputs.items()
            if value.is_floating_point()}

    def run(self):
        for leaf in self.leaves.values():
            leaf.grad = None
        y = self.op(self.inputs)
        if self.leaves:
            y.backward(self.cotangent)
        return y

    def results(self):
        y = self.run().detach()
        return {"y": y, **{key + ".grad": leaf.grad for key, leaf in self.leaves.items()}}


class Adamw:
    def __init__(self, _, variant, inputs):
        self.parameter = inputs["parameter"].clone().requires_grad_()
        self.parameter.grad = inputs["gradient"].clone()
        self.run = adamw([self.parameter], variant).step

    def results(self):
        self.run()
        return {"parameter": self.parameter}


class TinyAdd:
    def __init__(self, name, _, inputs):
        a, b = (inputs[key].clone().requires_grad_() for key in "ab")
        g = inputs["cotangent"]
        self.a, self.b, self.backward = a, b, name.endswith("backward")
        self.run = (lambda: (a + b).backward(g)) if self.backward else (lambda: a + b)

    def results(self):
        self.run()
        y = {"y": self.a + self.b}
        return {**y, "a.grad": self.a.grad, "b.grad": self.b.grad} if self.backward else y


def variants(name, with_compile):
    """Labels of what may be PyTorch's best, or of the one that is the bar."""
    kind, _, shape = name.partition(" ")
    if kind == "my_mha_step":
        return ["composed eager"]
    if kind not in ("mha_step", "lm_step"):
        return ["fused", "foreach", "for-loop"] if kind == "adamw" else ["eager"]
    sizes = {key: int(value) for key, value in re.findall(r"([A-Za-z]+)(\d+)", shape)}
    scores = (sizes["B"] * sizes["H"] * sizes["L"] ** 2 if kind == "mha_step"
              else sizes["batch"] * sizes["heads"] * sizes["block"] ** 2)
    kinds = ["sdpa"] if scores > LARGEST_COMPOSED else ["sdpa", "composed"]
    modes = ["eager", "compile"] if with_compile else ["eager"]
    packings = ["", " packed"]
    return [f"{one}{packed} {mode}" for mode in modes for one in kinds for packed in packings]


def other_optimizers(name, variant):
    """The same variant with what AdamW(fused=True) should be quicker than."""
    if name.split()[0] not in ("mha_step", "lm_step"):
        return []
    return [variant + " foreach", variant + " for-loop"]


def make(name, variant, inputs):
    kind = name.split()[0]
    return {"mha_step": Step, "my_mha_step": Step, "lm_step": Step, "adamw": Adamw,
            "tiny_add": TinyAdd}.get(kind, Op)(name, variant, inputs)


def main():
    name, variant, tensors, threads = sys.argv[1:]
    torch.set_num_threads(int(threads))
    work = make(name, variant, check_numbers.load(json.loads(tensors)))
    for _ in range(3):
        work.run()
    with open("/proc/self/status", encoding="ascii") as status:  # ru_maxrss begins at the parent's
        print(next(int(line.split()[1]) for line in status if "VmHWM" in line) * 1024 / 1e6)


if __name__ == "__main__":
    main()
