"""Cases of framework/ops/reduce.h."""

import torch

from golden_case import between, bools, case, floats, ints, pytorch


def all_dims(x, dim):
    return tuple(range(x.dim())) if dim is None else dim


def var(x, dim=None, correction=1, keepdim=False):
    return torch.var(x, dim, correction=correction, keepdim=keepdim)


def extreme(function):
    """max and min, of all elements or along a dim."""
    def call(x, dim=None, keepdim=False):
        return function(x) if dim is None else tuple(function(x, dim, keepdim))
    return call


def prod(x, dim=None, keepdim=False):
    return torch.prod(x) if dim is None else torch.prod(x, dim, keepdim)


pytorch("sum", lambda x, dim=None, keepdim=False: torch.sum(x, dim, keepdim))
pytorch("mean", lambda x, dim=None, keepdim=False: torch.mean(x, dim, keepdim))
pytorch("amax", lambda x, dim=(), keepdim=False: torch.amax(x, dim, keepdim))
pytorch("amin", lambda x, dim=(), keepdim=False: torch.amin(x, dim, keepdim))
pytorch("max", extreme(torch.max))
pytorch("min", extreme(torch.min))
pytorch("std", lambda x, dim=None, correction=1, keepdim=False:
        torch.std(x, dim, correction=correction, keepdim=keepdim))
pytorch("norm", lambda x, p=2, dim=None, keepdim=False:
        torch.linalg.vector_norm(x, p, dim, keepdim))
pytorch("prod", prod)
pytorch("any", lambda x, dim=None, keepdim=False: torch.any(x, dim, keepdim))
pytorch("all", lambda x, dim=None, keepdim=False: torch.all(x, dim, keepdim))
pytorch("var", var)
pytorch("logsumexp", lambda x, dim=None, keepdim=False:
        torch.logsumexp(x, all_dims(x, dim), keepdim))

NAN, INFINITY = float("nan"), float("inf")

for op in ("sum", "mean", "amax", "var", "logsumexp"):
    case(op, "all", {}, (2, 3, 2))
    case(op, "two dims", {"dim": [0, -1]}, (2, 3, 2))
    case(op, "keepdim", {"dim": [1], "keepdim": True}, (2, 3, 2))
case("sum", "0-d", {}, ())
case("sum", "empty dim", {"dim": [1]}, (2, 0, 3))
case("amax", "ties share evenly", {"dim": [1]}, floats([[1, 3, 3], [2, 2, 2], [5, 4, 3]]))
case("amax", "ties over all", {}, floats([[1, 3, 3], [2, 3, 2]]))
case("max", "first dim", {"dim": 0}, (3, 4))
case("max", "keepdim", {"dim": -1, "keepdim": True}, (2, 3, 4))
case("max", "ties: the first", {"dim": 1}, floats([[1, 3, 3], [2, 2, 2], [5, 4, 5]]))
case("var", "correction 0", {"dim": [1], "correction": 0}, (2, 4))
case("var", "correction 1", {"dim": [1], "correction": 1}, (2, 4))
case("var", "far from zero", {"dim": [1]}, between(1000, 1002, 2, 4))
case("logsumexp", "large", {"dim": [1]}, floats([[1000, 999, 998], [-1000, -1001, -999]]))
case("logsumexp", "some -inf", {"dim": [1]}, floats([[0.5, float("-inf"), 1.5]]))
case("argmax", "all", {}, (2, 3))
case("argmax", "ties and NaN", {"dim": 1}, floats([[1, 3, 3], [2, float("nan"), 5]]))
case("argmax", "keepdim", {"dim": 0, "keepdim": True}, (3, 2))
for op in ("amin", "std", "norm"):
    case(op, "all", {}, (2, 3, 2))
    case(op, "two dims", {"dim": [0, -1]}, (2, 3, 2))
    case(op, "keepdim", {"dim": [1], "keepdim": True}, (2, 3, 2))
