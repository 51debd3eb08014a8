"""Rows of ops that write to places, and of padding."""

from __future__ import annotations

from typing import Any

import torch

from calls import Tensors
from draw import Draw
from rows import row

Made = tuple[Tensors, dict[str, Any]]


def index_of(draw: Draw, x: torch.Tensor, dim: int, repeats: bool) -> torch.Tensor:
    """Places along `dim`; without repeats each at most once, for what PyTorch leaves open."""
    if not -max(x.dim(), 1) <= dim < max(x.dim(), 1):
        return draw.indices(list(x.shape), 1)
    shape = [draw.rng.randint(0 if draw.chance(0.1) else min(1, size), size) for size in x.shape]
    size = x.shape[dim] if x.dim() else 1
    if x.dim() and repeats:
        shape[dim] = draw.size()
    if not size:
        shape = [0] * x.dim()
    if repeats or not x.dim() or draw.bad():
        return draw.indices(shape, size)
    order = torch.rand(x.shape, generator=torch.Generator().manual_seed(
        draw.rng.randint(0, 1000))).argsort(dim)
    return order[tuple(slice(0, s) for s in shape)].clone()


def along(draw: Draw, repeats: bool) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, int]:
    x = draw.tensor(draw.shape())
    dim = draw.dim(x.dim())
    index = index_of(draw, x, dim, repeats)
    shape = list(index.shape)
    if draw.bad() and shape:
        shape[draw.rng.randrange(len(shape))] += draw.one_of([1, -1])
    return x, index, draw.tensor([max(0, s) for s in shape]), dim


@row("scatter")
def scatter(draw: Draw) -> Made:
    x, index, source, dim = along(draw, False)
    if draw.chance(0.4):
        value = float(draw.rng.randint(0, 3)) if x.dtype != torch.bool else 1.0
        return [x, index], {"dim": dim, "value": value}
    return [x, index, source], {"dim": dim}


@row("scatter_reduce")
def scatter_reduce(draw: Draw) -> Made:
    x, index, source, dim = along(draw, True)
    return [x, index, source], {
        "dim": dim, "include_self": draw.chance(0.5),
        "reduce": "add" if draw.bad() else draw.one_of(["sum", "prod", "mean", "amax", "amin"])}


@row("index_copy")
def index_copy(draw: Draw) -> Made:
    x = draw.tensor(draw.shape(1) or [2])
    dim = draw.dim(x.dim())
    size = x.shape[dim] if -x.dim() <= dim < x.dim() else 2
    index = torch.tensor(draw.rng.sample(range(size), draw.rng.randint(0, size)),
                         dtype=torch.int64)
    shape = [len(index) if d == dim % x.dim() else s for d, s in enumerate(x.shape)]
    if draw.bad() and len(index) < 2:
        index = draw.indices([len(index)], size)
    return [x, index, draw.tensor(shape)], {"dim": dim}


@row("index_fill")
def index_fill(draw: Draw) -> Made:
    x = draw.tensor(draw.shape(1) or [2])
    dim = draw.dim(x.dim())
    size = x.shape[dim] if -x.dim() <= dim < x.dim() else 2
    index = draw.indices([draw.size() if size else 0], size, negative=True)
    return [x, index], {"dim": dim, "value": float(draw.rng.randint(0, 1))}


@row("index_put")
def index_put(draw: Draw) -> Made:
    x = draw.tensor(draw.shape(1) or [2])
    accumulate = draw.chance(0.6)
    if draw.chance(0.3):
        mask = draw.mask(x.shape[:draw.rng.randint(1, x.dim())])
        return [x, draw.tensor(draw.part(x.shape[mask.dim():])), mask], {"accumulate": accumulate}
    if accumulate:
        shape = [draw.size() for _ in range(draw.rng.randint(0, 2))] if x.numel() else [0]
        indices = [draw.indices(shape[i % 2 and 1:], size, negative=True)
                   for i, size in enumerate(x.shape[:draw.rng.randint(1, x.dim())])]
    else:  # each place at most once
        shape = [draw.rng.randint(0, x.shape[0])]
        indices = [torch.tensor(draw.rng.sample(range(x.shape[0]), shape[0]), dtype=torch.int64)]
        if draw.bad():
            indices = [draw.indices([1], x.shape[0])]
    values = draw.tensor(draw.part(shape + list(x.shape[len(indices):])))
    return [x, values, *indices], {"accumulate": accumulate}


@row("pad")
def pad(draw: Draw) -> Made:
    mode = draw.one_of(["constant", "constant", "reflect", "replicate", "circular"])
    if mode == "constant":
        x = draw.tensor(draw.shape())
        pairs = draw.rng.randint(0, x.dim() + draw.bad())
    else:
        pairs = draw.rng.randint(1, 3)
        x = draw.tensor([max(1, draw.size()) for _ in range(pairs + 1)])
    sizes = [draw.rng.choice([0, 1, 2, 3, -1, -2] if mode == "constant" else [0, 0, 1, 1, 2, 3, -1])
             for _ in range(2 * pairs)]
    attrs: dict[str, Any] = {"pad": sizes[:-1] if draw.bad(0.2) else sizes, "mode": mode}
    if mode == "constant" and draw.chance(0.5):
        attrs["value"] = float(draw.rng.randint(0, 1))
    return [x], attrs


@row("cosine_similarity")
def cosine_similarity(draw: Draw) -> Made:
    draw.floating()
    a, b = draw.broadcasting(2)
    attrs: dict[str, Any] = {"dim": draw.dim(max(a.dim(), b.dim()))}
    if draw.chance(0.3):
        attrs["eps"] = draw.one_of([1e-8, 0.1, 1.0])
    return [a, b], attrs


@row("median")
def median(draw: Draw) -> Made:
    x = draw.tensor(draw.shape())
    return [x], {"dim": draw.dim(x.dim()), "keepdim": draw.chance(0.5)} if draw.chance(0.6) else {}
