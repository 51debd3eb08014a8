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


def clamp(x, min=None, max=None):
    if not x.is_floating_point():
        min, max = (bound if bound is None else int(bound) for bound in (min, max))
    return torch.clamp(x, min, max)


def extreme(function):
    """max and min, of all elements or along a dim."""
    def call(x, dim=None, keepdim=False):
        return function(x) if dim is None else tuple(function(x, dim, keepdim))
    return call


def prod(x, dim=None, keepdim=False):
    return torch.prod(x) if dim is None else torch.prod(x, dim, keepdim)


def binary_cross_entropy_with_logits(x, target, weight=None, pos_weight=None, reduction="mean"):
    return F.binary_cross_entropy_with_logits(x, target, weight, pos_weight=pos_weight,
                                              reduction=reduction)


DTYPES = {"f64": torch.float64, "i64": torch.int64, "bool": torch.bool}

FUNCTIONS = {
    "add": torch.add, "sub": torch.sub, "mul": torch.mul, "div": torch.div, "pow": power,
    "eq": torch.eq, "ne": torch.ne, "lt": torch.lt, "le": torch.le, "gt": torch.gt,
    "ge": torch.ge,
    "neg": torch.neg, "exp": torch.exp, "log": torch.log, "sqrt": torch.sqrt,
    "rsqrt": torch.rsqrt, "square": torch.square, "tanh": torch.tanh, "relu": torch.relu,
    "gelu": F.gelu, "sigmoid": torch.sigmoid, "silu": F.silu,
    "sin": torch.sin, "cos": torch.cos, "erf": torch.erf, "expm1": torch.expm1,
    "log1p": torch.log1p, "reciprocal": torch.reciprocal, "abs": torch.abs, "sign": torch.sign,
    "floor": torch.floor, "round": torch.round, "log_sigmoid": F.logsigmoid,
    "softplus": F.softplus, "leaky_relu": F.leaky_relu, "elu": F.elu, "clamp": clamp,
    "maximum": torch.maximum, "minimum": torch.minimum,
    "sum": lambda x, dim=None, keepdim=False: torch.sum(x, dim, keepdim),
    "mean": lambda x, dim=None, keepdim=False: torch.mean(x, dim, keepdim),
    "amax": lambda x, dim=(), keepdim=False: torch.amax(x, dim, keepdim),
    "amin": lambda x, dim=(), keepdim=False: torch.amin(x, dim, keepdim),
    "max": extreme(torch.max), "min": extreme(torch.min),
    "std": lambda x, dim=None, correction=1, keepdim=False: torch.std(
        x, dim, correction=correction, keepdim=keepdim),
    "norm": lambda x, p=2, dim=None, keepdim=False: torch.linalg.vector_norm(x, p, dim, keepdim),
    "prod": prod,
    "any": lambda x, dim=None, keepdim=False: torch.any(x, dim, keepdim),
    "all": lambda x, dim=None, keepdim=False: torch.all(x, dim, keepdim),
    "var": var,
    "logsumexp": lambda x, dim=None, keepdim=False: torch.logsumexp(x, all_dims(x, dim), keepdim),
    "argmax": torch.argmax, "argmin": torch.argmin,
    "cumsum": torch.cumsum,
    "sort": lambda x, dim=-1, descending=False: tuple(
        torch.sort(x, dim=dim, descending=descending, stable=True)),
    "topk": lambda x, k, dim=-1, largest=True: tuple(torch.topk(x, k, dim, largest)),
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
    "flatten": torch.flatten,
    "unflatten": torch.unflatten,
    "movedim": torch.movedim,
    "chunk": torch.chunk,
    "roll": torch.roll,
    "repeat": lambda x, repeats: x.repeat(repeats),
    "tile": torch.tile,
    "repeat_interleave": torch.repeat_interleave,
    "tril": torch.tril, "triu": torch.triu,
    "diagonal": torch.diagonal,
    "diagonal_backward": lambda g, shape, offset=0, dim1=0, dim2=1: (
        torch.ops.aten.diagonal_backward(g, shape, offset, dim1, dim2)),
    "slice_backward": torch.ops.aten.slice_backward,
    "clone": torch.clone,
    "contiguous": lambda x: x.contiguous(),
    "to": lambda x, dtype: x.to(DTYPES[dtype]),
    "matmul": torch.matmul,
    "bmm": torch.bmm, "addmm": torch.addmm, "baddbmm": torch.baddbmm, "outer": torch.outer,
    "einsum": lambda *operands, equation: torch.einsum(equation, *operands),
    "linear": F.linear,
    "softmax": F.softmax,
    "log_softmax": F.log_softmax,
    "cross_entropy": F.cross_entropy,
    "nll_loss": F.nll_loss,
    "mse_loss": F.mse_loss, "l1_loss": F.l1_loss, "huber_loss": F.huber_loss,
    "smooth_l1_loss": F.smooth_l1_loss, "kl_div": F.kl_div,
    "binary_cross_entropy_with_logits": binary_cross_entropy_with_logits,
    "scaled_dot_product_attention": F.scaled_dot_product_attention,
    "rms_norm": lambda x, weight=None, *, normalized_shape, eps=None: F.rms_norm(
        x, normalized_shape, weight, eps),
    "layer_norm": lambda x, weight=None, bias=None, *, normalized_shape, eps=1e-5: F.layer_norm(
        x, normalized_shape, weight, bias, eps),
    "embedding": F.embedding,
    "gather": lambda x, index, dim: torch.gather(x, dim, index),
    "index_select": lambda x, index, dim: torch.index_select(x, dim, index),
    "scatter_add": lambda x, index, source, dim: torch.scatter_add(x, dim, index, source),
    "index_add": lambda x, index, source, dim: torch.index_add(x, dim, index, source),
    "take_along_dim": torch.take_along_dim,
    "one_hot": F.one_hot,
    "masked_fill": lambda x, mask, value: x.masked_fill(mask, value),
    "where": torch.where,
}

# PyTorch gives the weights of losses no gradient.
CONSTANT_INPUTS = {"cross_entropy": (2,), "nll_loss": (2,),
                   "binary_cross_entropy_with_logits": (2, 3)}