case("amin", "ties share evenly", {"dim": [1]}, floats([[1, 1, 3], [2, 2, 2], [5, 4, 3]]))
case("amin", "no number", {"dim": [1]}, floats([[1, NAN, 0], [1, 2, 3]]))
case("amax", "no number", {"dim": [1]}, floats([[1, NAN, 5], [1, 2, 3]]))
case("std", "correction 0", {"dim": [1], "correction": 0}, (2, 4))
case("std", "correction 2.5", {"dim": [-2], "correction": 2.5}, (4, 2))
case("std", "equal elements", {"dim": [1]}, floats([[2, 2, 2], [1, 2, 4]]))
case("std", "one element", {}, floats([2]))
case("std", "one element, correction 0", {"correction": 0}, floats([2]))
case("var", "one element", {}, floats([2]))
for p in (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, "Infinity"):
    label = "p %s" % p
    case("norm", label, {"p": p, "dim": [1]}, (2, 3))
    case("norm", label + ", zeros", {"p": p}, floats([0, 0, 0]))
    case("norm", label + ", a zero among others", {"p": p, "dim": [0], "keepdim": True},
         floats([0, -3, 4]))
    case("norm", label + ", ties", {"p": p}, floats([3, -3, 1]))
case("prod", "all", {}, (2, 3))
case("prod", "dim", {"dim": -1}, (2, 5))
case("prod", "keepdim", {"dim": 0, "keepdim": True}, (3, 2))
case("prod", "zeros: none, one, two, three", {"dim": 1},
     floats([[2, 3, -4], [2, 0, -4], [0, 3, 0], [0, 0, 0]]))
case("prod", "a zero among all", {}, floats([[2, 3], [0, 5]]))
case("prod", "0-d", {}, ())
case("prod", "no elements", {"dim": 1}, (2, 0))
case("prod", "i64", {"dim": 0}, ints([[2, 3], [-4, 2**62]]))
case("min", "first dim", {"dim": 0}, (3, 4))
case("min", "keepdim", {"dim": -1, "keepdim": True}, (2, 3, 4))
case("min", "ties: the first", {"dim": 1}, floats([[1, 1, 3], [2, 2, 2], [5, 4, 4]]))
case("min", "no number", {"dim": 1}, floats([[1, NAN, NAN], [-INFINITY, NAN, 0]]))
case("max", "no number", {"dim": 1}, floats([[1, NAN, NAN], [INFINITY, NAN, 0]]))
for op in ("min", "max"):
    case(op, "all", {}, (2, 3))
    case(op, "ties over all", {}, floats([[1, 3, 3], [1, 3, 2]]))
case("argmin", "all", {}, (2, 3))
case("argmin", "ties and no number", {"dim": 1}, floats([[1, 1, 3], [2, NAN, 0]]))
case("argmin", "keepdim", {"dim": 0, "keepdim": True}, (3, 2))
case("argmin", "ties over all", {}, floats([[3, 1], [1, 3]]))
for op in ("any", "all"):
    case(op, "all", {}, bools([[1, 0], [1, 1]]))
    case(op, "dim", {"dim": [1]}, bools([[1, 0], [1, 1], [0, 0]]))
    case(op, "two dims, keepdim", {"dim": [0, -1], "keepdim": True}, bools([[[1, 0], [0, 0]]]))
    case(op, "numbers", {"dim": [-1]}, floats([[0, -0.0, 0], [0, 0.5, NAN], [1, -2, NAN]]))
    case(op, "integers", {"dim": [0]}, ints([[0, 2, 0], [0, -1, 1]]))
    case(op, "no elements", {"dim": [1]}, (2, 0))
case("logsumexp", "infinities", {"dim": [1]},
     floats([[-INFINITY, -INFINITY], [INFINITY, 1], [INFINITY, INFINITY]]))
for op in ("sum", "mean", "amax", "amin", "any", "all", "logsumexp", "var", "std", "norm"):
    case(op, "dim as a number", {"dim": 1}, (2, 3))
for op in ("amax", "amin", "any", "all"):
    case(op, "dim as a number, keepdim", {"dim": -2, "keepdim": True}, (2, 3))
case("count_nonzero", "all", {}, floats([[0, 1, -0.0], [NAN, 0, -2]]))
case("count_nonzero", "a number", {"dim": 1}, ints([[0, 1, 3], [0, 0, -2]]))
case("count_nonzero", "two dims", {"dim": [0, -1]}, bools([[[1, 0], [0, 1]]]))
