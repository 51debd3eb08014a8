"""PyTorch functions under the op and attribute names that heed-eval uses."""

import torch
import torch.nn.functional as F


def all_dims(x, dim):
    return tuple(range(x.dim())) if dim is None else dim


def slice_of(x, dim, start=None, end=None, step=1):
    return x[(slice(None),) * (dim % x.dim()) + (slice(start, end, step),)]


def var(x, dim=None, correction=1, keepdim=False):
    return torch.var(x, dim, correction=correction, keepdim=keepdim)


def power(base, other=None, exponent=None):
    return torch.pow(base, exponent if other is None else other)


FUNCTIONS = {
    "add": torch.add, "sub": torch.sub, "mul": torch.mul, "div": torch.div, "pow": power,
    "eq": torch.eq, "ne": torch.ne, "lt": torch.lt, "le": torch.le, "gt": torch.gt,
    "ge": torch.ge,
    "neg": torch.neg, "exp": torch.exp, "log": torch.log, "sqrt": torch.sqrt,
    "rsqrt": torch.rsqrt, "square": torch.square, "tanh": torch.tanh, "relu": torch.relu,
    "gelu": F.gelu, "sigmoid": torch.sigmoid, "silu": F.silu,
    "sum": lambda x, dim=None, keepdim=False: torch.sum(x, dim, keepdim),
    "mean": lambda x, dim=None, keepdim=False: torch.mean(x, dim, keepdim),
    "amax": lambda x, dim=(), keepdim=False: torch.amax(x, dim, keepdim),
    "max": lambda x, dim, keepdim=False: tuple(torch.max(x, dim, keepdim)),
    "var": var,
    "logsumexp": lambda x, dim=None, keepdim=False: torch.logsumexp(x, all_dims(x, dim), keepdim),
    "argmax": torch.argmax,
    "view": lambda x, shape: x.view(shape),
    "reshape": torch.reshape,
    "permute": torch.permute,
    "transpose": torch.transpose,
    "expand": lambda x, size: x.expand(size),
    "unsqueeze": torch.unsqueeze,
    "squeeze": torch.squeeze,
    "select": torch.select,
    "slice": slice_of,
    "narrow": torch.narrow,
    "split": lambda x, split_size_or_sections, dim=0: torch.split(x, split_size_or_sections, dim),
    "cat": lambda *arrays, dim=0: torch.cat(arrays, dim),
    "stack": lambda *arrays, dim=0: torch.stack(arrays, dim),
    "flip": torch.flip,
    "matmul": torch.matmul,
    "linear": F.linear,
    "softmax": F.softmax,
    "log_softmax": F.log_softmax,
    "cross_entropy": F.cross_entropy,
    "nll_loss": F.nll_loss,
    "mse_loss": F.mse_loss,
    "layer_norm": lambda x, weight=None, bias=None, *, normalized_shape, eps=1e-5: F.layer_norm(
        x, normalized_shape, weight, bias, eps),
    "embedding": F.embedding,
    "gather": lambda x, index, dim: torch.gather(x, dim, index),
    "index_select": lambda x, index, dim: torch.index_select(x, dim, index),
    "one_hot": F.one_hot,
    "masked_fill": lambda x, mask, value: x.masked_fill(mask, value),
    "where": torch.where,
}

# PyTorch gives the class weights no gradient.
CONSTANT_INPUTS = {"cross_entropy": (2,), "nll_loss": (2,)}
