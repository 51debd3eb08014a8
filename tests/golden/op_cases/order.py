"""Cases of framework/ops/order.h."""

import torch

from golden_case import case, floats, ints, pytorch

pytorch("sort", lambda x, dim=-1, descending=False:
        tuple( torch.sort(x, dim=dim, descending=descending, stable=True)))
pytorch("topk", lambda x, k, dim=-1, largest=True: tuple(torch.topk(x, k, dim, largest)))

NAN, INFINITY = float("nan"), float("inf")
SCRAMBLED = floats([[3, NAN, 1, 3, -INFINITY, INFINITY, 1, NAN, 2],
                    [0, -0.0, 0, -1, 1, -1, 0, 1, -0.0]])
INFINITY = float("inf")

case("cumsum", "dims", {"dim": 1}, (2, 3, 2))
case("cumsum", "last", {"dim": -1}, (2, 4))
case("cumsum", "0-d", {"dim": 0}, ())
case("cumsum", "no elements", {"dim": 0}, (0, 3))
case("cumsum", "i64", {"dim": 0}, ints([[1, 2], [-3, 2**62], [5, 2**62]]))
case("cumsum", "infinities", {"dim": 0}, floats([1, INFINITY, 2, -INFINITY, 3]))
for descending in (False, True):
    label = "descending" if descending else "ascending"
    case("sort", label, {"descending": descending}, (2, 5))
    case("sort", label + ", first dim", {"dim": 0, "descending": descending}, (5, 2))
    case("sort", label + ", ties and no number", {"dim": -1, "descending": descending}, SCRAMBLED)
    case("sort", label + ", i64", {"descending": descending},
         ints([2**53 + 1, 2**53, -2**63, 2**53]))
case("sort", "0-d", {}, ())
for largest in (True, False):
    label = "largest" if largest else "smallest"
    case("topk", label, {"k": 2, "largest": largest}, (3, 5))
    case("topk", label + ", first dim", {"k": 3, "dim": 0, "largest": largest}, (4, 2))
    case("topk", label + ", no number", {"k": 3, "largest": largest},
         floats([[1, NAN, -2, INFINITY, 0], [4, 3, 2, NAN, -INFINITY]]))
case("topk", "none", {"k": 0}, (3,))

pytorch("median", lambda x, dim=None, keepdim=False:
        torch.median(x) if dim is None else tuple(torch.median(x, dim, keepdim)))
case("cumprod", "dims", {"dim": 1}, (2, 3, 2))
case("cumprod", "last", {"dim": -1}, (2, 4))
case("cumprod", "0-d", {"dim": 0}, ())
case("cumprod", "no elements", {"dim": 0}, (0, 3))
case("cumprod", "zeros: one, two, three", {"dim": 1},
     floats([[2, 0, -4, 3], [0, 3, 0, 5], [0, 0, 2, 0]]))
case("cumprod", "i64", {"dim": 0}, ints([[1, 2], [-3, 2**62], [5, 2**62]]))
case("logcumsumexp", "dims", {"dim": 1}, (2, 3, 2))
case("logcumsumexp", "last", {"dim": -1}, (2, 4))
case("logcumsumexp", "large", {"dim": 1}, floats([[1000, 999, 998], [-1000, -1001, -999]]))
case("logcumsumexp", "0-d", {"dim": 0}, ())
case("logcumsumexp", "some -inf", {"dim": 0}, floats([0.5, -INFINITY, 1.5, -INFINITY]))
for keepdim in (False, True):
    label = ", keepdim" if keepdim else ""
    case("median", "odd" + label, {"dim": 1, "keepdim": keepdim}, (2, 5))
    case("median", "even" + label, {"dim": -2, "keepdim": keepdim}, (2, 4, 3))
case("median", "all", {}, (2, 3))
case("median", "all, ties", {}, floats([2, 2, 1, 3]))
case("median", "all, no number", {}, floats([1, NAN, 2, NAN]))
case("median", "no number", {"dim": 1}, floats([[1, NAN, 2, NAN], [INFINITY, 1, -INFINITY, 2]]))
case("median", "0-d", {"dim": 0}, ())
case("median", "no elements", {}, (0, 3))
case("median", "no elements along another dim", {"dim": 1}, (0, 3))
case("median", "i64", {"dim": 0}, ints([2**53 + 1, 2**53, -2**63, 5]))
