"""Cases of functions of one element, choices, reductions and orders, added to those of op_cases."""

from op_cases import between, bools, case, floats, ints

NAN, INFINITY = float("nan"), float("inf")

# Functions of one element.
for op in ("sin", "cos", "erf", "expm1", "log_sigmoid", "softplus", "leaky_relu", "elu"):
    case(op, "2-d", {}, (2, 3))
    case(op, "wide range", {}, floats([-30, -5, -0.5, -1e-9, 0, 1e-9, 0.5, 5, 30]))
case("log1p", "2-d", {}, between(-0.75, 3, 2, 3))
case("log1p", "wide range", {}, floats([-0.999, -1e-9, 0, 1e-12, 1, 1e8]))
case("reciprocal", "2-d", {}, between(0.25, 3, 2, 3))
case("reciprocal", "wide range", {}, floats([-1e8, -1, 1e-3, 1e8, INFINITY]))
for op in ("abs", "sign", "floor", "round"):
    case(op, "2-d", {}, (2, 3))
    case(op, "zero, halves and no number", {},
         floats([-2.5, -1.5, -0.5, -0.0, 0, 0.5, 1.5, 2.5, 3.75, NAN, -INFINITY]))
for op in ("abs", "sign"):
    case(op, "i64", {}, ints([-3, 0, 7, -2**63]))
case("log_sigmoid", "very wide range", {}, floats([-1000, -800, 800, 1000]))
case("softplus", "beta, threshold", {"beta": 2.0, "threshold": 3.0},
     floats([-500, -1, 0, 1.5, 1.5000001, 5, 1000]))
case("leaky_relu", "slope", {"negative_slope": 0.25}, (2, 3))
case("leaky_relu", "negative slope", {"negative_slope": -1.0}, floats([-2, 0, 2]))
case("elu", "alpha", {"alpha": 2.5}, floats([-2, -1e-9, 0, 1]))
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
case("pow", "tensor exponent, base zero, negative exponent", {}, floats([0, 0, 0]),
     floats([-1, -0.5, 2]))
case("pow", "numbers", {"exponent": 1.5}, floats([0, 0.25, 4]))
case("relu", "no number", {}, floats([NAN, INFINITY, -INFINITY]))

# Reductions.
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

# Running sums and sorting.
case("cumsum", "dims", {"dim": 1}, (2, 3, 2))
case("cumsum", "last", {"dim": -1}, (2, 4))
case("cumsum", "0-d", {"dim": 0}, ())
case("cumsum", "no elements", {"dim": 0}, (0, 3))
case("cumsum", "i64", {"dim": 0}, ints([[1, 2], [-3, 2**62], [5, 2**62]]))
case("cumsum", "infinities", {"dim": 0}, floats([1, INFINITY, 2, -INFINITY, 3]))
SCRAMBLED = floats([[3, NAN, 1, 3, -INFINITY, INFINITY, 1, NAN, 2],
                    [0, -0.0, 0, -1, 1, -1, 0, 1, -0.0]])
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
