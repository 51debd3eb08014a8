"""Writes golden values of the documents' attentions: forward, weights and all gradients, in f64.

    python documents.py documents.json

Each class is its document's code, as far as it goes, with its errors corrected; what was corrected
stands in the headers of modules/attention. A query with nothing to attend to gets weights of zero.
"""

import math
import sys

import torch
from torch import nn

from tensor_json import generator_for, random_tensor, tensor_to_object, to_text, version


def masked_softmax(scores, blocked, dim):
    """Weights of zero where blocked, also in a row of which all is."""
    weights = torch.softmax(scores.masked_fill(blocked, -math.inf), dim=dim)
    return weights.masked_fill(blocked, 0.0)


class MyMultiHeadAttention(nn.Module):
    def __init__(self, hidden_size, n_head):
        super().__init__()
        self.linear_q = nn.Linear(hidden_size, hidden_size)
        self.linear_k = nn.Linear(hidden_size, hidden_size)
        self.linear_v = nn.Linear(hidden_size, hidden_size)
        self.linear_o = nn.Linear(hidden_size, hidden_size)
        self.head_dim = hidden_size // n_head
        self.scaling = self.head_dim**-0.5

    def forward(self, x):
        B, L, D = x.shape
        query = self.linear_q(x).view(B, L, -1, self.head_dim).transpose(1, 2)
        key = self.linear_k(x).view(B, L, -1, self.head_dim).transpose(1, 2)
        value = self.linear_v(x).view(B, L, -1, self.head_dim).transpose(1, 2)
        attn_scores = torch.matmul(query, key.transpose(2, 3)) * self.scaling
        attn_weights = torch.softmax(attn_scores, dim=-1)
        attn_output = torch.matmul(attn_weights, value)
        attn_output = attn_output.transpose(1, 2).contiguous().view(B, L, -1)
        return self.linear_o(attn_output), attn_weights


class D2LMultiHeadAttention(nn.Module):
    """Heads folded into the batch, as in the book."""

    def __init__(
        self, query_size, key_size, value_size, num_hiddens, num_heads, dropout, bias=False
    ):
        super().__init__()
        assert dropout == 0  # its random numbers are its own
        self.num_heads = num_heads
        self.W_q = nn.Linear(query_size, num_hiddens, bias=bias)
        self.W_k = nn.Linear(key_size, num_hiddens, bias=bias)
        self.W_v = nn.Linear(value_size, num_hiddens, bias=bias)
        self.W_o = nn.Linear(num_hiddens, num_hiddens, bias=bias)

    def transpose_qkv(self, X):
        X = X.reshape(X.shape[0], X.shape[1], self.num_heads, -1).permute(0, 2, 1, 3)
        return X.reshape(-1, X.shape[2], X.shape[3])  # [B·H, L, D]

    def transpose_output(self, X):
        X = X.reshape(-1, self.num_heads, X.shape[1], X.shape[2]).permute(0, 2, 1, 3)
        return X.reshape(X.shape[0], X.shape[1], -1)

    def forward(self, queries, keys, values, valid_lens=None):
        queries = self.transpose_qkv(self.W_q(queries))
        keys = self.transpose_qkv(self.W_k(keys))
        values = self.transpose_qkv(self.W_v(values))
        scores = torch.bmm(queries, keys.transpose(1, 2)) / math.sqrt(queries.shape[-1])
        blocked = torch.zeros_like(scores, dtype=torch.bool)
        if valid_lens is not None:
            valid_lens = torch.repeat_interleave(valid_lens, repeats=self.num_heads, dim=0)
            if valid_lens.dim() == 1:
                valid_lens = valid_lens[:, None]
            blocked = torch.arange(keys.shape[1]) >= valid_lens[:, :, None]
            blocked = blocked.expand_as(scores)
        weights = masked_softmax(scores, blocked, dim=-1)
        output = self.W_o(self.transpose_output(torch.bmm(weights, values)))
        return output, weights.reshape(-1, self.num_heads, *weights.shape[1:])


