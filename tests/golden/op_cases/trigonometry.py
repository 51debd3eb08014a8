"""Cases of framework/ops/trigonometry.h."""

from golden_case import between, case, floats

NAN, INFINITY = float("nan"), float("inf")

for op in ("sin", "cos"):
    case(op, "2-d", {}, (2, 3))
    case(op, "wide range", {}, floats([-30, -5, -0.5, -1e-9, 0, 1e-9, 0.5, 5, 30]))
for op in ("tan", "atan", "sinh", "cosh", "asinh"):
    case(op, "2-d", {}, (2, 3))
    case(op, "wide range", {}, floats([-30, -5, -0.5, -1e-9, -0.0, 0, 1e-9, 0.5, 5, 30]))
    case(op, "no number", {}, floats([NAN, INFINITY, -INFINITY]))
case("tan", "large", {}, floats([1e5, -1e8, 1e22]))
for op in ("asin", "acos", "atanh"):
    case(op, "2-d", {}, between(-0.9, 0.9, 2, 3))
    case(op, "edges", {}, floats([-1, -0.0, 0, 1e-9, 1, -2, 2, NAN, INFINITY, -INFINITY]))
case("acosh", "2-d", {}, between(1.1, 3, 2, 3))
case("acosh", "edges", {}, floats([1, 1e9, 0.5, -2, NAN, INFINITY, -INFINITY]))
case("atan2", "broadcast both ways", {}, (2, 1, 3), (4, 1))
case("atan2", "axes and quadrants", {}, floats([1, -1, 1, -1, 1, -1, 0, -0.0, 0, -0.0]),
     floats([2, 2, -2, -2, 0, 0, 1, 1, -1, -1]))
case("atan2", "origin", {}, floats([0, -0.0, 0, -0.0]), floats([0, 0, -0.0, -0.0]))
