"""Rows of ops whose inputs' shapes depend on each other, or on attributes."""

from __future__ import annotations

import math
from typing import Any

import torch

from calls import Tensors
from draw import Draw
from rows import ROWS, row

Made = tuple[Tensors, dict[str, Any]]


def some(draw: Draw, **choices: Any) -> dict[str, Any]:
    """Each of these attributes, or its default."""
    return {name: value for name, value in choices.items() if draw.chance(0.7)}


@row("view", "reshape")
def view(draw: Draw) -> Made:
    x = draw.tensor(draw.shape())
    count = x.numel()
    shape: list[int] = []
    while count > 1 and draw.chance(0.8):
        divisors = [d for d in range(1, min(count, 100) + 1) if count % d == 0]
        shape.append(draw.one_of(divisors))
        count //= shape[-1]
    shape.insert(draw.rng.randint(0, len(shape)), count)
    if shape and draw.chance(0.3):
        shape[draw.rng.randrange(len(shape))] = -1
    if draw.bad():
        shape.append(draw.one_of([-1, -2, 2, 0]))
    return [x], {"shape": shape}


@row("expand")
def expand(draw: Draw) -> Made:
    size = draw.shape()
    x = draw.tensor(draw.part(size))
    asked = [-1 if draw.chance(0.15) else s for s in size]
    if draw.bad():
        asked.append(draw.one_of([-1, -2, 2, 0]))
    return [x], {"size": asked}


@row("permute")
def permute(draw: Draw) -> Made:
    x = draw.tensor(draw.shape())
    order = draw.rng.sample(range(x.dim()), x.dim())
    dims = [d - x.dim() if draw.chance(0.4) else d for d in order]
    if draw.bad():
        dims = draw.dims(x.dim())
    return [x], {"dims": dims}


@row("transpose")
def transpose(draw: Draw) -> Made:
    x = draw.tensor(draw.shape())
    return [x], {"dim0": draw.dim(x.dim()), "dim1": draw.dim(x.dim())}


@row("flatten")
def flatten(draw: Draw) -> Made:
    x = draw.tensor(draw.shape())
    return [x], some(draw, start_dim=draw.dim(x.dim()), end_dim=draw.dim(x.dim()))


@row("unflatten")
def unflatten(draw: Draw) -> Made:
    x = draw.tensor(draw.shape(1))
    dim = draw.dim(x.dim())
    size = x.shape[dim] if -x.dim() <= dim < x.dim() else 2
    sizes = draw.one_of([[size], [1, size], [size, 1, 1], [-1], [-1, max(size, 1)], [1, -1, 1]])
    return [x], {"dim": dim, "sizes": [0, 2] if draw.bad() else sizes}


@row("unsqueeze")
def unsqueeze(draw: Draw) -> Made:
    x = draw.tensor(draw.shape())
    return [x], {"dim": draw.dim(x.dim() + 1)}


@row("squeeze")
def squeeze(draw: Draw) -> Made:
    x = draw.tensor(draw.shape())
    return [x], some(draw, dim=draw.dim(x.dim()))


@row("select")
def select(draw: Draw) -> Made:
    x = draw.tensor(draw.shape(1))
    dim = draw.dim(x.dim())
    size = x.shape[dim] if -x.dim() <= dim < x.dim() else 1
    wrong = draw.bad()
    index = draw.rng.randint(-size - wrong, size - 1 + wrong + (not size))
    return [x], {"dim": dim, "index": index}


@row("slice")
def take_slice(draw: Draw) -> Made:
    x = draw.tensor(draw.shape(1))
    bounds = [draw.one_of([*range(-8, 9), 2**63 - 1, -2**63]) for _ in range(2)]
    return [x], {"dim": draw.dim(x.dim()), "start": bounds[0], "end": bounds[1],
                 "step": draw.one_of([1, 1, 2, 3, 100, 0 if draw.bad() else 1])}


@row("slice_backward")
def slice_backward(draw: Draw) -> Made:
    draw.floating()
    inputs, attrs = take_slice(draw)
    x = inputs[0]
    if x is None or not -x.dim() <= attrs["dim"] < x.dim() or attrs["step"] < 1:
        return inputs, {"input_sizes": [2, 3], **attrs}
    at = [slice(None)] * x.dim()
    at[attrs["dim"]] = slice(attrs["start"], attrs["end"], attrs["step"])
    return [draw.tensor(x[tuple(at)].shape)], {"input_sizes": list(x.shape), **attrs}


