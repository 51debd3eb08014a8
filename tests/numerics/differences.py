"""What differs from PyTorch on purpose. Each row has the name that docs/numerics.md explains."""

from __future__ import annotations

import dataclasses
import math
import pathlib
import re
from typing import Any, Callable

Test = Callable[[Any, Any, Any, Any], bool]
NEARER = "nearer"
# Differences that no call of a single op shows.
ELSEWHERE = ["epsilon", "shared-gradients", "least-integer"]
# Ops whose sums of finite numbers may overflow on the way.
SUMS = {"sum", "mean", "cumsum", "matmul", "bmm", "linear", "einsum", "addmm", "baddbmm",
        "index_add", "scatter_add"}


@dataclasses.dataclass
class Difference:
    """A name, and whether it is what a call shows: heed's answer, PyTorch's, and what differs."""

    name: str
    applies: Test


TABLE: list[Difference] = []


def intended(name: str) -> Callable[[Test], Test]:
    def add(test: Test) -> Test:
        TABLE.append(Difference(name, test))
        return test
    return add


def refused(ours: Any, theirs: Any, *words: str) -> bool:
    """heed refuses, with one of these phrases, what PyTorch answers."""
    return ours.error is not None and theirs.error is None and (
        any(word in ours.error for word in words))


def accepted(ours: Any, theirs: Any, *words: str) -> bool:
    """PyTorch refuses, with one of these phrases, what heed answers."""
    return ours.error is None and theirs.error is not None and (
        any(word in theirs.error for word in words))


def number(fault: Any, *kinds: str) -> bool:
    """Whether the fault is about numbers: outputs or gradients."""
    return fault.kind in (kinds or ("output", "grad")) and fault.apart is not None


def everywhere(fault: Any, test: Any) -> bool:
    """Whether all elements that differ pass the test."""
    return bool(test(fault.a, fault.b)[fault.apart].all())


def extreme(call: Any, tiny: bool = True) -> bool:
    """Inputs whose squares leave the range of their dtype, upwards or (with `tiny`) downwards."""
    import torch
    for x in call.floating():
        far = 1e19 if x.dtype == torch.float32 else 1e150
        small = (x != 0) & (x.abs() < 1 / far)
        if (x.isfinite() & ((x.abs() > far) | (small & tiny))).any():
            return True
    return False


def not_finite(call: Any) -> bool:
    return any(not x.isfinite().all() for x in call.floating())


def finite_there(call: Any, fault: Any) -> bool:
    """Whether the inputs are, at the elements that differ if they have such, else everywhere."""
    for x in call.floating():
        finite = x.isfinite()
        try:
            finite = finite.expand(fault.a.shape)[fault.apart]
        except RuntimeError:  # not one of elements
            pass
        if not finite.all():
            return False
    return True


@intended("dtypes")
def no_promotion(call: Any, ours: Any, theirs: Any, fault: Any) -> bool:
    return refused(ours, theirs, "takes f32 or f64", "dtypes differ", "write .to(DType::")


@intended("range")
def finite_where_pytorch_overflows(call: Any, ours: Any, theirs: Any, fault: Any) -> bool:
    """Of f64, of which nothing wider is the judge here."""
    return number(fault) and fault.exact is None and finite_there(call, fault) and (
        everywhere(fault, lambda a, b: a.isfinite() & ~b.isfinite()))


@intended("alpha")
def alpha_of_zero_reads_nothing(call: Any, ours: Any, theirs: Any, fault: Any) -> bool:
    import meant
    return call.op in ("addmm", "baddbmm") and call.attrs.get("alpha") == 0 and number(fault) and (
        not_finite(call) and meant.close(call, fault, meant.without_product))


@intended("limits")
def right_at_far_ends(call: Any, ours: Any, theirs: Any, fault: Any) -> bool:
    return call.op in ("softsign", "logaddexp") and number(fault) and not_finite(call) and (
        everywhere(fault, lambda a, b: a.isfinite() & b.isnan()))