class SelfAttention(nn.Module):
    """Scores K·Qᵀ, softmax over dimension 1, which is the keys."""

    def __init__(self, input_size, hidden_size, num_head, mask_value=0):
        super().__init__()
        assert hidden_size % num_head == 0
        self.hidden_size, self.num_head, self.mask_value = hidden_size, num_head, mask_value
        self.dim_per_head = hidden_size // num_head
        self.qkv = nn.Linear(input_size, hidden_size * 3)
        self.out_proj = nn.Linear(hidden_size, input_size)

    def get_multihead_split(self, x):
        N, T, _ = x.shape
        x = x.reshape(N, T, self.num_head, self.dim_per_head).transpose(1, 2)
        return x.reshape(N * self.num_head, T, self.dim_per_head)

    def attend(self, queries, keys, values, mask):
        N = queries.shape[0]
        queries, keys, values = (self.get_multihead_split(x) for x in (queries, keys, values))
        att_score = torch.einsum("bqc,bkc->bkq", queries, keys) / self.dim_per_head**0.5
        blocked = torch.zeros_like(att_score, dtype=torch.bool)
        if mask is not None:
            repeated = mask.unsqueeze(1).repeat(1, self.num_head, 1, 1)
            blocked = repeated.reshape(-1, *mask.shape[1:]) == self.mask_value
        att_weight = masked_softmax(att_score, blocked, dim=1)  # [N·H, T_kv, T_q]
        attended = torch.einsum("bkq,bkc->bqc", att_weight, values)
        T = attended.shape[1]
        attended = attended.reshape(N, self.num_head, T, self.dim_per_head).transpose(1, 2)
        output = self.out_proj(attended.reshape(N, T, self.hidden_size))
        weights = att_weight.reshape(N, self.num_head, *att_weight.shape[1:]).transpose(2, 3)
        return output, weights

    def forward(self, x, mask=None):
        return self.attend(*self.qkv(x).split(self.hidden_size, dim=-1), mask)


class CrossAttention(SelfAttention):
    def forward(self, q_seq, kv_seq, mask=None):
        queries, _, _ = self.qkv(q_seq).split(self.hidden_size, dim=-1)
        _, keys, values = self.qkv(kv_seq).split(self.hidden_size, dim=-1)
        return self.attend(queries, keys, values, mask)


class PrepareForMultiHeadAttention(nn.Module):
    def __init__(self, d_model, heads, d_k, bias):
        super().__init__()
        self.linear = nn.Linear(d_model, heads * d_k, bias=bias)
        self.heads = heads
        self.d_k = d_k

    def forward(self, x):
        return self.linear(x).view(*x.shape[:-1], self.heads, self.d_k)


class LabmlMultiHeadAttention(nn.Module):
    """Sequences [L, B, D], scores [L_q, L_k, B, H]."""

    def __init__(self, heads, d_model, dropout_prob=0.1, bias=True):
        super().__init__()
        assert dropout_prob == 0  # its random numbers are its own
        self.d_k = d_model // heads
        self.query = PrepareForMultiHeadAttention(d_model, heads, self.d_k, bias)
        self.key = PrepareForMultiHeadAttention(d_model, heads, self.d_k, bias)
        self.value = PrepareForMultiHeadAttention(d_model, heads, self.d_k, True)
        self.output = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        query, key, value = self.query(query), self.key(key), self.value(value)
        scores = torch.einsum("ibhd,jbhd->ijbh", query, key) / math.sqrt(self.d_k)
        blocked = torch.zeros_like(scores, dtype=torch.bool)
        if mask is not None:
            blocked = (mask == 0).unsqueeze(-1).expand_as(scores)
        weights = masked_softmax(scores, blocked, dim=1)
        x = torch.einsum("ijbh,jbhd->ibhd", weights, value)
        return self.output(x.reshape(x.shape[0], x.shape[1], -1)), weights.permute(2, 3, 0, 1)


CLASSES = {
    "my_multi_head_attention": MyMultiHeadAttention,
    "d2l_multi_head_attention": D2LMultiHeadAttention,
    "self_attention": SelfAttention,
    "cross_attention": CrossAttention,
    "prepare_for_multi_head_attention": PrepareForMultiHeadAttention,
    "labml_multi_head_attention": LabmlMultiHeadAttention,
}

D2L = dict(query_size=5, key_size=3, value_size=7, num_hiddens=8, num_heads=4, dropout=0.0)
D2L_SHAPES = [(2, 3, 5), (2, 6, 3), (2, 6, 7)]
PACKED = dict(input_size=5, hidden_size=6, num_head=2)
LABML = dict(heads=3, d_model=6, dropout_prob=0.0)
LABML_SHAPES = [(4, 2, 6), (5, 2, 6), (5, 2, 6)]


def ids(values):
    return torch.tensor(values, dtype=torch.int64)


def zeros_and_ones(shape, dtype, zeros):
    """Ones but for zeros at the given flat positions."""
    mask = torch.ones(math.prod(shape), dtype=dtype)
    mask[torch.tensor(zeros)] = 0
    return mask.reshape(shape)