@row("narrow")
def narrow(draw: Draw) -> Made:
    x = draw.tensor(draw.shape(1))
    dim = draw.dim(x.dim())
    size = x.shape[dim] if -x.dim() <= dim < x.dim() else 1
    start = draw.rng.randint(0, size)
    length = draw.rng.randint(0, size - start)
    return [x], {"dim": dim, "start": start - (size if draw.chance(0.3) and start < size else 0),
                 "length": length + draw.bad()}


@row("split")
def split(draw: Draw) -> Made:
    x = draw.tensor(draw.shape(1))
    dim = draw.dim(x.dim())
    size = x.shape[dim] if -x.dim() <= dim < x.dim() else 1
    first = draw.rng.randint(0, size)
    sizes: Any = draw.one_of([max(1, first), size + 1, [first, size - first],
                              [size], [0, size, 0]])
    if draw.bad():
        sizes = draw.one_of([0, -1, [size, 1], [-1, size + 1]])
    return [x], {"split_size_or_sections": sizes, **some(draw, dim=dim)}


@row("chunk")
def chunk(draw: Draw) -> Made:
    x = draw.tensor(draw.shape(1))
    return [x], {"chunks": draw.one_of([1, 2, 3, 5, 0 if draw.bad() else 4]),
                 **some(draw, dim=draw.dim(x.dim()))}


@row("flip")
def flip(draw: Draw) -> Made:
    x = draw.tensor(draw.shape())
    return [x], {"dims": draw.dims(x.dim())}


@row("roll")
def roll(draw: Draw) -> Made:
    x = draw.tensor(draw.shape())
    dims = draw.dims(x.dim())
    shifts = [draw.rng.randint(-9, 9) for _ in dims]
    if not dims or draw.chance(0.2):
        return [x], {"shifts": [draw.one_of([1, -1, 5, 2**40])]}
    return [x], {"shifts": shifts, "dims": dims}


@row("movedim")
def movedim(draw: Draw) -> Made:
    x = draw.tensor(draw.shape())
    source = draw.dims(x.dim())
    rank = x.dim()
    target = draw.rng.sample(range(rank), min(len(source), rank))
    return [x], {"source": source, "destination": target}


@row("repeat", "tile")
def repeat(draw: Draw) -> Made:
    x = draw.tensor(draw.shape(0, 3))
    count = draw.rng.randint(0, x.dim() + 1)
    return [x], {"": [draw.one_of([0, 1, 1, 2, 3, -1 if draw.bad() else 1])
                      for _ in range(count if draw.chance(0.3) else max(count, x.dim()))]}


def renamed(op: str, name: str) -> None:
    base = ROWS[op]

    def made(draw: Draw) -> Made:
        inputs, attrs = base(draw)
        return inputs, {name: attrs[""]}
    ROWS[op] = made


renamed("repeat", "repeats")
renamed("tile", "dims")


@row("repeat_interleave")
def repeat_interleave(draw: Draw) -> Made:
    x = draw.tensor(draw.shape())
    return [x], {"repeats": draw.one_of([0, 1, 2, 3, -1 if draw.bad() else 2]),
                 **some(draw, dim=draw.dim(x.dim()))}


@row("tril", "triu")
def triangle(draw: Draw) -> Made:
    x = draw.tensor(draw.shape(2))
    return [x], some(draw, diagonal=draw.one_of([*range(-4, 5), 2**62, -2**62]))


@row("diagonal")
def diagonal(draw: Draw) -> Made:
    x = draw.tensor(draw.shape(2))
    dims = draw.rng.sample(range(x.dim()), 2) if x.dim() > 1 else [0, 1]
    if draw.bad():
        dims = [draw.dim(x.dim()), draw.dim(x.dim())]
    return [x], {**some(draw, offset=draw.rng.randint(-4, 4)), "dim1": dims[0], "dim2": dims[1]}


@row("diagonal_backward")
def diagonal_backward(draw: Draw) -> Made:
    draw.floating()
    inputs, attrs = diagonal(draw)
    shape = [2, 3] if inputs[0] is None or inputs[0].dim() < 2 else list(inputs[0].shape)
    try:
        result = torch.zeros(shape).diagonal(attrs.get("offset", 0), attrs["dim1"], attrs["dim2"])
    except (RuntimeError, IndexError):
        result = torch.zeros(2)
    return [draw.tensor(result.shape)], {"shape": shape, **attrs}


