"""Writes golden values of PyTorch's attention and transformer layers under masks: outputs, weights
and all gradients, in f64.

    python pytorch_layers.py pytorch_layers.json

A query that may attend to nothing is NaN in PyTorch and zeros in heed: no case has one, since key 0
is never blocked where rows could run empty. Modules are in training mode with dropout 0, which
keeps PyTorch from its fast paths for inference.
"""

import sys

import torch
from torch import nn

from tensor_json import generator_for, random_tensor, tensor_to_object, to_text, version

INFINITY = float("inf")


def attention(L_1, L_2, masks=(), B=2, **config):
    return "multihead_attention", dict(embed_dim=6, num_heads=3) | config, (B, L_1, L_2), masks


def layer(kind, L_1, L_2, masks=(), B=2, **config):
    sizes = dict(d_model=6, nhead=2, dim_feedforward=5) | config
    return "transformer_" + kind if kind else "transformer", sizes, (B, L_1, L_2), masks


# A mask is its kind, or its kind and where it holds.
CROSS_PADDING = ("padding", "cross")
CASES = {
    "attention": attention(3, 4),
    "attention, one query and one key": attention(1, 1, B=1),
    "attention, no bias": attention(4, 3, ["padding"], bias=False),
    "attention, kdim and vdim": attention(3, 5, ["padding"], kdim=4, vdim=7),
    "attention, kdim alone, no bias": attention(3, 5, ["lengths"], kdim=4, bias=False, num_heads=2),
    "attention, vdim alone": attention(3, 4, ["causal"], vdim=5, num_heads=1),
    "attention, causal": attention(4, 4, ["causal"]),
    "attention, causal, more keys": attention(3, 5, ["causal"]),
    "attention, causal, more queries": attention(5, 3, ["causal"]),
    "attention, additive": attention(3, 4, ["additive"]),
    "attention, additive per head": attention(3, 4, ["additive_heads"]),
    "attention, keep per head": attention(3, 4, ["keep_heads"]),
    "attention, window": attention(4, 4, ["window", "causal"]),
    "attention, padding and causal": attention(4, 4, ["padding", "causal"], B=3),
    "attention, all masks": attention(4, 4, ["lengths", "causal", "additive_heads", "keep_heads"]),
    "attention, length first": attention(3, 4, ["padding", "additive"], batch_first=False, B=3),
    "encoder layer": layer("encoder_layer", 4, 4),
    "encoder layer, gelu": layer("encoder_layer", 4, 4, ["padding"], activation="gelu"),
    "encoder layer, pre": layer("encoder_layer", 3, 3, ["causal"], norm_first=True),
    "encoder layer, no bias, eps": layer("encoder_layer", 3, 3, ["additive"], bias=False,
                                         layer_norm_eps=0.01),
    "encoder layer, length first": layer("encoder_layer", 4, 4, ["padding", "causal"],
                                         batch_first=False, norm_first=True, activation="gelu"),
    "decoder layer": layer("decoder_layer", 3, 4),
    "decoder layer, causal, padding": layer("decoder_layer", 3, 4, ["causal", CROSS_PADDING]),
    "decoder layer, pre, gelu": layer("decoder_layer", 4, 3, ["padding", "causal", CROSS_PADDING],
                                      norm_first=True, activation="gelu"),
    "decoder layer, additive": layer("decoder_layer", 3, 4,
                                     ["additive", ("additive_heads", "cross")]),
    "decoder layer, no bias, length first": layer("decoder_layer", 3, 4, ["causal"], bias=False,
                                                  batch_first=False, layer_norm_eps=0.01, nhead=3),
    "encoder": layer("encoder", 4, 4, ["padding"], num_layers=2),
    "encoder, pre, final norm": layer("encoder", 4, 4, ["causal"], num_layers=2, norm_first=True,
                                      final_norm=True, activation="gelu"),
    "encoder, no bias": layer("encoder", 3, 3, ["additive"], num_layers=2, bias=False,
                              final_norm=True, batch_first=False),
    "decoder": layer("decoder", 3, 4, ["causal", CROSS_PADDING], num_layers=2, final_norm=True),
    "decoder, pre, gelu": layer("decoder", 3, 4, ["padding", "causal", ("keep_heads", "cross")],
                                num_layers=2, norm_first=True, activation="gelu"),
    "transformer": layer("", 3, 4, ["causal", CROSS_PADDING, ("padding", "source")],
                         num_encoder_layers=2, num_decoder_layers=2),
    "transformer, pre, gelu": layer("", 4, 3, ["padding", "causal", ("additive", "source"),
                                               ("lengths", "cross")],
                                    num_encoder_layers=1, num_decoder_layers=1, norm_first=True,
                                    activation="gelu", batch_first=False),
    "transformer, no bias": layer("", 3, 3, ["causal"], num_encoder_layers=1, num_decoder_layers=1,
                                  bias=False, layer_norm_eps=0.01),
}


