"""What the accuracy of each op is measured on: inputs of several kinds of extremes, and oracles."""

from __future__ import annotations

import dataclasses
import math
from typing import Any, Callable

import numpy
import torch

# Ops that move, compare, choose or count, whose answers are not rounded; and a random one.
EXACT = """
all any argmax argmin bitwise_and bitwise_not bitwise_or bitwise_xor cat chunk clone contiguous
count_nonzero diagonal diagonal_backward dropout embedding eq expand flatten flip gather ge gt
index_copy index_fill index_select isfinite isinf isnan le logical_and logical_not logical_or
logical_xor lt masked_fill masked_select median movedim narrow ne nonzero one_hot pad permute
repeat repeat_interleave reshape roll scatter select slice slice_backward sort split squeeze stack
take_along_dim tile to topk transpose tril triu unflatten unsqueeze view where
""".split()

KINDS = ["plain", "tiny", "huge", "cancelling", "long"]
ROWS, WIDTH, LONG = 60, 100, 100_003
Made = tuple[list[torch.Tensor], dict[str, Any]]
Maker = Callable[[numpy.random.Generator, str], Made]
Oracle = Callable[..., numpy.ndarray]


@dataclasses.dataclass
class Case:
    make: Maker
    oracle: Oracle | None = None  # of longdouble arrays; PyTorch in f64 if there is none
    of_terms: Oracle | None = None  # what the error is measured in ulps of, if not of the answer
    output: int = 0  # which one is measured


CASES: dict[str, Case] = {}


def numbers(rng: numpy.random.Generator, kind: str, count: int) -> numpy.ndarray:
    """For functions of single elements; `cancelling` is near 1, near multiples of π/4, near 0."""
    sign = rng.choice([-1.0, 1.0], count)
    if kind == "tiny":
        return sign * 10 ** rng.uniform(-44, -8, count)
    if kind == "huge":
        return sign * 10 ** rng.uniform(1, 38.5, count)
    if kind == "cancelling":
        near = rng.choice([1.0, 0.0, numpy.pi / 4, numpy.pi / 2, numpy.pi, 100 * numpy.pi], count)
        return sign * near * (1 + rng.choice([-1, 1], count) * 2.0 ** rng.uniform(-24, -2, count))
    return rng.normal(0, 1, count) * rng.choice([0.1, 1.0, 10.0, 80.0], count)


def rows(rng: numpy.random.Generator, kind: str) -> numpy.ndarray:
    """For functions of rows, whose sums `cancelling` makes small beside their elements."""
    shape = (2, LONG) if kind == "long" else (ROWS, WIDTH)
    if kind == "tiny":
        return rng.normal(0, 1, shape) * 10 ** rng.uniform(-40, -20, (shape[0], 1))
    if kind == "huge":
        return rng.normal(0, 1, shape) * 10 ** rng.uniform(15, 36, (shape[0], 1))
    if kind == "cancelling":
        far = 2.0 ** rng.integers(0, 25, (shape[0], 1)) * rng.choice([1, -1], (1, shape[1]))
        same = rng.random((shape[0], 1)) < 0.5
        return numpy.where(same, abs(far), far) + rng.normal(0, 1, shape)
    return rng.normal(0, 1, shape)


def tensor(values: numpy.ndarray) -> torch.Tensor:
    with numpy.errstate(over="ignore"):
        return torch.from_numpy(values.astype(numpy.float32))


def elements(count: int, **attrs: Any) -> Maker:
    """As many inputs; `cancelling` ones are near each other."""
    def make(rng: numpy.random.Generator, kind: str) -> Made:
        size = 20_000
        first = numbers(rng, kind, size)
        others = [first * (1 + rng.normal(0, 1e-6, size)) if kind == "cancelling"
                  else numbers(rng, kind, size) for _ in range(count - 1)]
        return [tensor(first), *(tensor(other) for other in others)], attrs
    return make


def of_rows(count: int = 1, **attrs: Any) -> Maker:
    def make(rng: numpy.random.Generator, kind: str) -> Made:
        return [tensor(rows(rng, kind)) for _ in range(count)], attrs
    return make


