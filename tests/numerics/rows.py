"""What to call each op with. An op of one input, or of two that broadcast, needs no row here if
its attributes are in ATTRIBUTES."""

from __future__ import annotations

import math
from typing import Any, Callable

import torch

from calls import Call, Tensors
from draw import Draw

Row = Callable[[Draw], tuple[Tensors, dict[str, Any]]]
ROWS: dict[str, Row] = {}
PAIRS = {"input", "input?", "other", "other?", "exponent?", "a", "b", "x", "y"}
REDUCTIONS = ["none", "mean", "sum"]


class UnknownOp(Exception):
    """An op, or an attribute of one, that nothing here says how to call."""


def row(*ops: str) -> Callable[[Row], Row]:
    def add(function: Row) -> Row:
        for op in ops:
            ROWS[op] = function
        return function
    return add


def one_number(*choices: float) -> Callable[[Draw, int], Any]:
    return lambda draw, rank: draw.one_of(choices)


def a_bound(draw: Draw, rank: int) -> float:
    return draw.one_of([-1.0, 0.0, 1.0, -0.5, 2.0, math.inf, -math.inf, math.nan])


def a_number(draw: Draw, rank: int) -> float:
    if not draw.dtype.is_floating_point:
        return float(draw.rng.randint(-3, 5)) if not draw.bad() else 2.5
    return draw.one_of([0.0, -0.0, 1.0, -1.0, 2.0, 0.5, -3.0, 0.1, 1e10, 1e-10, math.inf, -math.inf,
                        math.nan])


# What an attribute of this name, or of this name of this op, may be.
ATTRIBUTES: dict[str, Callable[[Draw, int], Any]] = {
    "dim": lambda draw, rank: draw.dim(rank),
    "dim[]": lambda draw, rank: draw.dims(rank),
    "keepdim": lambda draw, rank: draw.chance(0.5),
    "reduction": lambda draw, rank: "median" if draw.bad(0.2) else draw.one_of(REDUCTIONS),
    "correction": one_number(0.0, 1.0, 1.0, 2.0, 0.5, 2.5, 5.0),
    "norm.p": one_number(2.0, 2.0, 1.0, 0.0, math.inf, 3.0, 0.5, 1.5, -1.0),
    "clamp.min": a_bound,
    "clamp.max": a_bound,
    "hardtanh.min_val": one_number(-1.0, -2.0, 0.0, -0.5),
    "hardtanh.max_val": one_number(1.0, 2.0, 0.5, 6.0),
    "pow.exponent": one_number(0.0, 1.0, 2.0, 3.0, -1.0, 0.5, -0.5, 1.5, 1 / 3, 1e3, math.inf,
                               math.nan),
    "input": a_number,
    "other": a_number,
    "value": a_number,
    "approximate": lambda draw, rank: "erf" if draw.bad(0.2) else draw.one_of(["none", "tanh"]),
    "beta": one_number(1.0, 0.5, 2.0, 3.0, 1.0, 0.0, -1.0),
    "threshold": one_number(20.0, 1.0, 0.0, -5.0),
    "negative_slope": one_number(0.01, 0.2, 0.0, 1.0, -0.5),
    "elu.alpha": one_number(1.0, 0.5, 2.0, 0.0),
    "delta": one_number(1.0, 0.5, 2.0, 0.0, -1.0),
    "cap": one_number(1.0, 0.5, 30.0),
    "descending": lambda draw, rank: draw.chance(0.5),
    "diagonal": lambda draw, rank: draw.rng.randint(-4, 4),
    "log_target": lambda draw, rank: draw.chance(0.5),
    "num_classes": one_number(-1, 2, 7, 0, -2),
    "dtype": lambda draw, rank: draw.one_of(["f32", "f64", "i64", "bool"]),
    "rounding_mode": lambda draw, rank: "round" if draw.bad(0.2) else draw.one_of(
        ["trunc", "floor"]),
    "nan": a_number, "posinf": a_number, "neginf": a_number,
    "eps": one_number(1e-5, 1e-8, 0.0, 0.1),
    "equal_nan": lambda draw, rank: draw.chance(0.5),
}


def attributes_of(draw: Draw, entry: dict[str, Any], rank: int) -> dict[str, Any]:
    attrs = {}
    for attribute in entry["attrs"]:
        if "default" in attribute and draw.chance(0.3):
            continue
        name, op = attribute["name"], entry["name"]
        plural = "[]" if attribute["type"] == "int[]" or (
            attribute["type"] == "int or int[]" and draw.chance(0.5)) else ""
        make = ATTRIBUTES.get(f"{op}.{name}") or ATTRIBUTES.get(name + plural)
        if make is None:
            raise UnknownOp(f"{op}: rows.py does not say what attribute {name} may be")
        attrs[name] = make(draw, rank)
    return attrs


def numbers_in_place_of_a_tensor(draw: Draw, entry: dict[str, Any], attrs: dict[str, Any],
                                 inputs: Tensors) -> Tensors:
    """add(x, 2) is {"other": 2} with one tensor, sub(2, x) is {"input": 2}."""
    numbers = [name for name in ("input", "other", "exponent") if name in attrs]
    if not numbers or draw.chance(0.6):
        for name in numbers:
            del attrs[name]
        return inputs
    keep = draw.one_of(numbers)
    for name in numbers:
        if name != keep:
            del attrs[name]
    return [None, inputs[0]] if keep == "input" else inputs[:1]