@row("cat", "stack")
def join(draw: Draw) -> Made:
    shape = draw.shape(1)
    tensors: Tensors = [draw.tensor(shape) for _ in range(draw.rng.randint(1, 3))]
    return tensors, some(draw, dim=draw.dim(len(shape)))


def cat(draw: Draw) -> Made:
    shape = draw.shape(1)
    dim = draw.dim(len(shape))
    tensors: Tensors = []
    for _ in range(draw.rng.randint(1, 3)):
        if -len(shape) <= dim < len(shape):
            shape[dim] = draw.size()
        other = [*shape, 2] if draw.bad() else shape
        tensors.append(draw.tensor(other))
    return tensors, {"dim": dim}


ROWS["cat"] = cat


@row("embedding")
def embedding(draw: Draw) -> Made:
    draw.floating()
    rows, width = max(1, draw.size()), draw.size()
    return [draw.indices(draw.shape(), rows), draw.tensor([rows, width])], some(
        draw, padding_idx=draw.rng.randint(-rows, rows - 1))


@row("index_select")
def index_select(draw: Draw) -> Made:
    x = draw.tensor(draw.shape(1))
    dim = draw.dim(x.dim())
    size = x.shape[dim] if -x.dim() <= dim < x.dim() else 1
    return [x, draw.indices([draw.size() if size else 0], size)], {"dim": dim}


@row("index_add")
def index_add(draw: Draw) -> Made:
    inputs, attrs = index_select(draw)
    x, index = inputs
    assert x is not None and index is not None
    shape = list(x.shape)
    if -x.dim() <= attrs["dim"] < x.dim() and index.numel() and not draw.bad(0.1):
        shape[attrs["dim"]] = index.numel()
    elif -x.dim() <= attrs["dim"] < x.dim():
        shape[attrs["dim"]] = 0
    return [x, index, draw.tensor(shape)], attrs


@row("gather")
def gather(draw: Draw) -> Made:
    x = draw.tensor(draw.shape())
    dim = draw.dim(x.dim())
    inside = -x.dim() <= dim < x.dim()
    shape = [draw.rng.randint(0 if draw.chance(0.1) else min(1, s), s) for s in x.shape]
    if inside:
        shape[dim] = draw.size() if x.shape[dim] else 0
    if draw.bad(0.2) and shape:
        shape[draw.rng.randrange(len(shape))] += 1
    return [x, draw.indices(shape, x.shape[dim] if inside else 1)], {"dim": dim}


@row("scatter_add")
def scatter_add(draw: Draw) -> Made:
    inputs, attrs = gather(draw)
    index = inputs[1]
    assert index is not None
    source = draw.tensor(index.shape)
    return [inputs[0], index, source], attrs


@row("take_along_dim")
def take_along_dim(draw: Draw) -> Made:
    if draw.chance(0.3):
        x = draw.tensor(draw.shape())
        return [x, draw.indices(draw.shape() if x.numel() else [0], x.numel(), True)], {}
    shape = draw.shape(1)
    dim = draw.dim(len(shape))
    own, other = draw.part(shape), draw.part(shape)
    own = [1] * (len(shape) - len(own)) + own
    other = [1] * (len(shape) - len(other)) + other
    if -len(shape) <= dim < len(shape):
        other[dim] = draw.size() if own[dim] else 0
    x = draw.tensor(own)
    size = own[dim] if -len(shape) <= dim < len(shape) else 1
    return [x, draw.indices(other, size, True)], {"dim": dim}


@row("one_hot")
def one_hot(draw: Draw) -> Made:
    classes = max(1, draw.size())
    attrs = some(draw, num_classes=draw.one_of([-1, classes, classes + 2, 0 if draw.bad() else -1]))
    return [draw.indices(draw.shape(), classes)], attrs


@row("topk")
def topk(draw: Draw) -> Made:
    x = draw.tensor(draw.shape())
    dim = draw.dim(x.dim())
    size = x.shape[dim] if x.dim() and -x.dim() <= dim < x.dim() else 1
    return [x], {"k": draw.rng.randint(-draw.bad(), size + draw.bad()),
                 **some(draw, largest=draw.chance(0.5), sorted=True), "dim": dim}