@intended("overflow")
def order_decides_what_overflows(call: Any, ours: Any, theirs: Any, fault: Any) -> bool:
    if not number(fault) or not extreme(call):
        return False
    if fault.exact is not None and not fault.exact[fault.apart].isfinite().any():
        return everywhere(fault, lambda a, b: ~a.isfinite())  # another infinity or NaN
    import meant
    if call.op in meant.WITHOUT_DIVISION:  # whose order also decides which digits vanish
        return meant.products_leave_the_range(call)
    if fault.kind == "grad":
        return everywhere(fault, lambda a, b: ~a.isfinite() & ~b.isfinite()) and (
            extreme(call, tiny=False) or not not_finite(call))
    if not extreme(call, tiny=False):
        return False
    return everywhere(fault, lambda a, b: ~a.isfinite() | ~b.isfinite()) and (
        call.op == "scaled_dot_product_attention" and meant.scores_leave_the_range(call)
        or call.op in SUMS and meant.sums_leave_the_range(call, fault))


@intended("subnormals")
def subnormals_are_zero(call: Any, ours: Any, theirs: Any, fault: Any) -> bool:
    import torch
    if not number(fault) or not fault.a.is_floating_point():
        return False
    return everywhere(
        fault, lambda a, b: (a - b).abs() <= 4 * torch.finfo(a.dtype).smallest_normal)


@intended("ties")
def first_of_equals(call: Any, ours: Any, theirs: Any, fault: Any) -> bool:
    if call.op not in ("topk", "median") or len(ours.outputs) < 2 or not number(fault):
        return False
    import compare
    import meant
    choose = meant.chosen(ours)
    if fault.kind == "grad":
        return meant.close(call, fault, choose)
    return fault.where == "1" and not compare.far_apart(
        choose(call.inputs[0], **call.attrs)[0], ours.outputs[0]).any()


@intended("nan-gradient")
def nan_has_no_gradient(call: Any, ours: Any, theirs: Any, fault: Any) -> bool:
    if call.op not in ("elu", "leaky_relu", "max", "min", "norm") or not number(fault, "grad"):
        return False
    spoilt = call.inputs[0].isnan()
    if call.op in ("elu", "leaky_relu"):
        spoilt = spoilt[fault.apart]
    elif call.op == "norm" and call.attrs.get("p") != math.inf:
        return False
    return bool(spoilt.any()) and everywhere(fault, lambda a, b: a.isnan())


@intended("no-dims")
def no_dims_are_all(call: Any, ours: Any, theirs: Any, fault: Any) -> bool:
    import compare
    import meant
    if call.attrs.get("dim") != [] or call.op not in ("any", "all", "logsumexp"):
        return False
    if ours.error is not None:
        return False
    x = call.inputs[0]
    all_of_them = meant.all_dims(call.op, x, call.attrs.get("keepdim", False))
    return not compare.compare_tensors("output", "0", ours.outputs[0], all_of_them)


@intended("no-freedom")
def no_freedom_no_slope(call: Any, ours: Any, theirs: Any, fault: Any) -> bool:
    if call.op not in ("var", "std") or not number(fault, "output", "grad"):
        return False
    x, dim = call.inputs[0], call.attrs.get("dim")
    dims = [dim] if isinstance(dim, int) else dim or range(x.dim())
    count = math.prod(x.shape[d] for d in dims) if x.dim() else 1
    return call.attrs.get("correction", 1.0) >= count and everywhere(
        fault, lambda a, b: ~a.isfinite())


@intended("keepdim")
def keepdim_needs_a_dim(call: Any, ours: Any, theirs: Any, fault: Any) -> bool:
    return refused(ours, theirs, "keepdim needs a dim")


@intended("norm-p")
def no_negative_norm(call: Any, ours: Any, theirs: Any, fault: Any) -> bool:
    return refused(ours, theirs, "norm: p must be 0 or more")


@intended("loss-weights")
def loss_weights_have_gradients(call: Any, ours: Any, theirs: Any, fault: Any) -> bool:
    import meant
    return (call.op == "binary_cross_entropy_with_logits" and number(fault, "grad")
            and fault.where in ("2", "3")
            and (not_finite(call)
                 or meant.close(call, fault, meant.binary_cross_entropy_with_logits)))


@intended("zero-sign")
def either_zero(call: Any, ours: Any, theirs: Any, fault: Any) -> bool:
    return fault.kind == "zero" and call.op in (
        "maximum", "minimum", "amax", "amin", "max", "min", "cumsum", "logcumsumexp")