class Mask:
    """One mask as heed's request and as PyTorch's: padding [B, L_2], the rest [B, H, L_1, L_2]."""

    def __init__(self, generator, kind, sizes):
        B, H, L_1, L_2 = sizes
        self.padding, self.blocked, self.bias, self.request = None, None, None, {}
        position = torch.arange(L_1).unsqueeze(1) - torch.arange(L_2)
        if kind == "padding":
            self.padding = random_tensor(generator, (B, L_2)) < 0
            self.padding[:, 0] = False
            self.padding[0, -1] = L_2 > 1
            self.request = {"type": "block", "mask": self.padding.reshape(B, 1, 1, L_2)}
        elif kind == "lengths":
            lengths = torch.tensor([max(1, L_2 - 1 - b) for b in range(B)])
            self.padding = torch.arange(L_2) >= lengths.unsqueeze(1)
            self.request = {"type": "lengths", "mask": lengths}
        elif kind == "causal":
            self.blocked = position < 0
            self.request = {"type": "causal"}
        elif kind == "window":
            self.blocked = position.abs() > 1
            self.request = {"type": "window", "width": 1}
        elif kind == "keep_heads":
            keep = random_tensor(generator, (B, H, L_1, L_2)) < 0.5
            keep[..., 0] = True
            self.blocked = ~keep
            self.request = {"type": "keep", "mask": keep}
        else:
            shape = (B, H, L_1, L_2) if kind == "additive_heads" else (L_1, L_2)
            self.bias = random_tensor(generator, shape)
            self.bias[..., -1, 1:] = -INFINITY  # blocks, beside what it adds
            self.request = {"type": "additive", "mask": self.bias}


def combined(masks, sizes):
    """attn_mask and key_padding_mask for masks at one place; None for what is not there."""
    B, H, L_1, L_2 = sizes
    attn_mask = key_padding_mask = None
    additive = any(mask.bias is not None for mask in masks)
    for mask in masks:
        if mask.padding is not None:
            old = key_padding_mask
            key_padding_mask = mask.padding if old is None else old | mask.padding
        part = mask.bias if mask.bias is not None else mask.blocked
        if part is None:
            continue
        if additive and part.dtype == torch.bool:
            part = torch.zeros(part.shape, dtype=torch.float64).masked_fill(part, -INFINITY)
        part = part.expand(B, H, L_1, L_2).reshape(B * H, L_1, L_2)
        if attn_mask is None:
            attn_mask = part
        else:
            attn_mask = attn_mask + part if additive else attn_mask | part
    if additive and key_padding_mask is not None:
        zeros = torch.zeros(key_padding_mask.shape, dtype=torch.float64)
        key_padding_mask = zeros.masked_fill(key_padding_mask, -INFINITY)
    return attn_mask, key_padding_mask


def build(name, given):
    """PyTorch's module for a request's configuration."""
    config = {"batch_first": True} | given
    if name == "multihead_attention":
        return nn.MultiheadAttention(**config)
    if name == "transformer":
        return nn.Transformer(**config, dropout=0)
    layers, final_norm = config.pop("num_layers", None), config.pop("final_norm", False)
    kind = nn.TransformerEncoderLayer if "encoder" in name else nn.TransformerDecoderLayer
    one = kind(**config, dropout=0)
    if layers is None:
        return one
    eps, bias = config.get("layer_norm_eps", 1e-5), config.get("bias", True)
    norm = nn.LayerNorm(config["d_model"], eps=eps, bias=bias) if final_norm else None
    if "encoder" in name:
        return nn.TransformerEncoder(one, layers, norm, enable_nested_tensor=False)
    return nn.TransformerDecoder(one, layers, norm)


