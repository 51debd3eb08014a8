"""What the cases of single ops are written with; those of framework/ops/HEADER.h are in
op_cases/HEADER.py.

An input is a shape to fill with random numbers, a shape with bounds, a tensor, or None. An op is
called as PyTorch's function of that name, in torch.nn.functional or torch, unless pytorch() names
another one.
"""

import torch
import torch.nn.functional as F

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


FUNCTIONS = {}
CONSTANT_INPUTS = {}  # floating inputs that get no gradient


def pytorch(op, function):
    FUNCTIONS[op] = function


def constant_inputs(op, *positions):
    CONSTANT_INPUTS[op] = positions


def function_of(op):
    return FUNCTIONS.get(op) or getattr(F, op, None) or getattr(torch, op)