def generic(draw: Draw, entry: dict[str, Any]) -> tuple[Tensors, dict[str, Any]]:
    names = entry["inputs"]
    if len(names) == 1 and names[0].isalpha():
        inputs: Tensors = [draw.tensor(draw.shape())]
    elif len(names) == 2 and set(names) <= PAIRS:
        inputs = list(draw.broadcasting(2))
    else:
        raise UnknownOp(f"{entry['name']}: rows.py has no row for its inputs {names}")
    first = inputs[0]
    attrs = attributes_of(draw, entry, 0 if first is None else first.dim())
    return numbers_in_place_of_a_tensor(draw, entry, attrs, inputs), attrs


def call_of(entry: dict[str, Any], seed: str) -> Call:
    """The call of this op that this seed means."""
    import rows_of_places  # noqa: F401 (its rows are added to ROWS)
    import rows_of_shapes  # noqa: F401
    draw = Draw(seed)
    make = ROWS.get(entry["name"])
    inputs, attrs = make(draw) if make else generic(draw, entry)
    return Call(entry["name"], attrs, inputs, seed)


@row("where")
def where(draw: Draw) -> tuple[Tensors, dict[str, Any]]:
    shape = draw.shape()
    return [draw.mask(draw.part(shape)), draw.tensor(draw.part(shape)),
            draw.tensor(draw.part(shape))], {}


@row("masked_fill")
def masked_fill(draw: Draw) -> tuple[Tensors, dict[str, Any]]:
    shape = draw.shape()
    return [draw.tensor(draw.part(shape)), draw.mask(draw.part(shape))], {
        "value": a_number(draw, 0)}


@row("masked_select")
def masked_select(draw: Draw) -> tuple[Tensors, dict[str, Any]]:
    shape = draw.shape()
    return [draw.tensor(draw.part(shape)), draw.mask(draw.part(shape))], {}


@row("masked_softmax")
def masked_softmax(draw: Draw) -> tuple[Tensors, dict[str, Any]]:
    draw.floating()
    shape = draw.shape()
    return [draw.tensor(shape), draw.mask(draw.part(shape))], {"dim": draw.dim(len(shape))}


@row("dropout")
def dropout(draw: Draw) -> tuple[Tensors, dict[str, Any]]:
    draw.floating()
    x = draw.tensor(draw.shape(), kind="plain")
    return [torch.where(x == 0, torch.ones_like(x), x)], {  # what is 0 shows no choice
        "p": draw.one_of([0.0, 0.1, 0.5, 1.0, 1.5 if draw.bad() else 0.9]),
        "seed": draw.rng.randint(0, 1000)}


@row("cross_entropy", "nll_loss")
def class_loss(draw: Draw) -> tuple[Tensors, dict[str, Any]]:
    draw.floating()
    classes, more = max(1, draw.size()), [draw.size() for _ in range(draw.rng.randint(0, 3))]
    shape = [classes, *more] if not more else [more[0], classes, *more[1:]]
    ignored = draw.one_of([-100, -100, 0, 1])
    target = draw.indices(more, classes)
    if target.numel() and draw.chance(0.2):
        target.view(-1)[0] = ignored
    if draw.bad(0.2):
        target = draw.indices([*more, 2], classes)
    weight = draw.tensor([classes], kind="unit") if draw.chance(0.4) else None
    return [draw.tensor(shape), target, weight], {
        "ignore_index": ignored, "reduction": draw.one_of(REDUCTIONS)}


def cross_entropy(draw: Draw) -> tuple[Tensors, dict[str, Any]]:
    inputs, attrs = class_loss(draw)
    if draw.chance(0.4):
        attrs["label_smoothing"] = draw.one_of([0.0, 0.125, 0.5, 1.0, -0.5 if draw.bad() else 0.1])
    logits = inputs[0]
    if draw.chance(0.3) and logits is not None:
        inputs[1] = draw.tensor(logits.shape, kind=draw.one_of(["unit", draw.kind]))
        del attrs["ignore_index"]
    return inputs, attrs


ROWS["cross_entropy"] = cross_entropy


@row("mse_loss", "l1_loss", "huber_loss", "smooth_l1_loss", "kl_div")
def pair_loss(draw: Draw) -> tuple[Tensors, dict[str, Any]]:
    draw.floating()
    return list(draw.broadcasting(2)), {"reduction": draw.one_of(REDUCTIONS)}


def with_attribute(op: str, name: str, choices: list[Any]) -> None:
    base = ROWS[op]

    def extended(draw: Draw) -> tuple[Tensors, dict[str, Any]]:
        inputs, attrs = base(draw)
        if draw.chance(0.6):
            attrs[name] = draw.one_of(choices)
        return inputs, attrs
    ROWS[op] = extended


with_attribute("huber_loss", "delta", [1.0, 0.5, 2.0, 0.0, -1.0])
with_attribute("smooth_l1_loss", "beta", [1.0, 0.5, 2.0, 0.0, -1.0])
with_attribute("kl_div", "log_target", [False, True])
with_attribute("kl_div", "reduction", ["batchmean", "none", "mean", "sum"])


@row("binary_cross_entropy_with_logits")
def binary_loss(draw: Draw) -> tuple[Tensors, dict[str, Any]]:
    draw.floating()
    shape = draw.shape()
    target = draw.tensor(shape, kind=draw.one_of(["unit", "ties"])) if draw.chance(0.7) else (
        (draw.values(math.prod(shape), torch.bool, "").to(draw.dtype)).reshape(shape))
    weight = draw.tensor(draw.part(shape), kind="unit") if draw.chance(0.3) else None
    positive = draw.tensor(draw.part(shape), kind="unit") if draw.chance(0.3) else None
    return [draw.tensor(shape), target, weight, positive], {"reduction": draw.one_of(REDUCTIONS)}
