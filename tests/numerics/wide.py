"""Exact answers in long double, whose range is far wider than that of f64, to calls of ops that
square in their value or their gradient: PyTorch in f64 is no judge where its own squares overflow
or vanish. Nor is it one of two gradients: that of cosine_similarity passes by the bound of a
length, and that of logcumsumexp is the exponential of a difference of logarithms."""

from __future__ import annotations

from typing import Callable

import numpy
import torch

import pytorch
from calls import Answer, Call

Array = numpy.ndarray
# The value, and from the gradient of it that of each input.
Answered = tuple[Array, Callable[[Array], list[Array]]]
OPS: dict[str, Callable[..., Answered]] = {}


def wide(op: Callable[..., Answered]) -> Callable[..., Answered]:
    OPS[op.__name__] = op
    return op


def knows(call: Call) -> bool:
    return call.op in OPS and call.attrs.get("p") not in (0.0, numpy.inf) and (
        all(t is None or t.is_floating_point() for t in call.inputs))


def answer(call: Call) -> Answer:
    arrays = [None if t is None else t.numpy().astype(numpy.longdouble) for t in call.inputs]
    with numpy.errstate(all="ignore"):
        value, pull = OPS[call.op](*arrays, **pytorch.attributes_of(call))
        output = narrow(value)
        cotangent = call.cotangent(0, output.shape, call.inputs[0].dtype)
        grads = pull(cotangent.numpy().astype(numpy.longdouble))
    return Answer([output], [None if x is None else narrow(summed_to(numpy.shape(x), grad))
                             for x, grad in zip(arrays, grads)])


def narrow(array: Array) -> torch.Tensor:
    return torch.from_numpy(numpy.array(array, numpy.float64))


def summed_to(shape: tuple[int, ...], grad: Array) -> Array:
    """The gradient of what was broadcast from this shape."""
    grad = grad.sum(tuple(range(grad.ndim - len(shape))))
    ones = tuple(d for d, size in enumerate(shape) if size == 1)
    return grad.sum(ones, keepdims=True)


def reduced(x: Array, dim: int | list[int] | None, keepdim: bool) -> tuple[
        tuple[int, ...], Callable[[Array], Array], Callable[[Array], Array]]:
    """The dimensions, how a value that kept them is given, and how its gradient keeps them."""
    if x.ndim == 0 or dim is None or dim == []:
        dims = tuple(range(x.ndim))
    else:
        dims = tuple(d % x.ndim for d in ([dim] if isinstance(dim, int) else dim))
    kept = tuple(1 if d in dims else size for d, size in enumerate(x.shape))
    return dims, (lambda y: y if keepdim else y.squeeze(dims)), lambda g: g.reshape(kept)


def divided(a: Array, b: Array) -> Array:
    """0 where b is."""
    return numpy.where(b == 0, 0, a / numpy.where(b == 0, 1, b))


@wide
def norm(x: Array, p: float = 2.0, dim: list[int] | None = None, keepdim: bool = False) -> Answered:
    dims, given, kept = reduced(x, dim, keepdim)
    y = (abs(x) ** numpy.longdouble(p)).sum(dims, keepdims=True) ** (1 / numpy.longdouble(p))
    power = divided(abs(x), y) ** (numpy.longdouble(p) - 1)
    slopes = numpy.where(x == 0, 0, numpy.sign(x) * power)
    return given(y), lambda g: [slopes * kept(g)]


@wide
def var(x: Array, dim: list[int] | None = None, correction: float = 1.0,
        keepdim: bool = False) -> Answered:
    dims, given, kept = reduced(x, dim, keepdim)
    centred = x - x.mean(dims, keepdims=True)
    freedom = max(numpy.longdouble(0), numpy.longdouble(
        numpy.prod([x.shape[d] for d in dims]) - correction))
    y = numpy.square(centred).sum(dims, keepdims=True) / freedom
    return given(y), lambda g: [2 * centred / freedom * kept(g)]


