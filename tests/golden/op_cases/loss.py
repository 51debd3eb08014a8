"""Cases of framework/ops/loss.h."""

import torch.nn.functional as F

from golden_case import between, case, constant_inputs, floats, ints, pytorch


def binary_cross_entropy_with_logits(x, target, weight=None, pos_weight=None, reduction="mean"):
    return F.binary_cross_entropy_with_logits(x, target, weight, pos_weight=pos_weight,
                                              reduction=reduction)


pytorch("binary_cross_entropy_with_logits", binary_cross_entropy_with_logits)

# PyTorch gives the weights of losses no gradient.
constant_inputs("cross_entropy", 2)
constant_inputs("nll_loss", 2)
constant_inputs("binary_cross_entropy_with_logits", 2, 3)

LABELS = ints([2, 0, 1, 2])
CLASS_WEIGHT = floats([0.5, 2, 1.25])
NAN, INFINITY = float("nan"), float("inf")
AT_KINKS = floats([-3, -1, -0.5, 0, 0.5, 1, 3]), floats([0, 0, 0, 0, 0, 0, 0])
PROBABILITIES = between(0.0625, 0.5, 2, 3)

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
for reduction in ("none", "mean", "sum"):
    attrs = {"reduction": reduction}
    for op, parameter in (("l1_loss", None), ("huber_loss", "delta"), ("smooth_l1_loss", "beta")):
        case(op, reduction, attrs, (2, 3), (2, 3))
        case(op, reduction + ", broadcast", attrs, (2, 3), (3,))
        case(op, reduction + ", at the kinks", attrs, *AT_KINKS)
        if parameter:
            case(op, reduction + ", " + parameter, {**attrs, parameter: 0.5}, *AT_KINKS)
    case("kl_div", reduction, attrs, (2, 3), PROBABILITIES)
    case("kl_div", reduction + ", log_target", {**attrs, "log_target": True}, (2, 3), (2, 3))
    op = "binary_cross_entropy_with_logits"
    case(op, reduction, attrs, (2, 3), between(0, 1, 2, 3))
    case(op, reduction + ", weight", attrs, (2, 3), between(0, 1, 2, 3), between(0.5, 2, 3))
    case(op, reduction + ", pos_weight", attrs, (2, 3), between(0, 1, 2, 3), None,
         between(0.5, 2, 3))
    case(op, reduction + ", both", attrs, (2, 3), between(0, 1, 2, 3), between(0.5, 2, 2, 1),
         between(0.5, 2, 3))
    for op, more in (("cross_entropy", {"label_smoothing": 0.125}), ("nll_loss", {})):
        case(op, reduction + ", 4-d", {**attrs, **more, "ignore_index": 0}, (2, 3, 2, 2),
             ints([[[0, 2], [1, 1]], [[2, 0], [0, 1]]]), floats([0.5, 2, 1.25]))
        case(op, reduction + ", 5-d", {**attrs, **more}, (2, 3, 1, 2, 2),
             ints([[[[0, -100], [1, 1]]], [[[2, 0], [-100, 1]]]]), floats([0.5, 2, 1.25]))
case("kl_div", "batchmean", {"reduction": "batchmean"}, (4, 3), between(0.0625, 0.5, 4, 3))
case("smooth_l1_loss", "beta 0", {"beta": 0.0, "reduction": "none"}, *AT_KINKS)
for op in ("l1_loss", "huber_loss", "smooth_l1_loss"):
    case(op, "infinities", {"reduction": "none"}, floats([INFINITY, -INFINITY, 1e200]),
         floats([0, 0, 0]))
case("binary_cross_entropy_with_logits", "large logits", {"reduction": "none"},
     floats([-1000, -40, 0, 40, 1000]), floats([0, 1, 0.5, 0, 1]))
case("cross_entropy", "label_smoothing 1", {"label_smoothing": 1.0}, (4, 3), ints([2, 0, 1, 2]))
case("cross_entropy", "[C], ignored", {"reduction": "sum"}, (3,), ints(-100))
MASSES = between(0.0625, 0.5, 4, 3)
ONE_HOT = floats([[0, 0, 1], [1, 0, 0], [0, 1, 0], [0, 0, 1]])
for reduction in ("none", "mean", "sum"):
    attrs = {"reduction": reduction}
    case("cross_entropy", reduction + ", probabilities", attrs, (4, 3), MASSES)
    case("cross_entropy", reduction + ", probabilities, weight, label_smoothing",
         {**attrs, "label_smoothing": 0.125}, (4, 3), MASSES, CLASS_WEIGHT)
    case("cross_entropy", reduction + ", probabilities, 4-d", attrs, (2, 3, 2, 2),
         between(0, 1, 2, 3, 2, 2), CLASS_WEIGHT)
    case("cross_entropy", reduction + ", probabilities of 0 and 1", attrs, (4, 3), ONE_HOT,
         CLASS_WEIGHT)
case("cross_entropy", "[C], probabilities", {"label_smoothing": 0.5}, (3,), between(0, 1, 3))
case("cross_entropy", "probabilities, label_smoothing 1", {"label_smoothing": 1.0}, (4, 3), MASSES)
case("cross_entropy", "probabilities, large", {}, floats([[1000, 0, -1000], [1000, 0, -1000]]),
     floats([[1, 0, 0], [0, 0.5, 0.5]]))
