"""What heed means where it differs from PyTorch on purpose: the op by its definition, written with
other functions of PyTorch, which give its gradient, too."""

from __future__ import annotations

import dataclasses
import functools
import itertools
import math
from typing import Any, Callable, Sequence

import torch
import torch.nn.functional as F

import pytorch
from calls import Answer, Call


def close(call: Call, fault: Any, function: Callable[..., Any],
          but: torch.Tensor | None = None) -> bool:
    """Whether heed's answer is what the function gives in f64, at all elements that differ but
    those of a mask."""
    answer = pytorch.answer(call, torch.float64, function=function)
    if answer.error is not None:
        return False
    meant = (answer.outputs if fault.kind == "output" else answer.grads)[int(fault.where)]
    meant = torch.zeros_like(fault.a) if meant is None else meant.to(fault.a.dtype)
    eps = 1000 * torch.finfo(fault.a.dtype).eps if fault.a.is_floating_point() else 0.0
    near = torch.isclose(fault.a, meant, rtol=eps, atol=eps, equal_nan=True)
    near = near if but is None else near | but
    return bool(near[fault.apart].all())


def chosen(ours: Answer) -> Callable[..., Any]:
    """topk and median along a dim, with heed's choice of indices among equal elements."""
    def choose(x: torch.Tensor, dim: int = -1, keepdim: bool = True, **more: Any) -> Any:
        index = ours.outputs[1]
        if not x.dim():
            return x.clone(), index
        index = index if keepdim or "k" in more else index.unsqueeze(dim)
        values = x.gather(dim, index)
        return (values if keepdim or "k" in more else values.squeeze(dim)), ours.outputs[1]
    return choose


def written(places: torch.Tensor, x: torch.Tensor, source: torch.Tensor) -> torch.Tensor:
    """x with the elements of the source at its flat places, of several the last."""
    last = {place: i for i, place in enumerate(places.flatten().tolist())}
    taken = torch.tensor(list(last.values()), dtype=torch.int64)
    index = torch.tensor(list(last), dtype=torch.int64)
    return x.flatten().index_put((index,), source.flatten()[taken]).reshape(x.shape)


def places_of(x: torch.Tensor) -> torch.Tensor:
    return torch.arange(x.numel()).reshape(x.shape)


def scatter(x: torch.Tensor, index: torch.Tensor, source: torch.Tensor | None = None, *, dim: int,
            value: float = 0.0) -> torch.Tensor:
    source = torch.full(index.shape, value, dtype=x.dtype) if source is None else source
    part = source[tuple(slice(size) for size in index.shape)]
    return written(places_of(x).gather(dim, index), x, part)


def index_copy(x: torch.Tensor, index: torch.Tensor, source: torch.Tensor, *,
               dim: int) -> torch.Tensor:
    return written(places_of(x).index_select(dim, index), x, source)


def index_put(x: torch.Tensor, values: torch.Tensor, *indices: torch.Tensor,
              accumulate: bool = False) -> torch.Tensor:
    places = places_of(x)[indices]
    return written(places, x, values.expand(places.shape))


LAST_STAYS = {"scatter": scatter, "index_copy": index_copy, "index_put": index_put}


def all_dims(op: str, x: torch.Tensor, keepdim: bool) -> torch.Tensor:
    return getattr(torch, op)(x, dim=tuple(range(x.dim())), keepdim=keepdim)


def product(factors: Sequence[torch.Tensor]) -> torch.Tensor:
    return functools.reduce(torch.mul, factors)


def prod(x: torch.Tensor, dim: int | None = None, keepdim: bool = False) -> torch.Tensor:
    x, dim = (x, dim) if dim is not None and x.dim() else (x.flatten(), 0)
    one = torch.ones_like(x.select(dim, 0)) if x.shape[dim] else x.sum(dim)
    y = product([one, *x.unbind(dim)])
    return y.unsqueeze(dim) if keepdim else y


def cumprod(x: torch.Tensor, dim: int) -> torch.Tensor:
    if not x.dim() or not x.numel():
        return x * 1
    return torch.stack(list(itertools.accumulate(x.unbind(dim), torch.mul)), dim)


def scatter_reduce(x: torch.Tensor, index: torch.Tensor, source: torch.Tensor, *, dim: int,
                   reduce: str, include_self: bool = True) -> torch.Tensor:
    """By "prod", "amax" or "amin": each place with all that is written to it."""
    part = source[tuple(slice(size) for size in index.shape)].flatten()
    places = places_of(x).gather(dim, index).flatten()
    out = []
    for place, own in enumerate(x.flatten()):
        others = part[places == place].unbind()
        terms = torch.stack([own, *others] if include_self or not others else others)
        if not others:
            out.append(own)
        elif reduce == "prod":
            out.append(product(terms.unbind()))
        else:
            out.append(terms.amax() if reduce == "amax" else terms.amin())
    return torch.stack(out).reshape(x.shape)