@wide
def std(x: Array, dim: list[int] | None = None, correction: float = 1.0,
        keepdim: bool = False) -> Answered:
    variance, pull = var(x, dim, correction, keepdim)
    y = numpy.sqrt(variance)
    return y, lambda g: pull(divided(g, 2 * y))


@wide
def cosine_similarity(a: Array, b: Array, dim: int = 1, eps: float = 1e-8) -> Answered:
    shape = numpy.broadcast_shapes(a.shape, b.shape)
    pair = [numpy.broadcast_to(x, shape).reshape(shape or (1,)) for x in (a, b)]
    lengths = [numpy.sqrt(numpy.square(x).sum(dim, keepdims=True)) for x in pair]
    left, right = (x / numpy.maximum(length, eps) for x, length in zip(pair, lengths))
    y = (left * right).sum(dim, keepdims=True)

    def pull(g: Array) -> list[Array]:
        g = g.reshape(y.shape)
        return [(g * (other - numpy.where(length > eps, y * own, 0)) / numpy.maximum(length, eps)
                 ).reshape(shape)
                for own, other, length in ((left, right, lengths[0]), (right, left, lengths[1]))]
    return y.squeeze(dim), pull


def normalized(x: Array, weight: Array | None, bias: Array | None, shape: list[int], eps: float,
               centres: bool) -> Answered:
    dims, lead = tuple(range(x.ndim - len(shape), x.ndim)), tuple(range(x.ndim - len(shape)))

    def mean(values: Array) -> Array:
        return values.mean(dims, keepdims=True)
    centred = x - mean(x) if centres else x
    scale = 1 / numpy.sqrt(mean(numpy.square(centred)) + numpy.longdouble(eps))
    normal = centred * scale
    factor = 1 if weight is None else weight

    def pull(g: Array) -> list[Array]:
        level = g * factor
        rest = level - normal * mean(level * normal) - (mean(level) if centres else 0)
        return [scale * rest, (g * normal).sum(lead), g.sum(lead)]
    return normal * factor + (0 if bias is None else bias), pull


@wide
def layer_norm(x: Array, weight: Array | None = None, bias: Array | None = None, *,
               normalized_shape: list[int], eps: float = 1e-5) -> Answered:
    return normalized(x, weight, bias, normalized_shape, eps, True)


@wide
def rms_norm(x: Array, weight: Array | None = None, *, normalized_shape: list[int],
             eps: float) -> Answered:
    return normalized(x, weight, None, normalized_shape, eps, False)


@wide
def asinh(x: Array) -> Answered:
    return numpy.arcsinh(x), lambda g: [g / numpy.sqrt(x * x + 1)]


@wide
def acosh(x: Array) -> Answered:
    return numpy.arccosh(x), lambda g: [g / numpy.sqrt((x - 1) * (x + 1))]


@wide
def atan2(y: Array, x: Array) -> Answered:
    return numpy.arctan2(y, x), lambda g: [
        divided(g * numerator, numpy.where((x == 0) & (y == 0), 0, x * x + y * y))
        for numerator in (x, -y)]


@wide
def logcumsumexp(x: Array, dim: int) -> Answered:
    if not x.ndim:
        return x, lambda g: [g]
    y = numpy.logaddexp.accumulate(x, dim)
    rows, sums = numpy.moveaxis(x, dim, -1), numpy.moveaxis(y, dim, -1)

    def pull(g: Array) -> list[Array]:
        size = x.shape[dim]
        later = numpy.arange(size)[:, None] <= numpy.arange(size)
        shares = numpy.exp(numpy.where(later, rows[..., :, None] - sums[..., None, :], -numpy.inf))
        terms = numpy.where(later, shares * numpy.moveaxis(g, dim, -1)[..., None, :], 0)
        return [numpy.moveaxis(terms.sum(-1), -1, dim)]
    return y, pull
