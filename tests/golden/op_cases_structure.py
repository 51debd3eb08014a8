"""Cases of rearrangements, products, indexing, losses and attention, added to those of op_cases."""

from op_cases import between, bools, case, floats, ints

INFINITY = float("inf")

# Rearrangements.
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
case("slice_backward", "step", {"input_sizes": [2, 7], "dim": 1, "start": 1, "end": 7, "step": 2},
     (2, 3))
case("slice_backward", "first dim", {"input_sizes": [4, 2], "dim": 0, "start": 1, "end": 3,
                                     "step": 1}, (2, 2))

# Copies.
case("clone", "2-d", {}, (2, 3))
case("contiguous", "2-d", {}, (2, 3))
case("to", "i64", {"dtype": "i64"}, floats([-1.75, -0.5, 0, 0.5, 1.75]))
case("to", "bool", {"dtype": "bool"}, floats([-0.0, 0.25, float("nan"), -3]))
case("to", "the same", {"dtype": "f64"}, (2, 3))
case("to", "from bool", {"dtype": "f64"}, bools([1, 0]))

# Products.
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
for equation, shapes in (
        ("bhqd,bhkd->bhqk", ((2, 2, 3, 2), (2, 2, 2, 2))), ("ij,jk", ((2, 3), (3, 2))),
        ("ba", ((2, 3),)), ("ii", ((3, 3),)), ("ii->i", ((3, 3),)), ("iij->ji", ((2, 2, 3),)),
        ("ij->", ((2, 3),)), ("ij->j", ((2, 3),)), ("i,j->ij", ((2,), (3,))),
        ("i,i->", ((3,), (3,))), ("i,i->i", ((3,), (3,))), ("Aa,aB->BA", ((2, 3), (3, 2))),
        ("Ab,aB", ((2, 3), (2, 3))),
        ("ij,jk,kl->il", ((2, 3), (3, 2), (2, 2))), ("bn,anm,bm->ba", ((2, 2), (3, 2, 2), (2, 2))),
        ("...ij,...jk->...ik", ((2, 1, 2, 3), (2, 3, 2))),
        ("...ij,...jk", ((2, 1, 2, 3), (2, 3, 2))),
        ("i...,j...->ij...", ((2, 3), (2, 3))), ("...i->...", ((2, 2, 3),)),
        ("i...->...i", ((2, 3, 2),)), ("ijk,k->ij", ((2, 2, 3), (1,))),
        ("b...,b...->b", ((2, 3),) * 2)):
    case("einsum", equation, {"equation": equation}, *shapes)

# Indexing.
case("scatter_add", "repeated", {"dim": 0}, (3, 2), ints([[0, 2], [0, 2], [1, 2], [0, 0]]), (4, 2))
case("scatter_add", "smaller index", {"dim": -1}, (3, 4), ints([[1, 1], [3, 0]]), (2, 2))
case("index_add", "repeated", {"dim": 1}, (2, 3), ints([2, 0, 2, 2]), (2, 4))
case("index_add", "first dim", {"dim": 0}, (3, 2, 2), ints([1]), (1, 2, 2))
case("index_add", "i64", {"dim": 0}, ints([1, 2]), ints([1, 1]), ints([2**62, 2**62]))
case("take_along_dim", "dim", {"dim": 1}, (2, 3), ints([[2, 0], [1, 1]]))
case("take_along_dim", "broadcast both ways", {"dim": -1}, (2, 1, 3), ints([[[2, 2], [0, 1]]]))
case("take_along_dim", "flat", {}, (2, 3), ints([[5, 0], [0, 3]]))

# Normalization.
case("rms_norm", "plain", {"normalized_shape": [4]}, (2, 2, 4))
case("rms_norm", "weight, eps", {"normalized_shape": [4], "eps": 0.125}, (2, 4), (4,))
case("rms_norm", "two dims", {"normalized_shape": [2, 3]}, (2, 2, 3), (2, 3))
case("rms_norm", "zeros", {"normalized_shape": [3], "eps": 0.25}, floats([[0, 0, 0], [1, 2, -2]]))

# Losses.
AT_KINKS = floats([-3, -1, -0.5, 0, 0.5, 1, 3]), floats([0, 0, 0, 0, 0, 0, 0])
PROBABILITIES = between(0.0625, 0.5, 2, 3)
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

# Attention. At least one key is allowed in each row.
ATTENTION = "scaled_dot_product_attention"
Q, K, V = (2, 2, 3, 4), (2, 2, 5, 4), (2, 2, 5, 3)
ALLOWED = bools([[1, 0, 1, 0, 0], [0, 0, 0, 0, 1], [1, 1, 1, 1, 1]])
BIAS = floats([[0.5, -1, 0, 2, -INFINITY], [0, -INFINITY, -INFINITY, 1, 1], [1, 1, 1, 1, 1]])
case(ATTENTION, "plain", {}, Q, K, V)
case(ATTENTION, "scale", {"scale": 0.125}, Q, K, V)
case(ATTENTION, "scale 0", {"scale": 0.0}, Q, K, V)
case(ATTENTION, "is_causal", {"is_causal": True}, Q, K, V)
case(ATTENTION, "is_causal, fewer keys", {"is_causal": True}, (2, 4, 3), (2, 2, 3), (2, 2, 3))
case(ATTENTION, "bool mask", {}, Q, K, V, ALLOWED)
case(ATTENTION, "bool mask of each head", {}, (1, 2, 2, 2), (1, 2, 3, 2), (1, 2, 3, 2),
     bools([[[1, 0, 1], [0, 1, 0]], [[0, 0, 1], [1, 1, 1]]]))
case(ATTENTION, "additive mask", {}, Q, K, V, (3, 5))
case(ATTENTION, "additive mask of each head", {"scale": 0.5}, Q, K, V, (2, 1, 3, 5))
case(ATTENTION, "additive mask, -inf", {}, Q, K, V, BIAS)
case(ATTENTION, "grouped heads", {"enable_gqa": True}, (2, 4, 3, 2), (2, 2, 4, 2), (2, 2, 4, 3))
case(ATTENTION, "grouped heads, mask", {"enable_gqa": True, "scale": 0.75}, (1, 4, 3, 2),
     (1, 2, 5, 2), (1, 2, 5, 2), ALLOWED)
case(ATTENTION, "one key head", {"enable_gqa": True, "is_causal": True}, (2, 3, 2, 2), (2, 1, 2, 2),
     (2, 1, 2, 2))
case(ATTENTION, "large scores", {"scale": 300.0}, Q, K, V)
