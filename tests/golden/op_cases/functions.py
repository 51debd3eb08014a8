"""Cases of framework/ops/functions.h."""

import torch

from golden_case import between, case, floats, ints, pytorch


def clamp(x, min=None, max=None):
    if not x.is_floating_point():
        min, max = (bound if bound is None else int(bound) for bound in (min, max))
    return torch.clamp(x, min, max)


pytorch("clamp", clamp)

NAN, INFINITY = float("nan"), float("inf")

for op in ("exp", "exp2", "square", "tanh"):
    case(op, "2-d", {}, (2, 3))
    case(op, "wide range", {}, floats([-30, -5, -0.5, 0, 0.5, 5, 30]))
for op in ("log", "log2", "log10", "sqrt", "rsqrt"):
    case(op, "2-d", {}, between(0.25, 3, 2, 3))
    case(op, "wide range", {}, floats([1e-8, 1e-3, 1, 1e3, 1e8]))
for op in ("erf", "expm1"):
    case(op, "2-d", {}, (2, 3))
    case(op, "wide range", {}, floats([-30, -5, -0.5, -1e-9, 0, 1e-9, 0.5, 5, 30]))
case("log1p", "2-d", {}, between(-0.75, 3, 2, 3))
case("log1p", "wide range", {}, floats([-0.999, -1e-9, 0, 1e-12, 1, 1e8]))
case("reciprocal", "2-d", {}, between(0.25, 3, 2, 3))
case("reciprocal", "wide range", {}, floats([-1e8, -1, 1e-3, 1e8, INFINITY]))
for op in ("exp2", "log2", "log10"):
    case(op, "edges", {}, floats([-INFINITY, -0.0, 0, INFINITY, NAN]))
for op in ("abs", "sign", "floor", "ceil", "trunc", "round"):
    case(op, "2-d", {}, (2, 3))
    case(op, "zero, halves and no number", {},
         floats([-2.5, -1.5, -0.5, -0.0, 0, 0.5, 1.5, 2.5, 3.75, NAN, -INFINITY]))
for op in ("abs", "sign"):
    case(op, "i64", {}, ints([-3, 0, 7, -2**63]))
for label, attrs in (("min", {"min": -0.5}), ("max", {"max": 0.5}),
                     ("both", {"min": -0.5, "max": 0.75}), ("crossed", {"min": 1.0, "max": -1.0})):
    case("clamp", label, attrs, (3, 3))
case("clamp", "at the bounds, and no number", {"min": -1.0, "max": 1.0},
     floats([-2, -1, 0, 1, 2, NAN, INFINITY]))
case("clamp", "a bound that is no number", {"min": NAN}, floats([-1, 1]))
case("clamp", "i64", {"min": -1, "max": 2}, ints([-5, -1, 0, 2, 9]))
for op in ("maximum", "minimum"):
    case(op, "broadcast both ways", {}, (2, 1, 3), (4, 1))
    case(op, "ties and no number", {}, floats([1, 2, 3, NAN, 0, NAN]),
         floats([1, 3, 2, 0, NAN, NAN]))
    case(op, "i64", {}, ints([1, 2, 2**62]), ints([[2], [1]]))
case("logaddexp", "broadcast both ways", {}, (2, 1, 3), (4, 1))
case("logaddexp", "wide range", {}, floats([1000, -1000, 0, INFINITY, -INFINITY, NAN]),
     floats([999, -999, 0, 1, 1, 1]))
case("nan_to_num", "defaults", {}, floats([NAN, INFINITY, -INFINITY, 1]))
case("nan_to_num", "given", {"nan": 1.5, "posinf": 2.0, "neginf": -3.0},
     floats([NAN, INFINITY, -INFINITY, 1]))
case("nan_to_num", "i64", {}, ints([1, -2]))