@intended("pow")
def halves_are_powers(call: Any, ours: Any, theirs: Any, fault: Any) -> bool:
    import torch
    x, exponent = call.inputs[0], call.attrs.get("exponent")
    if call.op != "pow" or exponent not in (0.5, -0.5) or fault.apart is None:
        return False
    return bool(((x == -torch.inf) | ((x == 0) & x.signbit()))[fault.apart].all())


@intended("shapes")
def shapes_are_exact(call: Any, ours: Any, theirs: Any, fault: Any) -> bool:
    return refused(ours, theirs, "linear: bias must be [out]", "a 0-d tensor takes one index")


@intended("label-smoothing")
def label_smoothing_is_a_share(call: Any, ours: Any, theirs: Any, fault: Any) -> bool:
    return refused(ours, theirs, "label_smoothing must be in [0, 1]")


@intended("empty")
def checked_though_empty(call: Any, ours: Any, theirs: Any, fault: Any) -> bool:
    empty = any(t is not None and not t.numel() for t in [*call.inputs, *theirs.outputs])
    return empty and refused(ours, theirs, "must not be negative", "must be at least",
                             "only a dimension of size 1", "is out of range for a dimension")


@intended("eight-dims")
def at_most_eight(call: Any, ours: Any, theirs: Any, fault: Any) -> bool:
    return refused(ours, theirs, "a tensor has at most 8 dimensions")


@intended("zero-target")
def no_target_no_gradient(call: Any, ours: Any, theirs: Any, fault: Any) -> bool:
    if call.op != "kl_div" or not number(fault):
        return False
    if fault.kind == "output":  # 0·∞
        return everywhere(fault, lambda a, b: a.isfinite() & b.isnan()) and not_finite(call)
    negative = bool((call.inputs[1] < 0).any())  # whose logarithm is NaN
    return everywhere(fault, lambda a, b: (a == 0) & ~b.isfinite() | (
        a.isnan() & (b == 0) & negative))


@intended("prod-gradient")
def prod_without_division(call: Any, ours: Any, theirs: Any, fault: Any) -> bool:
    import meant
    if call.op not in meant.WITHOUT_DIVISION or not number(fault, "grad") or (
            call.attrs.get("reduce", "prod") != "prod"):
        return False
    return meant.close(call, fault, meant.WITHOUT_DIVISION[call.op])


@intended("repeats")
def last_of_repeats_stays(call: Any, ours: Any, theirs: Any, fault: Any) -> bool:
    import meant
    return call.op in meant.LAST_STAYS and number(fault) and (
        not call.attrs.get("accumulate", False)
        and meant.close(call, fault, meant.LAST_STAYS[call.op]))


@intended("scatter-source")
def larger_source_has_gradient(call: Any, ours: Any, theirs: Any, fault: Any) -> bool:
    return call.op in ("scatter", "scatter_reduce") and call.inputs[1].shape != (
        call.inputs[2].shape) and accepted(
            ours, theirs, "returned an invalid gradient", "must match the size of tensor")


@intended("scatter-extremes")
def extremes_of_what_is_written(call: Any, ours: Any, theirs: Any, fault: Any) -> bool:
    import meant
    return call.op == "scatter_reduce" and number(fault, "grad") and (
        call.attrs.get("reduce") in ("amax", "amin")) and (
            meant.close(call, fault, meant.scatter_reduce))


@intended("cat-empty")
def empty_vectors_have_dims_too(call: Any, ours: Any, theirs: Any, fault: Any) -> bool:
    return call.op == "cat" and refused(ours, theirs, "out of range", "shapes differ") and (
        any(list(x.shape) == [0] for x in call.inputs))


@intended("infinite-sums")
def infinities_have_no_gradient(call: Any, ours: Any, theirs: Any, fault: Any) -> bool:
    return call.op == "logcumsumexp" and number(fault, "grad") and not_finite(call) and everywhere(
        fault, lambda a, b: a.isfinite() & ~b.isfinite())


@intended("median-empty")
def no_median_of_nothing(call: Any, ours: Any, theirs: Any, fault: Any) -> bool:
    return refused(ours, theirs, "median: nothing to choose from")


@intended("pad-dims")
def pads_any_dims(call: Any, ours: Any, theirs: Any, fault: Any) -> bool:
    if call.op != "pad":
        return False
    return refused(ours, theirs, "pad: repeats more than") or accepted(
        ours, theirs, "not supported", "not implemented", "is too small", "Expected", ">= 1")


