"""Cases of framework/ops/rearrange.h."""

import torch

from golden_case import case, floats, ints, pytorch

pytorch("repeat", lambda x, repeats: x.repeat(repeats))
pytorch("diagonal_backward", lambda g, shape, offset=0, dim1=0, dim2=1:
        ( torch.ops.aten.diagonal_backward(g, shape, offset, dim1, dim2)))

NAN, INFINITY = float("nan"), float("inf")

case("flatten", "all", {}, (2, 3, 2))
case("flatten", "middle", {"start_dim": 1, "end_dim": -2}, (2, 3, 2, 2))
case("flatten", "0-d", {}, ())
case("unflatten", "inferred", {"dim": -1, "sizes": [2, -1]}, (2, 6))
case("unflatten", "first", {"dim": 0, "sizes": [2, 1, 2]}, (4, 3))
case("movedim", "one", {"source": 0, "destination": -1}, (2, 3, 4))
case("movedim", "several", {"source": [2, 0], "destination": [0, -1]}, (2, 3, 4))
case("chunk", "even", {"chunks": 3}, (6, 2))
case("chunk", "remainder", {"chunks": 3, "dim": -1}, (2, 7))
case("chunk", "fewer than asked for", {"chunks": 4, "dim": 1}, (2, 5))
case("chunk", "more than elements", {"chunks": 5}, (2, 2))
case("chunk", "no elements", {"chunks": 3}, (0, 2))
case("roll", "flat", {"shifts": 2}, (2, 3))
case("roll", "back", {"shifts": -1, "dims": 1}, (2, 3))
case("roll", "two dims, beyond the end", {"shifts": [1, -7], "dims": [0, -1]}, (2, 3))
case("roll", "one dim twice", {"shifts": [1, 1], "dims": [1, 1]}, (2, 3))
case("repeat", "both", {"repeats": [2, 3]}, (2, 2))
case("repeat", "new dims", {"repeats": [2, 1, 2]}, (3,))
case("repeat", "none", {"repeats": [0, 2]}, (2, 3))
case("tile", "last", {"dims": [2]}, (2, 3))
case("tile", "new dims", {"dims": [2, 2, 1]}, (2,))
case("repeat_interleave", "flat", {"repeats": 2}, (2, 3))
case("repeat_interleave", "dim", {"repeats": 3, "dim": -2}, (2, 2, 2))
case("repeat_interleave", "none", {"repeats": 0, "dim": 0}, (2, 2))
for op in ("tril", "triu"):
    for diagonal in (-5, -1, 0, 1, 5):
        case(op, "diagonal %d" % diagonal, {"diagonal": diagonal}, (3, 4))
    case(op, "batch", {}, (2, 3, 2))
    case(op, "i64", {"diagonal": -1}, ints([[1, 2], [3, 4]]))
    case(op, "infinities", {}, floats([[INFINITY, -INFINITY], [INFINITY, 1]]))
case("diagonal", "main", {}, (3, 4))
case("diagonal", "above", {"offset": 2}, (3, 4))
case("diagonal", "below", {"offset": -2}, (3, 4))
case("diagonal", "beyond", {"offset": 7}, (3, 4))
case("diagonal", "of the last two", {"offset": 1, "dim1": -2, "dim2": -1}, (2, 3, 3))
case("diagonal", "dims in the other order", {"offset": 1, "dim1": 2, "dim2": 0}, (2, 2, 3))
case("diagonal_backward", "below", {"shape": [3, 4], "offset": -1}, (2,))
case("diagonal_backward", "batch", {"shape": [2, 3, 3], "offset": 1, "dim1": 1, "dim2": 2}, (2, 2))