def case(op: str, make: Maker, oracle: Oracle | None = None,
         of_terms: Oracle | None = None) -> None:
    CASES[op] = Case(make, oracle, of_terms)


def variance(x: numpy.ndarray) -> numpy.ndarray:
    return ((x - x.mean(-1, keepdims=True)) ** 2).sum(-1) / (x.shape[-1] - 1)


def exponentials(x: numpy.ndarray) -> numpy.ndarray:
    return numpy.exp(x - x.max(-1, keepdims=True))


def log_sum(x: numpy.ndarray) -> numpy.ndarray:
    return numpy.log(exponentials(x).sum(-1, keepdims=True)) + x.max(-1, keepdims=True)


def normalized(x: numpy.ndarray) -> numpy.ndarray:
    centred = x - x.mean(-1, keepdims=True)
    return centred / numpy.sqrt((centred ** 2).mean(-1, keepdims=True) + numpy.longdouble(1e-5))


def root_mean(x: numpy.ndarray) -> numpy.ndarray:
    eps = numpy.finfo(numpy.float32).eps
    return x / numpy.sqrt((x ** 2).mean(-1, keepdims=True) + numpy.longdouble(eps))


LAST = {"dim": [-1]}
case("sum", of_rows(**LAST), lambda x: x.sum(-1))
case("mean", of_rows(**LAST), lambda x: x.mean(-1))
case("var", of_rows(**LAST), variance)
case("std", of_rows(**LAST), lambda x: numpy.sqrt(variance(x)))
case("norm", of_rows(**LAST), lambda x: numpy.sqrt((x * x).sum(-1)))
case("logsumexp", of_rows(**LAST), lambda x: log_sum(x)[..., 0])
case("amax", of_rows(**LAST), lambda x: x.max(-1))
case("amin", of_rows(**LAST), lambda x: x.min(-1))
case("max", of_rows(), lambda x: x.max())
case("min", of_rows(), lambda x: x.min())
case("cumsum", of_rows(dim=-1), lambda x: x.cumsum(-1))
case("softmax", of_rows(dim=-1),
     lambda x: exponentials(x) / exponentials(x).sum(-1, keepdims=True))
case("log_softmax", of_rows(dim=-1), lambda x: x - log_sum(x))
case("logcumsumexp", of_rows(dim=-1), lambda x: numpy.logaddexp.accumulate(x, -1))


def short_rows(**attrs: Any) -> Maker:
    """Of numbers near 1, so that products stay in range."""
    def make(rng: numpy.random.Generator, kind: str) -> Made:
        spread = {"tiny": 1e-6, "long": 0.01}.get(kind, 0.5)
        shape = (2, 2000) if kind == "long" else (ROWS, 30)
        return [tensor(numpy.exp(rng.normal(0, spread, shape)))], attrs
    return make


case("prod", short_rows(dim=-1), lambda x: x.prod(-1))
case("cumprod", short_rows(dim=-1), lambda x: x.cumprod(-1))


def normalization(op: str, oracle: Oracle) -> None:
    def make(rng: numpy.random.Generator, kind: str) -> Made:
        x = rows(rng, kind)
        return [tensor(x)], {"normalized_shape": [x.shape[-1]]}
    case(op, make, oracle)


normalization("layer_norm", normalized)
normalization("rms_norm", root_mean)


def product(shapes: list[list[str]], **attrs: Any) -> Maker:
    """Matrices of sizes m, k, n."""
    def make(rng: numpy.random.Generator, kind: str) -> Made:
        sizes = {"b": 3, "m": 20, "n": 30, "k": 5_003 if kind == "long" else 257}
        made = []
        for shape in shapes:
            full = [sizes[letter] for letter in shape]
            scale = {"tiny": 1e-18, "huge": 1e16}.get(kind, 1.0)
            values = rng.normal(1 if kind == "cancelling" else 0, 1, full) * scale
            if kind == "cancelling" and shape[-1] == "k":
                values *= rng.choice([-1, 1], full[-1])
            made.append(tensor(values))
        return made, attrs
    return make


def dots(a: numpy.ndarray, b: numpy.ndarray) -> numpy.ndarray:
    return numpy.matmul(a.astype(numpy.float64), b.astype(numpy.float64))


