"""The cases of ops.py: (op, label, attributes, inputs). An input is a shape to fill with random
numbers, a shape with bounds, a tensor, or None."""

import torch


def floats(values):
    return torch.tensor(values, dtype=torch.float64)


def ints(values):
    return torch.tensor(values, dtype=torch.int64)


def bools(values):
    return torch.tensor(values, dtype=torch.int64) != 0


def between(low, high, *shape):
    return {"shape": shape, "low": low, "high": high}


CASES = []


def case(op, label, attrs, *inputs):
    CASES.append((op, label, attrs, inputs))


# Elementwise: broadcasting in both directions at once, a 0-d operand, no elements.
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
for op in ("neg", "exp", "square", "tanh", "sigmoid", "silu"):
    case(op, "2-d", {}, (2, 3))
    case(op, "wide range", {}, floats([-30, -5, -0.5, 0, 0.5, 5, 30]))
case("relu", "2-d", {}, (2, 3))
case("relu", "at zero", {}, floats([-1, 0, 1]))
for op in ("log", "sqrt", "rsqrt"):
    case(op, "2-d", {}, between(0.25, 3, 2, 3))
    case(op, "wide range", {}, floats([1e-8, 1e-3, 1, 1e3, 1e8]))
for approximate in ("none", "tanh"):
    attrs = {"approximate": approximate}
    case("gelu", approximate, attrs, (2, 3))
    case("gelu", approximate + ", wide range", attrs, floats([-30, -5, -0.5, 0, 0.5, 5, 30]))
for op in ("eq", "ne", "lt", "le", "gt", "ge"):
    case(op, "broadcast", {}, floats([[1, 2, 3], [3, 2, 1]]), floats([2, 2, 1]))

# Reductions.
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

# Views.
for op in ("view", "reshape"):
    case(op, "merge and split", {"shape": [3, 4]}, (2, 2, 3))
    case(op, "inferred", {"shape": [3, -1]}, (2, 6))
case("reshape", "to 0-d", {"shape": []}, (1, 1))
case("permute", "rotate", {"dims": [2, 0, 1]}, (2, 3, 2))
case("permute", "negative dims", {"dims": [0, -1, 1]}, (2, 3, 2))
case("transpose", "last two", {"dim0": -2, "dim1": -1}, (2, 3, 2))
case("transpose", "outer", {"dim0": 0, "dim1": 2}, (2, 1, 3))
case("expand", "grow one, keep one", {"size": [2, -1, 3]}, (2, 2, 1))
case("expand", "new dims", {"size": [2, 2, 3]}, (3,))
case("expand", "0-d", {"size": [2, 2]}, ())
case("unsqueeze", "front", {"dim": 0}, (2, 3))
case("unsqueeze", "back", {"dim": -1}, (2, 3))
case("squeeze", "all", {}, (1, 3, 1))
case("squeeze", "one", {"dim": 0}, (1, 3, 1))
case("squeeze", "not of size 1", {"dim": 1}, (1, 3, 1))
case("select", "middle", {"dim": 1, "index": 1}, (2, 3, 2))
case("select", "negative", {"dim": -1, "index": -1}, (2, 3, 2))
case("slice", "step", {"dim": 1, "start": 1, "end": 7, "step": 2}, (2, 7))
case("slice", "step to the end", {"dim": 0, "start": 0, "step": 3}, (5, 2))
case("slice", "negative bounds", {"dim": -1, "start": -3, "end": -1}, (2, 5))
case("slice", "clamped", {"dim": 0, "start": -9, "end": 99}, (3, 2))
case("slice", "nothing", {"dim": 0, "start": 2, "end": 1}, (3, 2))
case("narrow", "middle", {"dim": 1, "start": 1, "length": 2}, (2, 4))
case("narrow", "first dim", {"dim": 0, "start": 0, "length": 1}, (3, 2))
case("split", "size, remainder", {"split_size_or_sections": 2, "dim": 0}, (5, 2))
case("split", "sections", {"split_size_or_sections": [1, 3, 2], "dim": -1}, (2, 6))
case("cat", "rows", {"dim": 0}, (1, 3), (2, 3), (1, 3))
case("cat", "last dim", {"dim": -1}, (2, 1, 2), (2, 1, 3))
case("stack", "front", {"dim": 0}, (2, 2), (2, 2), (2, 2))
case("stack", "back", {"dim": -1}, (2, 3), (2, 3))
case("flip", "both", {"dims": [0, -1]}, (2, 3))
case("flip", "middle", {"dims": [1]}, (2, 3, 2))

