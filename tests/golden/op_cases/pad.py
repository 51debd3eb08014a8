"""Cases of framework/ops/pad.h."""

from golden_case import bools, case, ints

case("pad", "last dim", {"pad": [1, 2]}, (2, 3))
case("pad", "three dims, a number", {"pad": [1, 2, 0, 1, 2, 0], "value": 1.5}, (1, 2, 3))
case("pad", "cropped", {"pad": [-1, 2, 1, -1]}, (3, 3))
case("pad", "cropped to nothing", {"pad": [-3, 0]}, (3,))
case("pad", "nothing to do", {"pad": []}, (2, 3))
case("pad", "bool", {"pad": [1, 0]}, bools([1, 1]))
case("pad", "i64", {"pad": [1, 0], "value": 7}, ints([1, 2]))
for mode in ("reflect", "replicate", "circular"):
    case("pad", mode, {"pad": [2, 1], "mode": mode}, (2, 3))
    case("pad", mode + ", two dims", {"pad": [2, 1, 1, 2], "mode": mode}, (1, 3, 3))
    case("pad", mode + ", three dims", {"pad": [1, 1, 0, 2, 1, 0], "mode": mode}, (1, 2, 3, 4))
    case("pad", mode + ", cropped", {"pad": [-1, 2], "mode": mode}, (1, 5))
case("pad", "replicate, more than there is", {"pad": [5, 4], "mode": "replicate"}, (1, 2))
