"""Cases of framework/ops/attention.h."""

from golden_case import bools, case, floats

INFINITY = float("inf")
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
