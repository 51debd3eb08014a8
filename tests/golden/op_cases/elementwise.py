"""Cases of framework/ops/elementwise.h."""

import torch

from golden_case import between, bools, case, floats, pytorch


def power(base, other=None, exponent=None):
    return torch.pow(base, exponent if other is None else other)


pytorch("pow", power)
pytorch("masked_fill", lambda x, mask, value: x.masked_fill(mask, value))

for op in ("add", "sub", "mul"):
    case(op, "broadcast both ways", {}, (2, 1, 3), (4, 1))
    case(op, "0-d operand", {}, (3,), ())
case("add", "no elements", {}, (0, 3), (3,))
case("div", "broadcast both ways", {}, (2, 1, 3), between(0.5, 2, 4, 1))
case("div", "0-d operand", {}, (), between(0.5, 2, 3))
case("pow", "tensor exponent", {}, between(0.25, 3, 2, 3), (2, 3))
case("pow", "tensor exponent, broadcast", {}, between(0.25, 3, 2, 1), (3,))
case("pow", "tensor exponent, base zero", {}, floats([0, 0, 0, 0]), floats([0, 1, 2, 3]))
case("pow", "square", {"exponent": 2.0}, (2, 3))
case("pow", "cube of negatives and zero", {"exponent": 3.0}, floats([-1.5, -1, 0, 0.5]))
case("pow", "fraction", {"exponent": -0.5}, between(0.25, 3, 2, 3))
case("pow", "zero", {"exponent": 0.0}, floats([-1.5, 0, 2]))
for op in ("neg",):
    case(op, "2-d", {}, (2, 3))
    case(op, "wide range", {}, floats([-30, -5, -0.5, 0, 0.5, 5, 30]))
for op in ("eq", "ne", "lt", "le", "gt", "ge"):
    case(op, "broadcast", {}, floats([[1, 2, 3], [3, 2, 1]]), floats([2, 2, 1]))
case("masked_fill", "mask broadcasts", {"value": 1.5}, (2, 2, 3), bools([[1, 0, 1], [0, 0, 1]]))
case("masked_fill", "-inf", {"value": "-Infinity"}, (2, 3), bools([[1, 0, 1], [0, 0, 1]]))
case("masked_fill", "x broadcasts", {"value": 0.0}, (3,), bools([[1, 0, 1], [0, 0, 1]]))
case("where", "same shapes", {}, bools([[1, 0, 1], [0, 0, 1]]), (2, 3), (2, 3))
case("where", "all broadcast", {}, bools([[1], [0]]), (3,), (2, 1, 1))
case("where", "0-d", {}, bools([1, 0, 1]), (3,), ())
case("pow", "tensor exponent, base zero, negative exponent", {}, floats([0, 0, 0]),
     floats([-1, -0.5, 2]))
case("pow", "numbers", {"exponent": 1.5}, floats([0, 0.25, 4]))
