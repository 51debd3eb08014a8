"""Tensors and numbers as JSON text, in the format that heed-eval reads and writes."""

import math
import random

import torch

DTYPE_NAMES = {torch.float64: "f64", torch.int64: "i64", torch.bool: "bool"}


def tensor_to_object(tensor):
    """The object form of a tensor; None stays None."""
    if tensor is None:
        return None
    return {
        "dtype": DTYPE_NAMES[tensor.dtype],
        "shape": list(tensor.shape),
        "data": tensor.detach().contiguous().flatten().tolist(),
    }


def number_to_text(value):
    if math.isnan(value):
        return '"NaN"'
    if math.isinf(value):
        return '"Infinity"' if value > 0 else '"-Infinity"'
    text = "%.17g" % value
    # "-0" would be read as an integer, which has no negative zero.
    return text if set(text) & set(".e") else text + ".0"


def to_text(value):
    """json.dumps, except that floats have 17 significant digits and may be non-finite."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return number_to_text(value)
    if isinstance(value, str):
        assert value.isascii() and value.isprintable() and '"' not in value and "\\" not in value
        return '"' + value + '"'
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(to_text(item) for item in value) + "]"
    return "{" + ",".join(to_text(key) + ":" + to_text(item) for key, item in value.items()) + "}"


def random_tensor(generator, shape, low=-2.0, high=2.0):
    """Multiples of 1/1024, so that inputs are exact in few digits. `generator` is a
    random.Random: its sequence is the same in every version, unlike PyTorch's."""
    count = math.prod(shape)
    steps = round((high - low) * 1024)
    data = [low + int(generator.random() * steps) / 1024 for _ in range(count)]
    return torch.tensor(data, dtype=torch.float64).reshape(shape)


def generator_for(name):
    """Each case draws from a stream of its own: a new case changes no other."""
    return random.Random("heed golden " + name)


def version():
    """Without the build's suffix."""
    return torch.__version__.split("+")[0]
