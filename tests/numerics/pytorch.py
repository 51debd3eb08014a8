"""What PyTorch answers. Its function is the one that tests/golden calls for the op, or the one
given here."""

from __future__ import annotations

import importlib
import pathlib
import sys
from typing import Any, Callable, Sequence

import torch
import torch.nn.functional as F
from torch.nn.attention import SDPBackend, sdpa_kernel

from calls import Answer, Call, DTYPES, Tensors

GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "golden"
sys.path.insert(0, str(GOLDEN))
import golden_case  # noqa: E402

for file in sorted(GOLDEN.glob("op_cases/*.py")):
    importlib.import_module("op_cases." + file.stem)

CONSTANTS = dict(golden_case.CONSTANT_INPUTS)
FUNCTIONS: dict[str, Callable[..., Any]] = {}
# Attributes of heed that PyTorch's function does not take.
LEFT_OUT = {"scaled_dot_product_attention": ["seed"], "topk": ["sorted"]}


def pytorch(op: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def add(function: Callable[..., Any]) -> Callable[..., Any]:
        FUNCTIONS[op] = function
        return function
    return add


def function_of(op: str) -> Callable[..., Any] | None:
    try:
        return FUNCTIONS.get(op) or golden_case.function_of(op)
    except AttributeError:
        return None


def whole(value: float, x: torch.Tensor) -> float | int:
    """JSON has one kind of number; beside integers PyTorch takes 2.0 for a reason to promote."""
    return value if x.is_floating_point() or value != value or value not in (
        float(int(value)) if abs(value) < 1e300 else None,) else int(value)


def binary(name: str) -> None:
    function = golden_case.function_of(name)

    def call(*given: torch.Tensor | None, input: float | None = None,
             other: float | None = None, **more: Any) -> torch.Tensor:
        operands = [tensor for tensor in given if tensor is not None]
        x = operands[0]
        if input is not None:
            operands = [torch.tensor(whole(input, x), dtype=x.dtype), x]
        elif other is not None:
            operands += [whole(other, x)]
        return function(*(divisible(*operands) if name in DIVISIONS else operands), **more)
    FUNCTIONS[name] = call


DIVISIONS = ("div", "remainder", "fmod")


def divisible(a: torch.Tensor, b: torch.Tensor | float | int) -> list[Any]:
    """The least integer is divided by 1 in place of −1, which gives what wraps around: by −1
    PyTorch's process dies."""
    numbers = [a, b if isinstance(b, torch.Tensor) else torch.tensor(b)]
    if any(number.dtype != torch.int64 for number in numbers):
        return [a, b]
    return [a, torch.where((a == -2**63) & (numbers[1] == -1), 1, numbers[1])]


for op in ("add", "sub", "mul", "div", "eq", "ne", "lt", "le", "gt", "ge", "remainder", "fmod"):
    binary(op)


@pytorch("pow")
def power(x: torch.Tensor | None, other: torch.Tensor | None = None, *,
          input: float | None = None, exponent: float | None = None) -> torch.Tensor:
    return torch.pow(input if x is None else x, exponent if other is None else other)


@pytorch("masked_fill")
def masked_fill(x: torch.Tensor, mask: torch.Tensor, value: float) -> torch.Tensor:
    return x.masked_fill(mask, whole(value, x))


@pytorch("masked_softmax")
def masked_softmax(x: torch.Tensor, blocked: torch.Tensor, dim: int = -1) -> torch.Tensor:
    if blocked.dtype != torch.bool or torch.broadcast_shapes(x.shape, blocked.shape) != x.shape:
        raise ValueError("not a mask of x")
    blocked = blocked.expand(x.shape)
    scores = torch.where(blocked, 0.0, x).masked_fill(blocked, -torch.inf)
    nothing = blocked.all(dim, keepdim=True) if x.dim() else blocked
    weights = torch.softmax(torch.where(nothing, 0.0, scores), dim)
    return torch.where(blocked, 0.0, weights)


@pytorch("rotary_embedding")
def rotary(x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor,
           interleaved: bool = False) -> torch.Tensor:
    if x.dim() < 2 or x.shape[-1] % 2:
        raise ValueError("not pairs")
    a, b = (x[..., ::2], x[..., 1::2]) if interleaved else x.chunk(2, -1)
    turned = [a * cos - b * sin, b * cos + a * sin]
    if turned[0].shape != a.shape:
        raise ValueError("cos and sin do not broadcast to x's pairs")
    return torch.stack(turned, -1).flatten(-2) if interleaved else torch.cat(turned, -1)


@pytorch("squeeze")
def squeeze(x: torch.Tensor, dim: int | None = None) -> torch.Tensor:
    return torch.squeeze(x) if dim is None else torch.squeeze(x, dim)


@pytorch("slice")
def take_slice(x: torch.Tensor, dim: int, start: int = 0, end: int | None = None,
               step: int = 1) -> torch.Tensor:
    return torch.ops.aten.slice(x, dim, start, end, step)


@pytorch("clamp")
def clamp(x: torch.Tensor, min: float | None = None, max: float | None = None) -> torch.Tensor:
    bounds = [None if bound is None else whole(bound, x) for bound in (min, max)]
    return torch.clamp(x, *bounds)


@pytorch("to")
def cast(x: torch.Tensor, dtype: str) -> torch.Tensor:
    return x.to(DTYPES[dtype])


@pytorch("scaled_dot_product_attention")
def attention(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor,
              attn_mask: torch.Tensor | None = None, **more: Any) -> torch.Tensor:
    with sdpa_kernel(SDPBackend.MATH):  # the other ones differ from it at NaN
        return F.scaled_dot_product_attention(q, k, v, attn_mask, **more)


@pytorch("slice_backward")
def slice_backward(g: torch.Tensor, input_sizes: list[int], dim: int, start: int, end: int,
                   step: int) -> torch.Tensor:
    whole_shape = torch.empty(input_sizes, device="meta")
    if g.shape != torch.ops.aten.slice(whole_shape, dim, start, end, step).shape:
        raise ValueError("not the shape of that slice")  # PyTorch broadcasts what never happens
    return torch.ops.aten.slice_backward(g, input_sizes, dim, start, end, step)


@pytorch("dropout")
def dropout(x: torch.Tensor, p: float = 0.5, seed: int = 0,
            heed: torch.Tensor | None = None) -> torch.Tensor:
    """With the choice that heed made: where x is not 0, its output says which."""
    if not 0 <= p <= 1:
        raise ValueError("not a probability")
    if not x.is_floating_point() or heed is None:
        return F.dropout(x, p)
    kept = heed != 0
    return torch.where(kept, x / (1 - p) if p < 1 else x, 0.0 * torch.zeros_like(x))


def attributes_of(call: Call) -> dict[str, Any]:
    """With what is left out but depends on the dtype."""
    if call.op != "rms_norm" or "eps" in call.attrs or not call.floating():
        return call.attrs
    return {**call.attrs, "eps": torch.finfo(call.floating()[0].dtype).eps}


def prepared(call: Call, dtype: torch.dtype | None,
             constants: Sequence[int]) -> tuple[Tensors, dict[str, Any]]:
    """Leaves, and attributes as PyTorch spells them; in `dtype` if it is not None."""
    inputs: Tensors = []
    for position, tensor in enumerate(call.inputs):
        if tensor is None:
            inputs.append(None)
            continue
        leaf = tensor.clone()
        if tensor.is_floating_point():
            leaf = leaf.to(dtype or leaf.dtype)
            leaf.requires_grad_(position not in constants)
        inputs.append(leaf)
    while inputs and inputs[-1] is None:
        inputs.pop()
    attrs = {key: value for key, value in attributes_of(call).items()
             if key not in LEFT_OUT.get(call.op, ())}
    return inputs, attrs


def sweep(call: Call, inputs: Tensors, outputs: Tensors, cast: bool) -> Tensors:
    pairs = [(output, call.cotangent(i, output.shape, output.dtype))
             for i, output in enumerate(outputs) if output is not None and output.requires_grad]
    if cast:
        single = call.floating()[0].dtype == torch.float32 and not call.nudge
        pairs = [(o, g.float().double() if single else g) for o, g in pairs]
    leaves = [t for t in inputs if t is not None and t.requires_grad]
    grads = iter(torch.autograd.grad([o for o, _ in pairs], leaves, [g for _, g in pairs],
                                     allow_unused=True) if pairs else [])
    return [next(grads, None) if t is not None and t.requires_grad else None for t in inputs]


def answer(call: Call, dtype: torch.dtype | None = None,
           heed: Answer | None = None, function: Callable[..., Any] | None = None) -> Answer:
    """PyTorch's answer; in f64 as an oracle for f32 if asked. `heed` is what heed answered, for
    ops that are random. `function` is in place of the op, with gradients of all inputs."""
    constants = () if function else CONSTANTS.get(call.op, ())
    function = function or function_of(call.op)
    assert function is not None, call.op
    try:
        inputs, attrs = prepared(call, dtype, constants)
        if call.op == "dropout" and heed is not None and heed.error is None:
            attrs["heed"] = heed.outputs[0]
        outputs = function(*inputs, **attrs)
        outputs = list(outputs) if isinstance(outputs, (tuple, list)) else [outputs]
        # One that did not need a copy is a view of its input.
        grads = sweep(call, inputs, outputs, dtype is not None)
    except (RuntimeError, IndexError, ValueError, TypeError, AttributeError,
            AssertionError, NotImplementedError) as error:
        return Answer(error=f"{type(error).__name__}: {error}")
    missing = [None] * (len(call.inputs) - len(inputs))
    return Answer([o.detach() for o in outputs], [*grads, *missing])


def cotangents_of(call: Call, theirs: Answer) -> Tensors | None:
    """What to send heed: one for each floating output, none if there is none."""
    if theirs.error is not None:
        return None
    chosen = [call.cotangent(i, o.shape, o.dtype) if o is not None and o.is_floating_point()
              else None for i, o in enumerate(theirs.outputs)]
    return chosen if any(c is not None for c in chosen) else None

