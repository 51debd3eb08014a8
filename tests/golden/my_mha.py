"""Writes golden values of MyMHA: forward, weights and all gradients, in f64.

    python my_mha.py my_mha.json
"""

import math
import sys

import torch
from torch import nn

from tensor_json import generator_for, random_tensor, tensor_to_object, to_text, version

# In every case all eight sizes differ, so that no two axes can be confused.
CASES = {
    "more keys than queries": dict(B=2, L_1=3, L_2=5, D_1=6, D_2=7, D_qk=4, D_v=1, H=8),
    "more queries than keys": dict(B=3, L_1=7, L_2=4, D_1=8, D_2=6, D_qk=1, D_v=5, H=2),
    "one head": dict(B=2, L_1=6, L_2=7, D_1=4, D_2=9, D_qk=5, D_v=3, H=1),
    "one key": dict(B=4, L_1=5, L_2=1, D_1=7, D_2=6, D_qk=3, D_v=2, H=8),
    "wide heads, saturated": dict(B=1, L_1=4, L_2=6, D_1=5, D_2=2, D_qk=9, D_v=7, H=3),
}


class MyMHA(nn.Module):
    """Head h owns rows h·d … (h+1)·d − 1 of each input projection."""

    def __init__(self, D_1, D_2, D_qk, D_v, H):
        super().__init__()
        self.D_qk, self.D_v, self.H = D_qk, D_v, H
        self.W_Q = nn.Linear(D_1, H * D_qk, bias=False)
        self.W_K = nn.Linear(D_2, H * D_qk, bias=False)
        self.W_V = nn.Linear(D_2, H * D_v, bias=False)
        self.W_O = nn.Linear(H * D_v, D_1, bias=False)

    def split_heads(self, x, width):
        return x.reshape(x.shape[0], x.shape[1], self.H, width).transpose(1, 2)  # [B, H, L, width]

    def forward(self, x1, x2):
        query = self.split_heads(self.W_Q(x1), self.D_qk)  # [B, H, L_1, D_qk]
        key = self.split_heads(self.W_K(x2), self.D_qk)  # [B, H, L_2, D_qk]
        value = self.split_heads(self.W_V(x2), self.D_v)  # [B, H, L_2, D_v]
        scores = query @ key.transpose(2, 3) / math.sqrt(self.D_qk)  # [B, H, L_1, L_2]
        weights = torch.softmax(scores, dim=3)
        heads = (weights @ value).transpose(1, 2)  # [B, L_1, H, D_v]
        merged = heads.reshape(heads.shape[0], heads.shape[1], self.H * self.D_v)
        return self.W_O(merged), weights  # [B, L_1, D_1]


def run(name, sizes):
    generator = generator_for("my_mha " + name)
    config = {key: sizes[key] for key in ("D_1", "D_2", "D_qk", "D_v", "H")}
    module = MyMHA(**config).double()
    # Moderate scores keep every key in play; in the saturated case those of a row are
    # more than 50 apart.
    bound = 2.0 if "saturated" in name else 0.75
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(random_tensor(generator, tuple(parameter.shape), -bound, bound))
    x1 = random_tensor(generator, (sizes["B"], sizes["L_1"], sizes["D_1"])).requires_grad_()
    x2 = random_tensor(generator, (sizes["B"], sizes["L_2"], sizes["D_2"])).requires_grad_()
    output, weights = module(x1, x2)
    grad_output = random_tensor(generator, tuple(output.shape))
    output.backward(grad_output)
    parameters = dict(module.named_parameters())
    return {
        "name": name,
        "request": {
            "module": "my_mha",
            "config": config,
            "dtype": "f64",
            "state": {key: tensor_to_object(value) for key, value in parameters.items()},
            "inputs": [tensor_to_object(x1), tensor_to_object(x2)],
            "grad_outputs": [tensor_to_object(grad_output)],
        },
        "answer": {
            "outputs": [tensor_to_object(output)],
            "grads": [tensor_to_object(x1.grad), tensor_to_object(x2.grad)],
            "parameter_grads": {
                key: tensor_to_object(value.grad) for key, value in parameters.items()
            },
            "weights": tensor_to_object(weights),
        },
    }


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    # One thread: the order of additions, and so the last digits, stay the same.
    torch.set_num_threads(1)
    for name, sizes in CASES.items():
        assert len(set(sizes.values())) == len(sizes), name
    cases = ",\n".join(to_text(run(name, sizes)) for name, sizes in CASES.items())
    with open(sys.argv[1], "w", encoding="ascii") as file:
        file.write('{"pytorch":"%s","cases":[\n%s\n]}\n' % (version(), cases))


if __name__ == "__main__":
    main()