# Products.
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

# Softmax and losses.
for op in ("softmax", "log_softmax"):
    for dim in (0, 1, -1):
        case(op, "dim %d" % dim, {"dim": dim}, (2, 3, 2))
    case(op, "large", {"dim": -1}, floats([[1000, 999, 998], [-1000, -1001, -999]]))
case("softmax", "some -inf", {"dim": -1}, floats([[0.5, float("-inf"), 1.5]]))
LABELS = ints([2, 0, 1, 2])
CLASS_WEIGHT = floats([0.5, 2, 1.25])
for reduction in ("none", "mean", "sum"):
    attrs = {"reduction": reduction}
    case("cross_entropy", reduction, attrs, (4, 3), LABELS)
    case("cross_entropy", reduction + ", weight, ignore_index, label_smoothing",
         {**attrs, "ignore_index": 1, "label_smoothing": 0.125}, (4, 3), LABELS, CLASS_WEIGHT)
    case("cross_entropy", reduction + ", ignore_index -100, label_smoothing",
         {**attrs, "label_smoothing": 0.25}, (4, 3), ints([2, -100, 1, -100]))
    case("nll_loss", reduction + ", weight, ignore_index", {**attrs, "ignore_index": 0},
         (4, 3), LABELS, CLASS_WEIGHT)
    case("mse_loss", reduction, attrs, (2, 3), (2, 3))
case("cross_entropy", "[C]", {}, (3,), ints(1))
case("cross_entropy", "[N, C, d]", {"label_smoothing": 0.125}, (2, 3, 2), ints([[0, 2], [1, 1]]),
     CLASS_WEIGHT)
case("cross_entropy", "all ignored, sum", {"reduction": "sum"}, (2, 3), ints([-100, -100]))
case("cross_entropy", "large", {}, floats([[1000, 0, -1000], [1000, 0, -1000]]), ints([0, 2]))
case("nll_loss", "[C]", {}, (3,), ints(1))
case("nll_loss", "[N, C, d]", {}, (2, 3, 2), ints([[0, 2], [1, 1]]))

# Normalization.
case("layer_norm", "plain", {"normalized_shape": [4]}, (2, 2, 4))
case("layer_norm", "affine", {"normalized_shape": [4]}, (2, 2, 4), (4,), (4,))
case("layer_norm", "weight only", {"normalized_shape": [4]}, (2, 4), (4,))
case("layer_norm", "bias only", {"normalized_shape": [4]}, (2, 4), None, (4,))
case("layer_norm", "two dims, eps", {"normalized_shape": [2, 3], "eps": 0.125}, (2, 2, 3), (2, 3),
     (2, 3))
case("layer_norm", "constant row", {"normalized_shape": [3]}, floats([[2, 2, 2], [1, 2, 4]]))

# Indexing.
case("embedding", "repeated indices", {}, ints([[1, 3, 1], [0, 1, 3]]), (4, 2))
case("embedding", "0-d index", {}, ints(2), (3, 2))
case("gather", "repeated, dim 0", {"dim": 0}, (3, 2), ints([[2, 0], [2, 1], [0, 0], [2, 2]]))
case("gather", "smaller index, last dim", {"dim": -1}, (3, 4), ints([[1, 1], [3, 0]]))
case("index_select", "repeated", {"dim": 1}, (2, 4), ints([3, 0, 3, 3]))
case("index_select", "first dim of three", {"dim": 0}, (3, 1, 2), ints([1, 1]))
case("one_hot", "num_classes", {"num_classes": 4}, ints([[0, 2], [3, 2]]))
case("masked_fill", "mask broadcasts", {"value": 1.5}, (2, 2, 3), bools([[1, 0, 1], [0, 0, 1]]))
case("masked_fill", "-inf", {"value": "-Infinity"}, (2, 3), bools([[1, 0, 1], [0, 0, 1]]))
case("masked_fill", "x broadcasts", {"value": 0.0}, (3,), bools([[1, 0, 1], [0, 0, 1]]))
case("where", "same shapes", {}, bools([[1, 0, 1], [0, 0, 1]]), (2, 3), (2, 3))
case("where", "all broadcast", {}, bools([[1], [0]]), (3,), (2, 1, 1))
case("where", "0-d", {}, bools([1, 0, 1]), (3,), ())
