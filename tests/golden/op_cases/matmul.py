"""Cases of framework/ops/matmul.h."""

from golden_case import case, floats

case("matmul", "1-d @ 1-d", {}, (4,), (4,))
case("matmul", "1-d @ 2-d", {}, (3,), (3, 2))
case("matmul", "2-d @ 1-d", {}, (2, 3), (3,))
case("matmul", "2-d @ 2-d", {}, (2, 3), (3, 4))
case("matmul", "1-d @ 3-d", {}, (3,), (2, 3, 2))
case("matmul", "3-d @ 1-d", {}, (2, 2, 3), (3,))
case("matmul", "3-d @ 2-d", {}, (2, 2, 3), (3, 2))
case("matmul", "3-d @ 3-d", {}, (2, 2, 3), (2, 3, 2))
case("matmul", "batches broadcast", {}, (2, 1, 2, 3), (3, 3, 2))
case("matmul", "4-d, both broadcast", {}, (1, 2, 2, 1), (2, 1, 1, 3))
case("matmul", "inner size 0", {}, (2, 0), (0, 3))
case("linear", "no bias", {}, (2, 2, 3), (4, 3))
case("linear", "bias", {}, (2, 3), (4, 3), (4,))
case("linear", "1-d", {}, (3,), (2, 3), (2,))
case("bmm", "batch", {}, (2, 2, 3), (2, 3, 4))
case("bmm", "inner size 0", {}, (2, 2, 0), (2, 0, 3))
for op, a, b, c in (("addmm", (2, 3), (3, 4), (2, 4)),
                    ("baddbmm", (2, 2, 3), (2, 3, 4), (2, 2, 4))):
    case(op, "plain", {}, c, a, b)
    case(op, "numbers", {"beta": 0.5, "alpha": -2.0}, c, a, b)
    case(op, "broadcast", {"beta": 2.0}, c[-1:], a, b)
    case(op, "beta 0 lets nothing through", {"beta": 0.0}, floats([float("nan")] * 4), a, b)
    case(op, "alpha 0", {"alpha": 0.0}, (), a, b)
case("outer", "vectors", {}, (3,), (2,))
case("outer", "no elements", {}, (0,), (2,))
