"""Rows of matrix products, normalizations and attention."""

from __future__ import annotations

from typing import Any

import torch

from calls import Tensors
from draw import Draw
from rows import row
from rows_of_shapes import Made, some


def matrices(draw: Draw) -> Draw:
    """Sums of products of huge numbers depend on the order of additions: they are left out."""
    draw.floating()
    if draw.kind in ("huge", "mixed"):
        draw.kind = "plain"
    return draw


def off(draw: Draw, size: int) -> int:
    """A size that must be this one."""
    return size + 1 if draw.bad(0.15) else size


@row("matmul")
def matmul(draw: Draw) -> Made:
    matrices(draw)
    batch, inner = draw.shape(0, 2), draw.size()
    left = [*draw.part(batch), draw.size(), inner]
    right = [*draw.part(batch), off(draw, inner), draw.size()]
    if draw.chance(0.15):
        left = [inner]
    if draw.chance(0.15):
        right = [off(draw, inner)]
    if draw.bad(0.1):
        left = []
    return [draw.tensor(left), draw.tensor(right)], {}


@row("linear")
def linear(draw: Draw) -> Made:
    matrices(draw)
    inner, outer = draw.size(), draw.size()
    bias = draw.tensor([off(draw, outer)]) if draw.chance(0.6) else None
    x = draw.tensor([*draw.shape(0, 3), inner])
    return [x, draw.tensor([outer, off(draw, inner)]), bias], {}


@row("bmm")
def bmm(draw: Draw) -> Made:
    matrices(draw)
    batch, rows, inner, columns = (draw.size() for _ in range(4))
    return [draw.tensor([batch, rows, inner]),
            draw.tensor([off(draw, batch), off(draw, inner), columns])], {}


@row("addmm")
def addmm(draw: Draw, batch: list[int] | None = None) -> Made:
    matrices(draw)
    batch = batch or []
    rows, inner, columns = (draw.size() for _ in range(3))
    shape = [*batch, rows, columns]
    numbers = [1.0, 1.0, 0.0, 0.5, -2.0]
    return [draw.tensor(draw.part(shape)), draw.tensor([*batch, rows, inner]),
            draw.tensor([*batch, off(draw, inner), columns])], some(
                draw, beta=draw.one_of(numbers), alpha=draw.one_of(numbers))


@row("baddbmm")
def baddbmm(draw: Draw) -> Made:
    return addmm(draw, [draw.size()])


@row("outer")
def outer(draw: Draw) -> Made:
    return [draw.tensor([draw.size()]), draw.tensor(draw.shape(1, 1))], {}


EQUATIONS = ["ij,jk->ik", "ij,jk", "bij,bjk->bik", "bhqd,bhkd->bhqk", "i,j->ij", "ij->ji", "ij->",
             "ii->i", "ii", "i,i->", "...i,...i->...", "...ij,...jk->...ik", "ij,kj,lk->il",
             "ij,ij->j", "abc,cd->abd", "i,ij,j->", "b...,b...->...", "aab->b", "ij->kj", "i->ii"]


@row("einsum")
def einsum(draw: Draw) -> Made:
    matrices(draw)
    equation = draw.one_of(EQUATIONS)
    sizes: dict[str, int] = {}
    dots = draw.shape(0, 2)
    tensors: Tensors = []
    for term in equation.split("->")[0].split(","):
        shape: list[int] = []
        for letter in term.replace("...", "."):
            shape += dots if letter == "." else [
                off(draw, sizes.setdefault(letter, draw.size()))]
        tensors.append(draw.tensor(shape))
    return tensors, {"equation": equation}


@row("layer_norm", "rms_norm")
def layer_norm(draw: Draw) -> Made:
    draw.floating()
    x = draw.tensor(draw.shape(1))
    count = draw.rng.randint(1, max(1, x.dim()))
    shape = list(x.shape[x.dim() - min(count, x.dim()):])
    weight = draw.tensor(shape) if draw.chance(0.6) else None
    attrs = {"normalized_shape": [*shape, 2] if draw.bad(0.2) else shape,
             **some(draw, eps=draw.one_of([1e-5, 1e-8, 0.1, 0.0]))}
    return [x, weight], attrs


def with_bias(draw: Draw) -> Made:
    inputs, attrs = layer_norm(draw)
    weight = inputs[1]
    inputs.append(None if weight is None or draw.chance(0.3) else draw.tensor(weight.shape))
    return inputs, attrs


row("layer_norm")(with_bias)


@row("scaled_dot_product_attention")
def attention(draw: Draw) -> Made:
    matrices(draw)
    batch, heads, queries, keys, width, values = (max(1, draw.size()) for _ in range(6))
    attrs: dict[str, Any] = {}
    few = heads
    if draw.chance(0.2):
        few = draw.one_of([h for h in range(1, heads + 1) if heads % h == 0])
        attrs["enable_gqa"] = True
    mask = None
    if draw.chance(0.4):
        shape = draw.one_of([[queries, keys], [batch, 1, queries, keys], [1, keys],
                             [batch, heads, queries, keys]])
        mask = draw.mask(shape) if draw.chance(0.6) else draw.tensor(shape, kind="plain")
        if mask.is_floating_point() and mask.numel() and draw.chance(0.3):
            mask.view(-1)[0] = float("-inf")
    elif draw.chance(0.3):
        attrs["is_causal"] = True
    if draw.chance(0.3):
        attrs["scale"] = draw.one_of([0.25, 1.0, 0.0, -1.0])
    return [draw.tensor([batch, heads, queries, width]),
            draw.tensor([batch, few, keys, off(draw, width)]),
            draw.tensor([batch, few, off(draw, keys), values]), mask], attrs


@row("rotary_embedding")
def rotary(draw: Draw) -> Made:
    draw.floating()
    length, half = draw.size(), draw.size()
    batch = draw.shape(0, 2)
    angles = draw.one_of([[length, half], [*batch, length, half]])
    return [draw.tensor([*batch, length, 2 * half]), draw.tensor(angles, kind="plain"),
            draw.tensor(angles, kind="plain")], some(draw, interleaved=draw.chance(0.5))
