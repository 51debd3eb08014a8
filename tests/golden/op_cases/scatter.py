"""Cases of framework/ops/scatter.h."""

import torch

from golden_case import bools, case, floats, ints, pytorch


def scatter(x, index, src=None, dim=0, value=None, reduce=None):
    options = {} if reduce is None else {"reduce": reduce}
    return torch.scatter(x, dim, index, value if src is None else src, **options)


pytorch("scatter", scatter)
pytorch("scatter_reduce", lambda x, index, src, dim, reduce, include_self=True:
        torch.scatter_reduce(x, dim, index, src, reduce, include_self=include_self))
pytorch("index_copy", lambda x, index, source, dim: torch.index_copy(x, dim, index, source))
pytorch("index_fill", lambda x, index, dim, value: torch.index_fill(x, dim, index, value))
pytorch("index_put", lambda x, values, *indices, accumulate=False:
        torch.index_put(x, indices, values, accumulate))

NAN = float("nan")
ONCE = ints([[2, 0], [1, 2]])
REPEATED = ints([[0, 2], [0, 2], [1, 2], [0, 0]])

case("scatter", "dim 0", {"dim": 0}, (3, 2), ONCE, (2, 2))
case("scatter", "last dim", {"dim": -1}, (2, 3), ONCE, (2, 2))
case("scatter", "0-d", {"dim": 0}, (), ints(0), ())
case("scatter", "no indices", {"dim": 0}, (3,), ints([]), (0,))
case("scatter", "a larger source", {"dim": 0}, ints([1, 2, 3]), ints([2, 0]), ints([4, 5, 6]))
case("scatter", "number", {"dim": 0, "value": 2.5}, (3, 2), REPEATED)
case("scatter", "bool", {"dim": 0}, bools([0, 1, 0]), ints([2]), bools([1]))
case("scatter", "add", {"dim": 0, "reduce": "add"}, ints([1, 2]), ints([1, 1]), ints([3, 4]))
case("scatter", "multiply", {"dim": 0, "reduce": "multiply"}, ints([1, 2]), ints([1, 1]),
     ints([3, 4]))
for reduce in ("sum", "prod", "mean", "amax", "amin"):
    for include_self in (True, False):
        attrs = {"dim": 0, "reduce": reduce, "include_self": include_self}
        label = reduce if include_self else reduce + ", without self"
        case("scatter_reduce", label, attrs, (3, 2), REPEATED, (4, 2))
        case("scatter_reduce", label + ", last dim", {**attrs, "dim": -1}, (2, 3), ONCE, (2, 2))
        case("scatter_reduce", label + ", i64", attrs, ints([-5, 2, 4, 9]), ints([0, 2, 2, 0]),
             ints([-4, 3, 2, 0]))
        case("scatter_reduce", label + ", 0-d", attrs, (), ints(0), ())
for reduce in ("amax", "amin"):
    case("scatter_reduce", reduce + ", ties share evenly", {"dim": 0, "reduce": reduce},
         floats([3, 1, 2]), ints([0, 0, 1, 2]), floats([3, 3, 1, 2]))
    case("scatter_reduce", reduce + ", no number", {"dim": 0, "reduce": reduce},
         floats([NAN, 1, 2]), ints([0, 1, 1]), floats([3, NAN, 4]))
case("scatter_reduce", "prod, one zero", {"dim": 0, "reduce": "prod"},
     floats([3, 0, 2]), ints([0, 0, 1, 2]), floats([0, 3, 1, 2]))
case("scatter_reduce", "prod, two zeros", {"dim": 0, "reduce": "prod"},
     floats([3, 2]), ints([0, 0, 0, 1]), floats([0, 3, 0, 2]))
case("index_copy", "first dim", {"dim": 0}, (3, 2), ints([2, 0]), (2, 2))
case("index_copy", "last dim", {"dim": -1}, (2, 4), ints([1]), (2, 1))
case("index_fill", "repeated", {"dim": 0, "value": 1.5}, (3, 2), ints([2, 2]))
case("index_fill", "from the end", {"dim": 1, "value": -1}, (2, 4), ints([-1, 0]))
case("index_put", "one index", {}, (3, 2), (2, 2), ints([2, 0]))
case("index_put", "values broadcast", {}, (3, 2), (2,), ints([2, -3]))
case("index_put", "two indices", {}, (3, 2, 2), (2, 2), ints([2, 0]), ints([0, 1]))
case("index_put", "indices broadcast", {}, (3, 2), (2, 1), ints([[2], [0]]), ints([0, 1]))
case("index_put", "repeated, added", {"accumulate": True}, (3, 2), (3, 2), ints([2, 0, 2]))
case("index_put", "a mask", {}, (2, 2), (3,), bools([[1, 0], [1, 1]]))
case("index_put", "a mask of rows", {}, (3, 2), (1, 2), bools([1, 0, 1]))
case("index_put", "bools are joined", {"accumulate": True}, bools([0, 1, 0]), bools([1, 1]),
     ints([0, 0]))
