"""Rows of decompositions of matrices."""

from __future__ import annotations

import torch

from draw import Draw
from rows import row
from rows_of_shapes import Made, some


def matrix(draw: Draw, symmetric: bool) -> torch.Tensor:
    """Matrices whose singular values or eigenvalues lie apart, so that all gradients exist."""
    draw.floating()
    batch, rows = draw.shape(0, 1), draw.rng.randint(1, 4)
    columns = rows if symmetric else draw.rng.randint(1, 4)
    x = draw.tensor([*batch, rows, columns], kind="plain")
    if not x.is_floating_point():
        return x
    x = x + torch.eye(rows, columns, dtype=x.dtype) * torch.arange(1, columns + 1) * 40
    return (x + x.mT) / 2 if symmetric else x


def not_square(draw: Draw, x: torch.Tensor) -> torch.Tensor:
    return x[..., :-1] if draw.bad() else x


@row("svd")
def svd(draw: Draw) -> Made:
    x = matrix(draw, False)
    full = x.shape[-1] == x.shape[-2] and draw.chance(0.5)  # else bases of what is 0 are arbitrary
    return [x], {"full_matrices": full}


@row("svdvals")
def svdvals(draw: Draw) -> Made:
    return [matrix(draw, False)], {}


@row("eigh")
def eigh(draw: Draw) -> Made:
    choice = "M" if draw.bad(0.2) else draw.one_of(["L", "U"])
    return [not_square(draw, matrix(draw, True))], some(draw, UPLO=choice)


@row("qr")
def qr(draw: Draw) -> Made:
    x = matrix(draw, False)
    square = x.shape[-1] == x.shape[-2]
    modes = ["reduced", "r", "complete"] if square else ["reduced", "r"]
    return [x], some(draw, mode="full" if draw.bad(0.2) else draw.one_of(modes))


@row("inv")
def inv(draw: Draw) -> Made:
    return [not_square(draw, matrix(draw, True))], {}
