"""Cases of framework/ops/division.h."""

from golden_case import between, case, floats, ints

NAN, INFINITY = float("nan"), float("inf")

DIVIDENDS = [5, -5, 5, -5, 0, -0.0, 1, -1, 1, 0.3, -1e-20, 1e17, 6, -6, NAN, 1]
DIVISORS = [3, 3, -3, -3, 3, 3, INFINITY, INFINITY, -INFINITY, 0.1, 3, 3, 2, 2, 1, NAN]

for op, attrs in (("remainder", {}), ("fmod", {}), ("div", {"rounding_mode": "trunc"}),
                  ("div", {"rounding_mode": "floor"})):
    mode = attrs.get("rounding_mode", "")
    case(op, f"{mode} broadcast", attrs, (2, 1, 3), between(0.5, 2, 4, 1))
    case(op, f"{mode} signs and edges", attrs, floats(DIVIDENDS), floats(DIVISORS))
    case(op, f"{mode} infinite", attrs, floats([INFINITY, -INFINITY, 1, -1, 0]),
         floats([2, 2, 0, 0, 0]))
    case(op, f"{mode} i64", attrs, ints([7, -7, 7, -7, 6, 0, 2**62 + 1]),
         ints([3, 3, -3, -3, 3, -3, 10]))
    case(op, f"{mode} number", {"other": 0.75, **attrs}, (2, 3))
    case(op, f"{mode} i64 and a number", {"other": -3, **attrs}, ints([7, -7, 6]))