# Module, what the case shows, configuration, shapes of the sequences, mask or lengths.
CASES = [
    ("my_multi_head_attention", "two heads", dict(hidden_size=6, n_head=2), [(2, 5, 6)], None),
    ("my_multi_head_attention", "heads of one", dict(hidden_size=4, n_head=4), [(3, 2, 4)], None),
    ("d2l_multi_head_attention", "no bias, all seen", D2L, D2L_SHAPES, None),
    ("d2l_multi_head_attention", "a length for each sample", D2L | dict(bias=True), D2L_SHAPES,
     ids([2, 5])),
    ("d2l_multi_head_attention", "a length for each query, one of them 0", D2L | dict(bias=True),
     D2L_SHAPES, ids([[1, 0, 6], [3, 4, 2]])),
    ("self_attention", "all seen", PACKED, [(2, 4, 5)], None),
    ("self_attention", "zeros of a bool block", PACKED, [(2, 3, 5)],
     zeros_and_ones((2, 3, 3), torch.bool, [1, 3, 9, 10, 17])),
    ("self_attention", "ones block, one query sees nothing", PACKED | dict(mask_value=1),
     [(2, 3, 5)], 1 - zeros_and_ones((2, 3, 3), torch.float64, [0, 3, 6, 10, 14])),
    ("self_attention", "no mask, where a mask of ones would block", PACKED | dict(mask_value=1),
     [(2, 3, 5)], None),
    ("cross_attention", "all seen", PACKED, [(2, 3, 5), (2, 4, 5)], None),
    ("cross_attention", "keys by queries, one query sees nothing", PACKED, [(2, 3, 5), (2, 4, 5)],
     zeros_and_ones((2, 4, 3), torch.float64, [1, 4, 7, 10, 12, 14, 20])),
    ("cross_attention", "twos block", PACKED | dict(hidden_size=8, mask_value=2),
     [(1, 2, 5), (1, 3, 5)], ids([[[0, 2], [1, 3], [2, 1]]])),
    ("prepare_for_multi_head_attention", "three leading dimensions",
     dict(d_model=5, heads=2, d_k=3, bias=True), [(2, 1, 3, 5)], None),
    ("prepare_for_multi_head_attention", "no leading dimension",
     dict(d_model=4, heads=3, d_k=2, bias=False), [(4,)], None),
    ("labml_multi_head_attention", "all seen", LABML, LABML_SHAPES, None),
    ("labml_multi_head_attention", "one mask for the batch, one query sees nothing",
     LABML | dict(bias=False), LABML_SHAPES,
     zeros_and_ones((4, 5, 1), torch.float64, [1, 5, 6, 7, 8, 9, 13])),
    ("labml_multi_head_attention", "a bool mask for each sample", LABML, LABML_SHAPES,
     zeros_and_ones((4, 5, 2), torch.bool, [0, 3, 12, 17, 21, 36])),
]


def run(module_name, title, config, shapes, mask):
    generator = generator_for(module_name + " " + title)
    module = CLASSES[module_name](**config).double()
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(random_tensor(generator, tuple(parameter.shape), -0.75, 0.75))
    inputs = [random_tensor(generator, shape).requires_grad_() for shape in shapes]
    result = module(*inputs) if mask is None else module(*inputs, mask)
    output, weights = result if isinstance(result, tuple) else (result, None)
    grad_output = random_tensor(generator, tuple(output.shape))
    output.backward(grad_output)
    parameters = dict(module.named_parameters())
    masks = [] if mask is None else [tensor_to_object(mask)]
    answer = {
        "outputs": [tensor_to_object(output)],
        "grads": [tensor_to_object(x.grad) for x in inputs] + [None] * len(masks),
        "parameter_grads": {
            key: tensor_to_object(value.grad) for key, value in parameters.items()
        },
    }
    if weights is not None:
        answer["weights"] = tensor_to_object(weights)
    return {
        "name": module_name + ": " + title,
        "request": {
            "module": module_name,
            "config": config,
            "dtype": "f64",
            "state": {key: tensor_to_object(value) for key, value in parameters.items()},
            "inputs": [tensor_to_object(x) for x in inputs] + masks,
            "grad_outputs": [tensor_to_object(grad_output)],
        },
        "answer": answer,
    }


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    # One thread: the order of additions, and so the last digits, stay the same.
    torch.set_num_threads(1)
    cases = ",\n".join(to_text(run(*case)) for case in CASES)
    with open(sys.argv[1], "w", encoding="ascii") as file:
        file.write('{"pytorch":"%s","cases":[\n%s\n]}\n' % (version(), cases))


if __name__ == "__main__":
    main()
