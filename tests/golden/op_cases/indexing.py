"""Cases of framework/ops/indexing.h."""

import torch

from golden_case import bools, case, floats, ints, pytorch

pytorch("gather", lambda x, index, dim: torch.gather(x, dim, index))
pytorch("index_select", lambda x, index, dim: torch.index_select(x, dim, index))
pytorch("scatter_add", lambda x, index, source, dim: torch.scatter_add(x, dim, index, source))
pytorch("index_add", lambda x, index, source, dim: torch.index_add(x, dim, index, source))

case("embedding", "repeated indices", {}, ints([[1, 3, 1], [0, 1, 3]]), (4, 2))
case("embedding", "0-d index", {}, ints(2), (3, 2))
case("gather", "repeated, dim 0", {"dim": 0}, (3, 2), ints([[2, 0], [2, 1], [0, 0], [2, 2]]))
case("gather", "smaller index, last dim", {"dim": -1}, (3, 4), ints([[1, 1], [3, 0]]))
case("index_select", "repeated", {"dim": 1}, (2, 4), ints([3, 0, 3, 3]))
case("index_select", "first dim of three", {"dim": 0}, (3, 1, 2), ints([1, 1]))
case("one_hot", "num_classes", {"num_classes": 4}, ints([[0, 2], [3, 2]]))
case("scatter_add", "repeated", {"dim": 0}, (3, 2), ints([[0, 2], [0, 2], [1, 2], [0, 0]]), (4, 2))
case("scatter_add", "smaller index", {"dim": -1}, (3, 4), ints([[1, 1], [3, 0]]), (2, 2))
case("index_add", "repeated", {"dim": 1}, (2, 3), ints([2, 0, 2, 2]), (2, 4))
case("index_add", "first dim", {"dim": 0}, (3, 2, 2), ints([1]), (1, 2, 2))
case("index_add", "i64", {"dim": 0}, ints([1, 2]), ints([1, 1]), ints([2**62, 2**62]))
case("take_along_dim", "dim", {"dim": 1}, (2, 3), ints([[2, 0], [1, 1]]))
case("take_along_dim", "broadcast both ways", {"dim": -1}, (2, 1, 3), ints([[[2, 2], [0, 1]]]))
case("take_along_dim", "flat", {}, (2, 3), ints([[5, 0], [0, 3]]))
for padding_idx in (1, -1, 2):
    case("embedding", "padding %d" % padding_idx, {"padding_idx": padding_idx},
         ints([[1, 3, 1], [0, 1, 3]]), (4, 2))
case("masked_select", "same shape", {}, (2, 3), bools([[1, 0, 1], [0, 0, 1]]))
case("masked_select", "mask broadcasts", {}, (2, 3), bools([1, 0, 1]))
case("masked_select", "x broadcasts", {}, (3,), bools([[1, 0, 1], [0, 0, 1]]))
case("masked_select", "0-d", {}, (), bools(1))
case("masked_select", "nothing", {}, (2,), bools([0, 0]))
case("nonzero", "numbers", {}, floats([[0, 1, -0.0], [float("nan"), 0, -2]]))
case("nonzero", "bool", {}, bools([[[1, 0]], [[0, 1]]]))
case("nonzero", "0-d", {}, ints(3))
case("nonzero", "0-d, 0", {}, ints(0))
