"""Cases of framework/ops/activation.h."""

import torch
import torch.nn.functional as F

from golden_case import case, floats, pytorch

pytorch("log_sigmoid", F.logsigmoid)
pytorch("relu_squared", lambda x: F.relu(x).square())
pytorch("hardsigmoid", lambda x: torch.clamp(x + 3, 0, 6) / 6)  # F's multiplies by f32's 1/6
pytorch("hardswish", lambda x: x * (torch.clamp(x + 3, 0, 6) / 6))
pytorch("soft_cap", lambda x, cap=30.0: cap * torch.tanh(x / cap))

NAN, INFINITY = float("nan"), float("inf")

for op in ("sigmoid", "silu"):
    case(op, "2-d", {}, (2, 3))
    case(op, "wide range", {}, floats([-30, -5, -0.5, 0, 0.5, 5, 30]))
case("relu", "2-d", {}, (2, 3))
case("relu", "at zero", {}, floats([-1, 0, 1]))
for approximate in ("none", "tanh"):
    attrs = {"approximate": approximate}
    case("gelu", approximate, attrs, (2, 3))
    case("gelu", approximate + ", wide range", attrs, floats([-30, -5, -0.5, 0, 0.5, 5, 30]))
for op in ("log_sigmoid", "softplus", "leaky_relu", "elu"):
    case(op, "2-d", {}, (2, 3))
    case(op, "wide range", {}, floats([-30, -5, -0.5, -1e-9, 0, 1e-9, 0.5, 5, 30]))
case("log_sigmoid", "very wide range", {}, floats([-1000, -800, 800, 1000]))
case("softplus", "beta, threshold", {"beta": 2.0, "threshold": 3.0},
     floats([-500, -1, 0, 1.5, 1.5000001, 5, 1000]))
case("leaky_relu", "slope", {"negative_slope": 0.25}, (2, 3))
case("leaky_relu", "negative slope", {"negative_slope": -1.0}, floats([-2, 0, 2]))
case("elu", "alpha", {"alpha": 2.5}, floats([-2, -1e-9, 0, 1]))
case("relu", "no number", {}, floats([NAN, INFINITY, -INFINITY]))
for op in ("relu_squared", "soft_cap"):
    case(op, "2-d", {}, (2, 3))
    case(op, "wide range", {}, floats([-1000, -30, -0.5, 0, 0.5, 30, 1000]))
    case(op, "no number", {}, floats([NAN, INFINITY, -INFINITY]))
case("soft_cap", "cap", {"cap": 0.5}, (2, 3))
for op in ("logsigmoid", "mish", "softsign", "hardsigmoid", "hardswish"):
    case(op, "2-d", {}, (2, 3))
    case(op, "wide range", {}, floats([-30, -5, -3, -2.5, -0.5, -0.0, 0, 0.5, 2.5, 3, 5, 30, NAN]))
