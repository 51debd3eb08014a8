"""Where two answers differ, and whether rounding explains it."""

from __future__ import annotations

import dataclasses
import math
import random

import numpy
import torch

import pytorch
import wide
from calls import Answer, Call

# Largest difference that needs no explanation, in machine epsilons of what is compared.
DIRECT = 32
# Of the change that a change of the inputs by one epsilon makes.
CONDITION = 32
NUDGES = 8
# Of the largest input or cotangent that is at most LARGEST: what is lost in 1 − tanh² at 1.
SCALE, SCALE_OF_SUMS = 16, 64
LARGEST = 100.0


@dataclasses.dataclass
class Fault:
    """One thing that differs: refusal, count, dtype, shape, output, grad or zero (its sign)."""

    kind: str
    where: str
    ours: str
    theirs: str
    a: torch.Tensor | None = None  # what heed has there, what PyTorch, and which elements differ
    b: torch.Tensor | None = None
    apart: torch.Tensor | None = None
    exact: torch.Tensor | None = None  # in the dtype of a, as far as it is known

    def __str__(self) -> str:
        what = f"{self.kind} {self.where}".rstrip()
        return f"{what}: heed {self.ours}, PyTorch {self.theirs}"


def far_apart(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Where they differ by more than DIRECT epsilons; NaN equals NaN."""
    if not a.is_floating_point():
        return a != b
    eps, least = torch.finfo(b.dtype).eps, torch.finfo(b.dtype).smallest_normal
    a, b = a.double(), b.double()
    same = (a == b) | (a.isnan() & b.isnan())
    near = (a - b).abs() <= DIRECT * eps * torch.maximum(a.abs(), b.abs()) + 4 * eps * least
    return ~(same | near)


def text_of(tensor: torch.Tensor | None, where: torch.Tensor | None = None) -> str:
    if tensor is None:
        return "null"
    if where is not None and where.shape == tensor.shape:
        first = where.flatten().nonzero()[0].item()
        return f"{tensor.flatten()[first].item()!r} at [{first}] of {list(tensor.shape)}"
    return f"{str(tensor.dtype)[6:]} {list(tensor.shape)}"


def numbers_apart(kind: str, where: str, a: torch.Tensor, b: torch.Tensor,
                  apart: torch.Tensor) -> list[Fault]:
    if not apart.any():
        return []
    return [Fault(kind, where, text_of(a, apart), text_of(b, apart), a, b, apart)]


def compare_tensors(kind: str, where: str, a: torch.Tensor | None,
                    b: torch.Tensor | None) -> list[Fault]:
    if kind == "grad":  # none and zeros are the same
        if a is None and b is None:
            return []
        a = torch.zeros_like(b) if a is None and b is not None else a
        b = torch.zeros_like(a) if b is None and a is not None else b
    if a is None or b is None:
        return [Fault(kind, where, text_of(a), text_of(b))]
    if a.dtype != b.dtype:
        return [Fault("dtype", where, text_of(a), text_of(b))]
    if a.shape != b.shape:
        return [Fault("shape", where, text_of(a), text_of(b))]
    faults = numbers_apart(kind, where, a, b, far_apart(a, b))
    if kind == "output" and a.is_floating_point():
        signs = (a == 0) & (b == 0) & (a.signbit() != b.signbit())
        faults += numbers_apart("zero", where, a, b, signs)
    return faults


def compare(ours: Answer, theirs: Answer, signs: bool = False) -> list[Fault]:
    if ours.error is not None or theirs.error is not None:
        if ours.error is not None and theirs.error is not None and "CRASH" not in ours.error:
            return []
        return [Fault("refusal", "", ours.error or "answers", theirs.error or "answers")]
    if len(ours.outputs) != len(theirs.outputs):
        return [Fault("count", "", str(len(ours.outputs)), str(len(theirs.outputs)))]
    faults = [fault for i, (a, b) in enumerate(zip(ours.outputs, theirs.outputs))
              for fault in compare_tensors("output", str(i), a, b)
              if signs or fault.kind != "zero"]
    if not any(fault.kind in ("dtype", "shape") for fault in faults):
        faults += [fault for i, (a, b) in enumerate(zip(ours.grads, theirs.grads))
                   for fault in compare_tensors("grad", str(i), a, b)]
    return faults


def nudged(call: Call, round_number: int, eps: float, whole: bool,
           of_cotangents: float) -> Call:
    """Every number changed by up to one epsilon of itself or, with `whole`, of the largest one of
    its tensor, as sums do."""
    rng = random.Random(f"{call.seed} nudge {round_number}")

    def nudge(tensor: torch.Tensor | None) -> torch.Tensor | None:
        if tensor is None or not tensor.is_floating_point():
            return tensor
        steps = torch.tensor([rng.choice([-1.0, 1.0, 0.5, -0.25]) for _ in range(tensor.numel())],
                             dtype=torch.float64).reshape(tensor.shape)
        small = tensor.abs()[tensor.abs() <= LARGEST]  # beside large ones all else would do
        unit = tensor.abs()
        if whole and small.numel():
            unit = torch.maximum(unit, small.max())
        return tensor.double() + eps * steps * torch.where(tensor.isfinite(), unit, 0.0).double()
    return dataclasses.replace(call, attrs=pytorch.attributes_of(call), nudge=of_cotangents,
                               inputs=[nudge(t) for t in call.inputs])


def exact(call: Call) -> Answer:
    """The answer in f64 or, of the ops that wide.py has, in long double."""
    answer = pytorch.answer(call, torch.float64)
    return wide.answer(call) if answer.error is None and wide.knows(call) else answer


def at(answer: Answer, kind: str, where: str) -> torch.Tensor | None:
    return (answer.outputs if kind == "output" else answer.grads)[int(where)]


class Rounding:
    """What f64 gives for a call, and for inputs that are one epsilon off."""

    def __init__(self, call: Call, sums: bool, inputs: bool) -> None:
        """`sums`: the op adds elements. Without `inputs` only the cotangents are changed."""
        self.floating = call.floating()
        if not self.floating:
            return
        self.eps = torch.finfo(self.floating[0].dtype).eps
        self.least = torch.finfo(self.floating[0].dtype).smallest_normal
        self.exact = exact(call)
        self.wider = wide.knows(call) or torch.float64 not in call.dtypes()
        step = self.eps if inputs else 0.0
        others = [nudged(call, i, step, sums and i % 2 > 0, self.eps) for i in range(NUDGES)]
        self.others = [exact(other) for other in others]
        self.absolute = 4 * self.eps * self.least
        if self.exact.error is None:
            scale = SCALE_OF_SUMS if sums else SCALE
            self.absolute += scale * self.eps * scale_of(call, self.exact)
            self.absolute += DIRECT * self.eps * (
                scale_of_normalization(call, self.exact) + scale_of_attention(call, self.exact)
                + scale_of_cosine(call) + scale_of_targets(call))

    def exact_of(self, fault: Fault) -> torch.Tensor | None:
        """In the dtype of the answers, rounded; None if there is no judge but PyTorch's answer."""
        if not self.floating or self.exact.error is not None or not self.wider:
            return None
        exact = at(self.exact, fault.kind, fault.where)
        return None if exact is None or exact.shape != fault.a.shape else exact.to(fault.a.dtype)

    def explains(self, fault: Fault, a: torch.Tensor) -> torch.Tensor:
        """Which elements of `a`, an answer of what the fault is about, are that exact."""
        none = torch.zeros(a.shape, dtype=torch.bool)
        answers = [self.exact, *self.others] if self.floating else []
        if not answers or any(answer.error is not None for answer in answers):
            return none
        tensors = [at(answer, fault.kind, fault.where) for answer in answers]
        exact, *moved = [torch.zeros(a.shape, dtype=torch.float64) if t is None else t
                         for t in tensors]
        if any(t.shape != a.shape for t in (exact, *moved)):
            return none
        if not a.is_floating_point():
            return a == exact
        return near(a, exact, moved, self.eps, self.absolute)


def scale_of(call: Call, answer: Answer) -> float:
    """The largest of inputs and cotangents that is at most LARGEST."""
    cotangents = [call.cotangent(i, t.shape, t.dtype) for i, t in enumerate(answer.outputs)
                  if t is not None and t.is_floating_point()]
    numbers = torch.cat([t.double().flatten() for t in [*call.floating(), *cotangents]])
    small = numbers.abs()[numbers.abs() <= LARGEST]
    return small.max().item() if small.numel() else 0.0


def scale_of_normalization(call: Call, answer: Answer) -> float:
    """Of the terms that add up to the gradient of layer_norm or rms_norm: cotangent · weight / σ,
    for the smallest σ of a row, times what its mean is rounded by, in σ."""
    if call.op not in ("layer_norm", "rms_norm"):
        return 0.0
    x, weight = call.inputs[0], call.inputs[1] if len(call.inputs) > 1 else None
    shape = call.attrs["normalized_shape"]
    dims = list(range(x.dim() - len(shape), x.dim()))
    rows = x.double().numpy().astype(numpy.longdouble)  # of which no square leaves the range
    with numpy.errstate(all="ignore"):
        centre = rows.mean(tuple(dims), keepdims=True) * (call.op == "layer_norm")
        squares = numpy.square(rows - centre).mean(tuple(dims), keepdims=True)
        slopes = 1 / numpy.sqrt(squares + call.attrs.get("eps", 1e-5))
        slopes = torch.from_numpy(numpy.array(slopes + abs(centre) * slopes ** 2, numpy.float64))
    factors = [slopes.flatten(), torch.ones(1) if weight is None else weight.flatten(),
               call.cotangent(0, answer.outputs[0].shape, torch.float64).flatten()]
    sizes = [factor.double()[factor.isfinite()].abs() for factor in factors]
    return math.prod(size.max().item() if size.numel() else 0.0 for size in sizes)


def scale_of_targets(call: Call) -> float:
    """Of the terms of the gradient of cross_entropy: probabilities, or whatever numbers are given
    for them, whose sum times a probability is what each is taken from."""
    target = call.inputs[1] if call.op == "cross_entropy" else None
    if target is None or not target.is_floating_point():
        return 0.0
    return target[target.isfinite()].double().abs().sum().item()


def scale_of_cosine(call: Call) -> float:
    """Of the terms of its gradients: cotangent, which is at most 2, / length."""
    if call.op != "cosine_similarity":
        return 0.0
    shape = torch.broadcast_shapes(*(t.shape for t in call.inputs)) or (1,)
    lengths = torch.cat([torch.linalg.vector_norm(
        t.double().expand(shape), dim=call.attrs.get("dim", 1)).flatten() for t in call.inputs])
    lengths = lengths[lengths.isfinite()].clamp(min=call.attrs.get("eps", 1e-8))
    return 2 / lengths.min().item() if lengths.numel() else 0.0


def scale_of_attention(call: Call, answer: Answer) -> float:
    """Of the terms of its gradients: cotangent · value · key or query."""
    if call.op != "scaled_dot_product_attention":
        return 0.0
    cotangent = call.cotangent(0, answer.outputs[0].shape, torch.float64)
    sizes = [t.double().abs()[t.abs() < 1e9] for t in [*call.floating()[:3], cotangent]]
    q, k, v, g = (size.max().item() if size.numel() else 0.0 for size in sizes)
    return max(q, k) * v * g


def near(a: torch.Tensor, b: torch.Tensor, moved: list[torch.Tensor], eps: float,
         absolute: float) -> torch.Tensor:
    rounded = b.to(a.dtype).double()
    spread = torch.zeros_like(b, dtype=torch.float64)
    same = (a.double() == rounded) | (a.isnan() & b.isnan())
    for other in moved:
        change = (other.double() - b.double()).abs()
        spread = torch.maximum(spread, torch.where(change.isfinite(), change, 0.0))
        same |= (a == other.to(a.dtype)) | (a.isnan() & other.isnan())
    bound = CONDITION * (spread + eps * b.double().abs()) + absolute
    return same | (a.isfinite() & ((a.double() - b.double()).abs() <= bound))