WITHOUT_DIVISION = {"prod": prod, "cumprod": cumprod, "scatter_reduce": scatter_reduce}


def binary_cross_entropy_with_logits(
        x: torch.Tensor, target: torch.Tensor, weight: torch.Tensor | None = None,
        pos_weight: torch.Tensor | None = None, reduction: str = "mean") -> torch.Tensor:
    positive = target if pos_weight is None else target * pos_weight
    losses = (target - 1) * F.logsigmoid(-x) - positive * F.logsigmoid(x)
    losses = losses if weight is None else losses * weight
    return {"none": lambda: losses, "mean": losses.mean, "sum": losses.sum}[reduction]()


def attention(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, mask: torch.Tensor | None = None,
              is_causal: bool = False, scale: float | None = None, enable_gqa: bool = False,
              dropout_p: float = 0.0) -> torch.Tensor:
    """Each query with those keys alone that no mask blocks; without any its answer is 0."""
    if enable_gqa:
        k, v = (t.repeat_interleave(q.shape[-3] // t.shape[-3], -3) for t in (k, v))
    length, keys = q.shape[-2], k.shape[-2]
    bias = torch.zeros(length, keys, dtype=q.dtype) if mask is None else mask
    if bias.dtype == torch.bool:
        bias = torch.zeros(bias.shape, dtype=q.dtype).masked_fill(~bias, -torch.inf)
    if is_causal:
        bias = bias + torch.full((length, keys), -torch.inf, dtype=q.dtype).triu(1)
    bias = bias.expand(torch.broadcast_shapes(bias.shape, (length, keys)))
    batch = torch.broadcast_shapes(*(t.shape[:-2] for t in (q, k, v, bias)))
    q, k, v, bias = (t.expand(*batch, *t.shape[-2:]).flatten(0, -3) if batch else t.unsqueeze(0)
                     for t in (q, k, v, bias))
    scale = q.shape[-1] ** -0.5 if scale is None else scale
    rows = []
    for sample, queries in enumerate(q):
        for i, query in enumerate(queries):
            seen = bias[sample, i] != -torch.inf
            scores = (k[sample][seen] * (query * scale)).sum(-1) + bias[sample, i][seen]
            rows.append((torch.softmax(scores, -1).unsqueeze(-1) * v[sample][seen]).sum(0))
    return torch.stack(rows).reshape(*batch, length, v.shape[-1])


def without_product(x: torch.Tensor, a: torch.Tensor, b: torch.Tensor, beta: float = 1.0,
                    alpha: float = 1.0) -> torch.Tensor:
    """addmm and baddbmm with alpha 0."""
    shape = [*a.shape[:-1], b.shape[-1]]
    return (beta * x).expand(shape) if beta else torch.zeros(shape, dtype=x.dtype)


def sums_leave_the_range(call: Call, fault: Any) -> bool:
    """Of sums of products, whether the sums of the magnitudes do, at all elements that differ."""
    dtype = call.floating()[0].dtype
    scale = 2.0 ** -260 if dtype == torch.float64 else 1.0
    factors = 1
    if call.op in ("matmul", "bmm", "linear", "addmm", "baddbmm", "einsum"):
        factors = len(call.inputs) if call.op == "einsum" else 2
    added = {"addmm": 0, "baddbmm": 0, "linear": 2}.get(call.op)
    inputs = [t if t is None or not t.is_floating_point() else t.double().abs() * (
        scale ** factors if i == added else scale) for i, t in enumerate(call.inputs)]
    attrs = {key: abs(value) if key in ("alpha", "beta") else value
             for key, value in call.attrs.items()}
    op = "sum" if call.op == "mean" else call.op
    answer = pytorch.answer(dataclasses.replace(call, op=op, inputs=inputs, attrs=attrs))
    limit = 0.999 * torch.finfo(dtype).max * scale ** factors
    return answer.error is None and bool((~(answer.outputs[0] < limit))[fault.apart].all())


def scores_leave_the_range(call: Call) -> bool:
    """Whether a product of a query and a key may, before or after its scale."""
    sizes = [t.double().abs()[t.isfinite()].flatten() for t in call.inputs[:2]]
    q, k = (math.log2(size.max().item() or 1.0) if size.numel() else 0.0 for size in sizes)
    return q + k + math.log2(max(1, call.inputs[0].shape[-1])) > math.log2(
        torch.finfo(call.inputs[0].dtype).max)


def products_leave_the_range(call: Call) -> bool:
    """Whether a product of some inputs does."""
    limits = torch.finfo(call.floating()[0].dtype)
    sizes = torch.cat([t.double().abs().flatten() for t in call.floating()])
    powers = sizes[sizes.isfinite() & (sizes > 0)].log2()
    return powers.clamp(min=0).sum().item() > math.log2(limits.max) - 1 or (
        powers.clamp(max=0).sum().item() < math.log2(limits.smallest_normal) + 1)
