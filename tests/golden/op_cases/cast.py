"""Cases of framework/ops/cast.h."""

import torch

from golden_case import bools, case, floats, pytorch

DTYPES = {"f64": torch.float64, "i64": torch.int64, "bool": torch.bool}

pytorch("contiguous", lambda x: x.contiguous())
pytorch("to", lambda x, dtype: x.to(DTYPES[dtype]))

case("clone", "2-d", {}, (2, 3))
case("contiguous", "2-d", {}, (2, 3))
case("to", "i64", {"dtype": "i64"}, floats([-1.75, -0.5, 0, 0.5, 1.75]))
case("to", "bool", {"dtype": "bool"}, floats([-0.0, 0.25, float("nan"), -3]))
case("to", "the same", {"dtype": "f64"}, (2, 3))
case("to", "from bool", {"dtype": "f64"}, bools([1, 0]))
