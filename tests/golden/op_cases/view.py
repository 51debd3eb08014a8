"""Cases of framework/ops/view.h."""

import torch

from golden_case import case, pytorch


def slice_of(x, dim, start=None, end=None, step=1):
    return x[(slice(None),) * (dim % x.dim()) + (slice(start, end, step),)]


pytorch("view", lambda x, shape: x.view(shape))
pytorch("expand", lambda x, size: x.expand(size))
pytorch("slice", slice_of)
pytorch("split", lambda x, split_size_or_sections, dim=0:
        torch.split(x, split_size_or_sections, dim))
pytorch("cat", lambda *arrays, dim=0: torch.cat(arrays, dim))
pytorch("stack", lambda *arrays, dim=0: torch.stack(arrays, dim))
pytorch("slice_backward", torch.ops.aten.slice_backward)

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
case("slice_backward", "step", {"input_sizes": [2, 7], "dim": 1, "start": 1, "end": 7, "step": 2},
     (2, 3))
case("slice_backward", "first dim", {"input_sizes": [4, 2], "dim": 0, "start": 1, "end": 3,
                                     "step": 1}, (2, 2))
