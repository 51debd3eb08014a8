"""Random shapes, dtypes, values and dimensions, chosen to find faults."""

from __future__ import annotations

import math
import random
from typing import Sequence

import torch

SIZES = [0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 5, 7]
FAR = [2**63 - 1, -2**63, 2**31, -2**31]
INTEGERS = [0, 1, -1, 2, 3, -3, 7, 100, 2**31, -2**31 - 1, 2**53 + 1, 2**62, 2**63 - 1, -2**63]
KINDS = ["plain"] * 8 + ["ties"] * 4 + ["special"] * 4 + ["huge", "tiny", "unit", "mixed"]


class Draw:
    """One call's source of random choices. A call has one dtype and one kind of values unless its
    op says otherwise."""

    def __init__(self, seed: str) -> None:
        self.rng = random.Random(seed)
        self.dtype = self.rng.choices(
            [torch.float32, torch.float64, torch.int64, torch.bool], [45, 38, 12, 5])[0]
        self.kind = self.rng.choice(KINDS)
        self.invalid = self.chance(0.12)  # whether this call may break rules

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def bad(self, probability: float = 0.3) -> bool:
        return self.invalid and self.chance(probability)

    def one_of(self, choices: Sequence):
        return self.rng.choice(choices)

    def floating(self) -> torch.dtype:
        """The call's dtype, made a floating one unless the call may break rules."""
        if not self.dtype.is_floating_point and not self.bad(0.5):
            self.dtype = self.one_of([torch.float32, torch.float64])
        return self.dtype

    def size(self) -> int:
        return self.one_of(SIZES) if self.chance(0.5) else self.rng.randint(1, 5)

    def shape(self, low: int = 0, high: int = 4) -> list[int]:
        if self.bad(0.15):
            low, high = 0, 5
        shape = [self.size() for _ in range(self.rng.randint(low, high))]
        if self.chance(0.02) and shape:  # longer than a vector, or than a block of a kernel
            shape = shape[-1:] and [self.one_of([17, 33, 64, 129, 1025])]
            shape = [self.one_of([1, 2, 3])] * max(0, low - 1) + shape
        return shape

    def number(self, dtype: torch.dtype, kind: str) -> float:
        rng, huge = self.rng, 1e38 if dtype == torch.float32 else 1e308
        least = 1e-45 if dtype == torch.float32 else 5e-324
        if kind == "mixed":
            kind = rng.choice(["plain", "ties", "huge", "tiny", "unit"])
        if kind == "special" and rng.random() < 0.4:
            kind = rng.choice(["plain", "ties"])
        sign = rng.choice([-1.0, 1.0])
        if kind == "ties":
            return float(rng.randint(-2, 2))
        if kind == "special":
            return sign * rng.choice([0.0, 0.0, math.inf, math.inf, math.nan, math.nan, 1.0,
                                      huge, least, 0.5, 1.5, 2.5, 1e-8, 88.8, 710.0, 16777217.0])
        if kind == "huge":
            return sign * huge * 10 ** rng.uniform(-25, 0.4)
        if kind == "tiny":
            return sign * 10 ** rng.uniform(-45, -20) * (1 if dtype == torch.float32 else 1e-270)
        if kind == "unit":
            return rng.random()
        return rng.gauss(0, 1) * rng.choice([1, 1, 1, 5, 30])

    def values(self, count: int, dtype: torch.dtype, kind: str) -> torch.Tensor:
        rng = self.rng
        if dtype == torch.bool:
            return torch.tensor([rng.random() < 0.6 for _ in range(count)], dtype=torch.bool)
        if dtype == torch.int64:
            wide = kind in ("huge", "special")
            return torch.tensor([rng.choice(INTEGERS) if wide else rng.randint(-4, 6)
                                 for _ in range(count)], dtype=torch.int64)
        numbers = [self.number(dtype, kind) for _ in range(count)]
        return torch.tensor(numbers, dtype=torch.float64).to(dtype)

    def tensor(self, shape: Sequence[int], dtype: torch.dtype | None = None,
               kind: str | None = None) -> torch.Tensor:
        dtype = self.dtype if dtype is None else dtype
        if self.bad(0.1):
            dtype = self.one_of([torch.float32, torch.float64, torch.int64, torch.bool])
        return self.values(math.prod(shape), dtype, kind or self.kind).reshape(list(shape))

    def indices(self, shape: Sequence[int], below: int, negative: bool = False) -> torch.Tensor:
        """Indices into `below` elements, now and then one that is not there."""
        low = -below if negative else 0
        if self.bad(0.3):
            low, below = low - 1, below + 1
        values = [self.rng.randint(low, max(low, below - 1)) for _ in range(math.prod(shape))]
        dtype = torch.float32 if self.bad(0.05) else torch.int64
        return torch.tensor(values, dtype=dtype).reshape(list(shape))

    def mask(self, shape: Sequence[int]) -> torch.Tensor:
        return self.tensor(shape, torch.bool)

    def part(self, shape: Sequence[int]) -> list[int]:
        """A shape that broadcasts to this one."""
        small = [1 if self.chance(0.25) else size for size in shape]
        if self.chance(0.3):
            small = small[self.rng.randint(0, len(small)):]
        if self.bad(0.3) and small:
            small[self.rng.randrange(len(small))] += 1
        return small

    def broadcasting(self, count: int) -> list[torch.Tensor]:
        shape = self.shape()
        return [self.tensor(self.part(shape)) for _ in range(count)]

    def dim(self, rank: int) -> int:
        if self.bad(0.3):
            return self.one_of([rank, -rank - 1, rank + 3, *FAR])
        return self.rng.randint(-max(rank, 1), max(rank, 1) - 1)

    def dims(self, rank: int) -> list[int]:
        chosen = self.rng.sample(range(rank), self.rng.randint(0, rank))
        dims = [d - rank if self.chance(0.4) else d for d in chosen]
        if self.bad(0.3):
            dims.append(self.one_of(dims) if dims and self.chance(0.5) else self.dim(rank))
        return dims
