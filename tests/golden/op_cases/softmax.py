"""Cases of framework/ops/softmax.h."""

from golden_case import case, floats

for op in ("softmax", "log_softmax"):
    for dim in (0, 1, -1):
        case(op, "dim %d" % dim, {"dim": dim}, (2, 3, 2))
    case(op, "large", {"dim": -1}, floats([[1000, 999, 998], [-1000, -1001, -999]]))
case("softmax", "some -inf", {"dim": -1}, floats([[0.5, float("-inf"), 1.5]]))
