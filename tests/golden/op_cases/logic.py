"""Cases of framework/ops/logic.h."""

from golden_case import bools, case, floats, ints

NAN, INFINITY = float("nan"), float("inf")

for op in ("logical_and", "logical_or", "logical_xor"):
    case(op, "floats", {}, floats([0, 0, -0.0, 0.5, NAN, INFINITY]), floats([0, 1, 2, -0.0, 1, 0]))
    case(op, "broadcast", {}, bools([[1], [0]]), bools([1, 0, 1]))
    case(op, "mixed", {}, ints([0, 0, 5, 5]), bools([0, 1, 0, 1]))
for op in ("logical_not", "isnan", "isinf", "isfinite"):
    case(op, "floats", {}, floats([0, -0.0, 0.5, -3, NAN, INFINITY, -INFINITY, 1e308]))
    case(op, "i64", {}, ints([0, 1, -5, 2**62]))
    case(op, "bool", {}, bools([0, 1]))
for op in ("bitwise_and", "bitwise_or", "bitwise_xor"):
    case(op, "bool", {}, bools([0, 0, 1, 1]), bools([0, 1, 0, 1]))
    case(op, "i64, broadcast", {}, ints([[12], [-7]]), ints([10, -1, 2**62]))
case("bitwise_not", "bool", {}, bools([[0, 1]]))
case("bitwise_not", "i64", {}, ints([0, -1, 12, -2**62]))
