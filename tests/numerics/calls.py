"""A call of an op and an answer, as tensors of PyTorch and as JSON."""

from __future__ import annotations

import dataclasses
import math
import random
from typing import Any

import torch

Tensors = list[torch.Tensor | None]

DTYPES = {"f32": torch.float32, "f64": torch.float64, "i64": torch.int64, "bool": torch.bool}
NAMES = {dtype: name for name, dtype in DTYPES.items()}


@dataclasses.dataclass
class Call:
    """Inputs and attributes of an op. Cotangents are drawn from `seed`, so that a call that is
    made smaller keeps its numbers; each is changed by up to `nudge` of itself."""

    op: str
    attrs: dict[str, Any]
    inputs: Tensors
    seed: str
    nudge: float = 0.0

    def cotangent(self, position: int, shape: torch.Size, dtype: torch.dtype) -> torch.Tensor:
        rng = random.Random(f"{self.seed} cotangent {position}")
        values = [rng.choice([-2.0, -1.0, 0.0, 0.5, 1.0, rng.uniform(-2, 2)])
                  for _ in range(math.prod(shape))]
        exact = torch.tensor(values, dtype=torch.float64).to(dtype)
        steps = [rng.uniform(-self.nudge, self.nudge) for _ in values] if self.nudge else [0.0]
        return (exact * (1 + torch.tensor(steps, dtype=torch.float64)).to(dtype)).reshape(shape)

    def floating(self) -> list[torch.Tensor]:
        return [t for t in self.inputs if t is not None and t.is_floating_point()]

    def dtypes(self) -> set[torch.dtype]:
        return {t.dtype for t in self.inputs if t is not None}


@dataclasses.dataclass
class Answer:
    """Outputs and gradients, or why there are none."""

    outputs: Tensors = dataclasses.field(default_factory=list)
    grads: Tensors = dataclasses.field(default_factory=list)
    error: str | None = None


def number_to_json(value: float) -> float | str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value


def to_json(tensor: torch.Tensor | None) -> dict[str, Any] | None:
    if tensor is None:
        return None
    data = tensor.detach().flatten().tolist()
    if tensor.is_floating_point():
        data = [number_to_json(value) for value in data]
    return {"dtype": NAMES[tensor.dtype], "shape": list(tensor.shape), "data": data}


def from_json(entry: dict[str, Any] | None) -> torch.Tensor | None:
    if entry is None:
        return None
    dtype = DTYPES[entry["dtype"]]
    data = entry["data"]
    if dtype.is_floating_point:
        flat = torch.tensor([float(value) for value in data], dtype=torch.float64).to(dtype)
    else:
        flat = torch.tensor(data, dtype=dtype)
    return flat.reshape(entry["shape"])


def attrs_to_json(attrs: dict[str, Any]) -> dict[str, Any]:
    return {key: number_to_json(value) if isinstance(value, float) else value
            for key, value in attrs.items()}


def request_of(call: Call, cotangents: Tensors | None = None) -> dict[str, Any]:
    request: dict[str, Any] = {"op": call.op, "attrs": attrs_to_json(call.attrs),
                               "inputs": [to_json(t) for t in call.inputs]}
    if cotangents is not None:
        request["grad_outputs"] = [to_json(t) for t in cotangents]
    return request