def call(name, module, inputs, at):
    """Output and weights; `at(place)` gives the two masks of a place."""
    attn_mask, padding = at("self")
    if name == "multihead_attention":
        return module(*inputs, key_padding_mask=padding, attn_mask=attn_mask,
                      average_attn_weights=False)
    if name == "transformer_encoder_layer":
        return module(*inputs, src_mask=attn_mask, src_key_padding_mask=padding), None
    if name == "transformer_encoder":
        return module(*inputs, mask=attn_mask, src_key_padding_mask=padding), None
    cross, cross_padding = at("cross")
    arguments = dict(tgt_mask=attn_mask, tgt_key_padding_mask=padding, memory_mask=cross,
                     memory_key_padding_mask=cross_padding)
    if name == "transformer":
        source, source_padding = at("source")
        arguments |= dict(src_mask=source, src_key_padding_mask=source_padding)
    return module(*inputs, **arguments), None


def input_shapes(name, config, sizes):
    """Of the request's inputs, in its order; attending lengths are L_1, attended ones L_2."""
    B, L_1, L_2 = sizes
    if name == "multihead_attention":
        E = config["embed_dim"]
        shapes = [(B, L_1, E), (B, L_2, config.get("kdim", E)), (B, L_2, config.get("vdim", E))]
    else:
        attending, attended = (B, L_1, config["d_model"]), (B, L_2, config["d_model"])
        shapes = [attended, attending] if name == "transformer" else [attending, attended]
        shapes = shapes[:1] if "encoder" in name else shapes
    return shapes if config.get("batch_first", True) else [(L, B, D) for B, L, D in shapes]


def run(case, name, config, sizes, kinds):
    generator = generator_for("pytorch_layers " + case)
    module = build(name, config).double()
    with torch.no_grad():
        for path, parameter in module.named_parameters():
            scale = 1 if "norm" in path and path.endswith("weight") else 0
            parameter.copy_(scale + random_tensor(generator, tuple(parameter.shape), -0.75, 0.75))
    B, L_1, L_2 = sizes
    H = config.get("nhead", config.get("num_heads"))
    has_cross = name in ("transformer", "transformer_decoder", "transformer_decoder_layer")
    self_lengths = (L_1, L_1) if has_cross else (L_1, L_2)
    lengths = {"self": self_lengths, "cross": (L_1, L_2), "source": (L_2, L_2)}
    masks = {"self": [], "cross": [], "source": []}
    requested = []
    for entry in kinds:
        kind, place = (entry, "self") if isinstance(entry, str) else entry
        mask = Mask(generator, kind, (B, H) + lengths[place])
        masks[place].append(mask)
        request = {key: tensor_to_object(value) if torch.is_tensor(value) else value
                   for key, value in mask.request.items()}
        requested.append(request | ({} if place == "self" else {"on": place}))
    inputs = [random_tensor(generator, shape).requires_grad_()
              for shape in input_shapes(name, config, sizes)]
    output, weights = call(name, module, inputs,
                           lambda place: combined(masks[place], (B, H) + lengths[place]))
    grad_output = random_tensor(generator, tuple(output.shape))
    output.backward(grad_output)
    assert not output.isnan().any(), case
    parameters = dict(module.named_parameters())
    answer = {
        "outputs": [tensor_to_object(output)],
        "grads": [tensor_to_object(x.grad) for x in inputs],
        "parameter_grads": {key: tensor_to_object(value.grad) for key, value in parameters.items()},
    }
    if weights is not None:
        answer["weights"] = tensor_to_object(weights)
    return {
        "name": case,
        "request": {
            "module": name,
            "config": config,
            "dtype": "f64",
            "state": {key: tensor_to_object(value) for key, value in parameters.items()},
            "inputs": [tensor_to_object(x) for x in inputs],
            "masks": requested,
            "grad_outputs": [tensor_to_object(grad_output)],
        },
        "answer": answer,
    }


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    torch.set_num_threads(1)
    cases = ",\n".join(to_text(run(case, *arguments)) for case, arguments in CASES.items())
    with open(sys.argv[1], "w", encoding="ascii") as file:
        file.write('{"pytorch":"%s","cases":[\n%s\n]}\n' % (version(), cases))


if __name__ == "__main__":
    main()