@intended("qr")
def gradient_of_qr(call: Any, ours: Any, theirs: Any, fault: Any) -> bool:
    return call.op == "qr" and (refused(ours, theirs, "is singular") or accepted(
        ours, theirs, "derivative of linalg.qr depends on Q"))


@intended("masked")
def what_is_masked_has_no_influence(call: Any, ours: Any, theirs: Any, fault: Any) -> bool:
    import meant
    if call.op == "masked_softmax":
        return number(fault, "grad") and not_finite(call)
    return (call.op == "scaled_dot_product_attention" and number(fault) and not_finite(call)
            and (call.attrs.get("is_causal", False) or call.inputs[3] is not None)
            and meant.close(call, fault, meant.attention))


@intended("infinite-losses")
def losses_are_limits(call: Any, ours: Any, theirs: Any, fault: Any) -> bool:
    losses = ("binary_cross_entropy_with_logits", "cross_entropy", "nll_loss", "kl_div", "mse_loss",
              "l1_loss", "huber_loss", "smooth_l1_loss")
    return call.op in losses and number(fault) and not_finite(call) and everywhere(
        fault, lambda a, b: b.isnan() | ~a.isfinite() & ~b.isfinite())


@intended("constant-rows")
def constant_rows_are_zero(call: Any, ours: Any, theirs: Any, fault: Any) -> bool:
    import torch
    if call.op not in ("layer_norm", "rms_norm") or call.attrs.get("eps") != 0 or (
            not number(fault)):
        return False
    x, dims = call.inputs[0], [-1 - d for d in range(len(call.attrs["normalized_shape"]))]
    # As good as constant is what is so small that nothing normalizes it.
    least, spread = 2 / torch.finfo(x.dtype).max, x.abs().amax(dims, keepdim=True)
    if call.op == "layer_norm":
        spread = x.amax(dims, keepdim=True) - x.amin(dims, keepdim=True)
    flat = spread <= least
    here = flat.expand(x.shape)[fault.apart] if fault.a.shape == x.shape else flat
    return bool(here.any() if here is flat else here.all()) and everywhere(
        fault, lambda a, b: ~a.isnan() & b.isnan())


@intended("infinite-scores")
def infinite_scores_are_not_masked(call: Any, ours: Any, theirs: Any, fault: Any) -> bool:
    import meant
    if call.op != "scaled_dot_product_attention" or not number(fault) or not (
            not_finite(call) or extreme(call)):
        return False
    nothing = (fault.a.isnan() | (fault.a == 0)) & (fault.b.isnan() | (fault.b == 0))
    nothing |= fault.a.isfinite() & fault.b.isnan()  # a weight of 0, times an infinity
    nothing |= ~fault.a.isfinite() & ~fault.b.isfinite()
    if fault.kind == "grad" and ours.outputs[0].isnan().any():  # by one of the scores
        nothing |= fault.a.isnan()
    return meant.close(call, fault, meant.attention, but=nothing)


@intended("zero-dim")
def zero_dims_have_dim_zero(call: Any, ours: Any, theirs: Any, fault: Any) -> bool:
    return call.op in ("repeat_interleave", "roll", "take_along_dim") and accepted(
        ours, theirs, "Dimension out of range", "tensor has no dimensions") and (
            call.inputs[0].dim() == 0)


@intended("indices")
def indices_are_checked(call: Any, ours: Any, theirs: Any, fault: Any) -> bool:
    if call.op != "take_along_dim":
        return False
    return refused(ours, theirs, "is out of range for a dimension of size") or (
        accepted(ours, theirs, "out of bounds") and "dim" not in call.attrs)


def name_of(call: Any, ours: Any, theirs: Any, fault: Any) -> str | None:
    return next((row.name for row in TABLE if row.applies(call, ours, theirs, fault)), None)


def names() -> set[str]:
    return {row.name for row in TABLE} | {NEARER} | set(ELSEWHERE)


def check(page: pathlib.Path) -> list[str]:
    """What is wrong between this table and the page's rows, which begin `| **name** |`."""
    if not page.exists():
        return [f"{page} is missing"]
    told = set(re.findall(r"^\| \*\*([a-z-]+)\*\* \|", page.read_text(encoding="utf-8"), re.M))
    return ([f"{page}: no row explains the difference {name}" for name in sorted(names() - told)]
            + [f"{page}: differences.py has no {name}" for name in sorted(told - names())])