def terms(a: numpy.ndarray, b: numpy.ndarray) -> numpy.ndarray:
    return dots(abs(a), abs(b))


case("matmul", product([list("mk"), list("kn")]), dots, terms)
case("bmm", product([list("bmk"), list("bkn")]), dots, terms)
case("einsum", product([list("mk"), list("kn")], equation="ij,jk->ik"), dots, terms)
case("linear", product([list("mk"), list("nk")]), lambda x, w: dots(x, w.T),
     lambda x, w: terms(x, w.T))
case("outer", product([["m"], ["n"]]), lambda a, b: a[:, None] * b)
case("addmm", product([list("mn"), list("mk"), list("kn")]),
     lambda c, a, b: c + dots(a, b), lambda c, a, b: abs(c) + terms(a, b))
case("baddbmm", product([list("bmn"), list("bmk"), list("bkn")]),
     lambda c, a, b: c + dots(a, b), lambda c, a, b: abs(c) + terms(a, b))


def at_indices(op: str, order: list[int], **attrs: Any) -> None:
    """Everything is added at three indices; `order` is that of x, index and source as inputs."""
    def make(rng: numpy.random.Generator, kind: str) -> Made:
        source = rows(rng, kind)[0]
        index = torch.from_numpy(rng.integers(0, 3, source.shape[0]))
        inputs = [tensor(numpy.zeros(3)), index, tensor(source)]
        return [inputs[i] for i in order], attrs

    def added(*inputs: numpy.ndarray) -> numpy.ndarray:
        _, index, source = (inputs[order.index(i)] for i in range(3))
        return numpy.array([source[index == i].sum() for i in range(3)])
    case(op, make, added, lambda *inputs: added(
        *(abs(array) if array.dtype.kind == "f" else array for array in inputs)))


at_indices("index_add", [0, 1, 2], dim=0)
at_indices("scatter_add", [0, 1, 2], dim=0)
at_indices("scatter_reduce", [0, 1, 2], dim=0, reduce="sum")
at_indices("index_put", [0, 2, 1], accumulate=True)


def cosine(a: numpy.ndarray, b: numpy.ndarray) -> numpy.ndarray:
    lengths = [numpy.maximum(numpy.sqrt((x * x).sum(-1)), numpy.longdouble(1e-8)) for x in (a, b)]
    return (a * b).sum(-1) / lengths[0] / lengths[1]


case("cosine_similarity", of_rows(2, dim=-1), cosine, lambda a, b: cosine(abs(a), abs(b)))


def matrices(rng: numpy.random.Generator, kind: str) -> Made:
    size = 60 if kind == "long" else 8
    scale = {"tiny": 1e-18, "huge": 1e15}.get(kind, 1.0)
    x = rng.normal(0, scale, (3, size, size))
    if kind == "cancelling":  # nearly of rank 1
        x = x * 1e-4 + x[:, :1] * x[:, :, :1]
    return [tensor(x + x.swapaxes(-1, -2))], {}


def singular_values(x: numpy.ndarray) -> numpy.ndarray:
    return numpy.linalg.svd(x.astype(float), compute_uv=False)


def regular(rng: numpy.random.Generator, kind: str) -> Made:
    x = matrices(rng, "plain" if kind == "cancelling" else kind)[0][0]
    return [x + x.abs().max() * 20 * torch.eye(x.shape[-1])], {}


def inverse(x: numpy.ndarray) -> numpy.ndarray:
    return numpy.linalg.inv(x.astype(float))


CASES["inv"] = Case(regular, inverse,
                    lambda x: abs(inverse(x)).max((-2, -1), keepdims=True) + 0 * inverse(x))


def largest_of(x: numpy.ndarray) -> numpy.ndarray:
    return numpy.broadcast_to(singular_values(x)[:, :1], (x.shape[0], x.shape[-1]))


CASES["svd"] = Case(matrices, singular_values, largest_of, output=1)
CASES["svdvals"] = Case(matrices, singular_values, largest_of)
CASES["eigh"] = Case(matrices, lambda x: numpy.linalg.eigvalsh(x.astype(float)), largest_of)
CASES["qr"] = Case(matrices, lambda x: numpy.linalg.qr(x.astype(float))[1],
                   lambda x: largest_of(x)[:, None], output=1)


