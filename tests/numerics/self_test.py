"""Whether the comparison sees what it should: PyTorch is compared with itself, with one thing of
its answers changed."""

from __future__ import annotations

from typing import Any, Callable

import torch

import differences
import pytorch
import session
from calls import Answer, Call, Tensors

Change = Callable[[Answer], Answer | None]  # None where there is nothing to change
CALLS = 60


def number(name: str) -> dict[str, Any]:
    return {"name": name, "type": "float", "default": None}


OPS: list[dict[str, Any]] = [
    {"name": "add", "inputs": ["input?", "other?"], "attrs": [number("input"), number("other")]},
    {"name": "exp", "inputs": ["x"], "attrs": []},
    {"name": "sum", "inputs": ["x"], "attrs": [
        {"name": "dim", "type": "int[]", "default": None},
        {"name": "keepdim", "type": "bool", "default": False}]},
    {"name": "sort", "inputs": ["x"], "attrs": [
        {"name": "dim", "type": "int", "default": -1},
        {"name": "descending", "type": "bool", "default": False}]},
    {"name": "matmul", "inputs": ["input", "other"], "attrs": []},
]


class Changed:
    """Answers like heed-eval, but with PyTorch's answers after a change."""

    def __init__(self, change: Change) -> None:
        self.change = change
        self.changed = False

    def ops(self) -> list[dict[str, Any]]:
        return OPS

    def answer(self, call: Call, cotangents: Tensors | None) -> Answer:
        plain = pytorch.answer(call)
        changed = None if differences.extreme(call) else self.change(plain)
        self.changed = changed is not None
        return plain if changed is None else changed


def altered(tensors: Tensors, alter: Callable[[torch.Tensor], torch.Tensor]) -> Tensors | None:
    """With the last number of the first tensor that has one altered."""
    for i, tensor in enumerate(tensors):
        if tensor is None or not tensor.numel() or not tensor.is_floating_point():
            continue
        flat = tensor.flatten().clone()
        if not flat[-1].isfinite() or flat[-1].abs() < 0.1 or flat[-1].abs() > 1e3:
            continue
        flat[-1] = alter(flat[-1])
        return [*tensors[:i], flat.reshape(tensor.shape), *tensors[i + 1:]]
    return None


def of_outputs(alter: Callable[[torch.Tensor], torch.Tensor]) -> Change:
    def change(answer: Answer) -> Answer | None:
        outputs = altered(answer.outputs, alter)
        return outputs and Answer(outputs, answer.grads)
    return change


def of_grads(alter: Callable[[torch.Tensor], torch.Tensor]) -> Change:
    def change(answer: Answer) -> Answer | None:
        grads = altered(answer.grads, alter)
        return grads and Answer(answer.outputs, grads)
    return change


def of_first(alter: Callable[[torch.Tensor], torch.Tensor]) -> Change:
    def change(answer: Answer) -> Answer | None:
        return Answer([alter(answer.outputs[0])], answer.grads) if answer.outputs else None
    return change


CHANGES: dict[str, Change] = {
    "a number doubled": of_outputs(lambda x: 2 * x),
    "a sign": of_outputs(lambda x: -x),
    "a NaN": of_outputs(lambda x: x * torch.nan),
    "a gradient doubled": of_grads(lambda x: 2 * x),
    "a gradient that is NaN": of_grads(lambda x: x * torch.nan),
    "a dimension more": of_first(lambda x: x.unsqueeze(0)),
    "another dtype": of_first(lambda x: x.to(torch.int32)),
    "an output more": lambda a: Answer([*a.outputs, *a.outputs], a.grads) if a.outputs else None,
    "a refusal": lambda a: Answer(error="no") if a.error is None else None,
    "no refusal": lambda a: Answer([torch.zeros(1)], []) if a.error is not None else None,
    "a crash": lambda a: Answer(error="CRASH"),
}


def run() -> int:
    """Prints what was missed; 0 if nothing was."""
    faults, seen = 0, 0
    for name, change in {"nothing": lambda answer: None, **CHANGES}.items():
        heed = Changed(change)
        one = session.Session(heed)
        for entry in OPS:
            for i in range(CALLS):
                before = one.bad.total()
                one.try_call(entry, f"self-test {i}", most=0)
                found = one.bad.total() > before
                seen += found
                if found != heed.changed:
                    faults += 1
                    print(f"{entry['name']} {i}: {name}: {'found' if found else 'missed'}")
    print(f"fuzz: self-test: {seen} changed answers found, {faults} faults")
    return 1 if faults else 0