def class_loss(op: str, oracle: Oracle) -> None:
    def make(rng: numpy.random.Generator, kind: str) -> Made:
        x = rows(rng, kind)
        target = torch.from_numpy(rng.integers(0, x.shape[-1], x.shape[0]))
        return [tensor(x), target], {"reduction": "none"}
    case(op, make, oracle)


def chosen(x: numpy.ndarray, target: numpy.ndarray) -> numpy.ndarray:
    return numpy.take_along_axis(x, target[:, None], -1)[:, 0]


class_loss("nll_loss", lambda x, target: -chosen(x, target))
class_loss("cross_entropy", lambda x, target: -chosen(x - log_sum(x), target))


def attention(rng: numpy.random.Generator, kind: str) -> Made:
    length = 4000 if kind == "long" else 40
    scale = {"tiny": 1e-18, "huge": 1e5}.get(kind, 1.0)
    q, k, v = (tensor(rng.normal(0, scale, (1, 2, n, 16))) for n in (20, length, length))
    return [q, k, v], {}


def attended(q: numpy.ndarray, k: numpy.ndarray, v: numpy.ndarray) -> numpy.ndarray:
    scores = dots(q, k.swapaxes(-1, -2)) / 4
    weights = exponentials(scores)
    return dots(weights / weights.sum(-1, keepdims=True), v)


case("scaled_dot_product_attention", attention, attended, lambda q, k, v: attended(q, k, abs(v)))


def masked(rng: numpy.random.Generator, kind: str) -> Made:
    x = rows(rng, kind)
    return [tensor(x), torch.from_numpy(rng.random(x.shape) < 0.3)], {"dim": -1}


case("masked_softmax", masked)


def rotary(rng: numpy.random.Generator, kind: str) -> Made:
    x = rows(rng, "plain" if kind == "long" else kind)
    angles = rng.uniform(0, 6, (x.shape[0], x.shape[1] // 2))
    return [tensor(x), tensor(numpy.cos(angles)), tensor(numpy.sin(angles))], {}


def turned(x: numpy.ndarray, cos: numpy.ndarray, sin: numpy.ndarray) -> numpy.ndarray:
    a, b = numpy.split(x, 2, -1)
    return numpy.concatenate([a * cos - b * sin, b * cos + a * sin], -1)


def turned_terms(x: numpy.ndarray, cos: numpy.ndarray, sin: numpy.ndarray) -> numpy.ndarray:
    a, b = numpy.split(abs(x), 2, -1)
    return numpy.concatenate([a * abs(cos) + b * abs(sin), b * abs(cos) + a * abs(sin)], -1)


case("rotary_embedding", rotary, turned, turned_terms)
for op in ("mse_loss", "l1_loss", "huber_loss", "smooth_l1_loss"):
    case(op, elements(2, reduction="none"))


def probabilities(op: str, oracle: Oracle | None = None, of_terms: Oracle | None = None) -> None:
    def make(rng: numpy.random.Generator, kind: str) -> Made:
        x = numbers(rng, kind, 20_000)
        return [tensor(x), tensor(rng.random(20_000))], {"reduction": "none"}
    case(op, make, oracle, of_terms)


def divergence(x: numpy.ndarray, target: numpy.ndarray) -> numpy.ndarray:
    return target * (numpy.log(target) - x)


def divergence_terms(x: numpy.ndarray, target: numpy.ndarray) -> numpy.ndarray:
    return target * (abs(numpy.log(target)) + abs(x))


probabilities("kl_div", divergence, divergence_terms)
probabilities("binary_cross_entropy_with_logits")


def power(rng: numpy.random.Generator, kind: str) -> Made:
    base = abs(numbers(rng, kind, 20_000))
    return [tensor(base), tensor(rng.normal(0, 3, 20_000))], {}


case("pow", power)
case("clamp", elements(1, min=-1.0, max=1.0))


def normal_tail(x: float) -> float:
    return x * math.erfc(-x / math.sqrt(2)) / 2 if math.isfinite(x) else x


# PyTorch's own f64 loses the tail.
case("gelu", elements(1), lambda x: numpy.vectorize(normal_tail)(x.astype(float)))
