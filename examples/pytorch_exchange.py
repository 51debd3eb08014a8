#!/usr/bin/env python3
"""Exports a model trained by heed to PyTorch, and imports a PyTorch model into heed.

    python examples/pytorch_exchange.py [--heed build/release/bin/heed] [--config CONFIG]

Needs the packages torch and safetensors. Trains in a temporary folder, compares the scores of both,
prints what agrees and exits with 1 if anything does not agree. Works for configurations whose model
is an encoder with LayerNorms and a multi-head attention without relative positions. Scores in f32
are rounded: those of configs/sort.json, up to 29, differ by 1.4e-5, which is more than this allows;
PyTorch's own differ by 1.1e-5 from its results in f64, heed's by 7.5e-6.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile

import torch
from safetensors.torch import load_file, save_file
from torch import nn

TOLERANCE = 1e-5
SEQUENCES = 16
ACTIVATIONS = {"relu": nn.functional.relu, "gelu": nn.functional.gelu, "silu": nn.functional.silu}


def heed(program, folder, *arguments):
    """Runs heed in the folder; its stdout."""
    command = [os.path.abspath(program), *arguments]
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if ended.returncode != 0:
        sys.exit(f"{' '.join(command)}: exit code {ended.returncode}\n{ended.stderr}")
    return ended.stdout


def is_pre_norm(model):
    return model.get("norm_placement", model.get("norm")) == "pre"


def make_encoder(config, state):
    """The nn.TransformerEncoder into which encoder.* of the state fits."""
    model = config["model"]
    layer = nn.TransformerEncoderLayer(
        model["d_model"],
        model["attention"]["heads"],
        model["d_ff"],
        dropout=0,
        activation=ACTIVATIONS[model["activation"]],
        batch_first=True,
        norm_first=is_pre_norm(model),
    )
    if "encoder.layers.0.self_attn.in_proj_bias" not in state:
        layer.self_attn = nn.MultiheadAttention(
            model["d_model"], model["attention"]["heads"], bias=False, batch_first=True
        )
    norm = nn.LayerNorm(model["d_model"]) if is_pre_norm(model) else None
    return nn.TransformerEncoder(layer, model["layers"], norm, enable_nested_tensor=False)


class Twin(nn.Module):
    """PyTorch's own encoder between heed's embedding, positions and output."""

    def __init__(self, config, state):
        super().__init__()
        self.encoder = make_encoder(config, state)
        self.encoder.load_state_dict(
            {name[8:]: value for name, value in state.items() if name.startswith("encoder.")}
        )
        self.rest = {k: v for k, v in state.items() if not k.startswith("encoder.")}

    def forward(self, ids):
        x = self.rest["tokens.weight"][ids]
        for name in ("positions.learned.weight", "positions.sinusoidal.table"):
            if name in self.rest:
                x = x + self.rest[name][: ids.shape[1]]
        x = self.encoder(x)
        if "output.weight" not in self.rest:  # tied
            return x @ self.rest["tokens.weight"].T
        return x @ self.rest["output.weight"].T + self.rest["output.bias"]

    def state(self):
        """All tensors under the names of the exported file."""
        own = {"encoder." + k: v.detach().clone() for k, v in self.encoder.state_dict().items()}
        return own | {k: v.clone() for k, v in self.rest.items()}


def split(state):
    """in_proj_weight as three tensors, PyTorch's layout if the widths differ."""
    result = {}
    for name, value in state.items():
        if not name.endswith("in_proj_weight"):
            result[name] = value
            continue
        for letter, part in zip("qkv", value.chunk(3)):
            result[name[: -len("in_proj_weight")] + letter + "_proj_weight"] = part.clone()
    return result


def heed_scores(program, folder, run, inputs):
    """The scores of heed's model for the inputs: [sequence, position, class]."""
    arguments = [word for text in inputs for word in ("--input", text)]
    lines = heed(program, folder, "predict", run, "--json", "--scores", *arguments).splitlines()
    return torch.tensor([json.loads(line)["scores"] for line in lines])


def compare(what, ours, theirs):
    """Prints the difference of two tensors of scores; whether it is small enough.

    The difference is the largest |a - b| / (1 + |b|), as in all of heed's tests.
    """
    difference = ((ours - theirs).abs() / (1 + theirs.abs())).max().item()
    equal = (ours.argmax(-1) == theirs.argmax(-1)).float().mean().item()
    good = difference <= TOLERANCE and equal == 1
    verdict = "agree" if good else "DISAGREE"
    print(f"{what}: {verdict}: difference {difference:.2g}, {equal:.0%} of the answers equal")
    return good


def read_arguments():
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--heed", default=os.path.join(root, "build/release/bin/heed"))
    parser.add_argument("--config", default=os.path.join(root, "configs/reverse.json"))
    return parser.parse_args()


def to_heed(arguments, folder, twin, ids, inputs):
    """Imports changed parameters from PyTorch into heed, in two layouts."""
    with torch.no_grad():
        for parameter in twin.encoder.parameters():
            parameter += 0.05 * torch.randn_like(parameter)
        theirs = twin(ids)
    good = True
    for layout, state in (("packed", twin.state()), ("split", split(twin.state()))):
        save_file(state, os.path.join(folder, layout + ".safetensors"), {"format": "pt"})
        heed(arguments.heed, folder, "train", os.path.abspath(arguments.config),
             "--init", layout + ".safetensors", "--out", layout, "--set", "train.steps=1",
             "--set", "train.checkpoints_kept=2")
        start = layout + "/checkpoints/step-000000"
        ours = heed_scores(arguments.heed, folder, start, inputs)
        good = compare(f"PyTorch to heed, in_proj {layout}", ours, theirs) and good
    return good


def main():
    arguments = read_arguments()
    torch.manual_seed(0)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.abspath(arguments.config)
        result = heed(arguments.heed, folder, "train", path, "--out", "run").splitlines()[-1]
        print("trained:", result)
        heed(arguments.heed, folder, "export", "run", "--out", "model.safetensors", "--pytorch")
        state = load_file(os.path.join(folder, "model.safetensors"))
        with open(os.path.join(folder, "run", "config.json"), encoding="utf-8") as file:
            config = json.load(file)
        config["model"].setdefault("d_ff", 4 * config["model"]["d_model"])
        twin = Twin(config, state).eval()
        shape = (SEQUENCES, config["task"]["length"])
        ids = torch.randint(config["task"]["symbols"], shape)
        inputs = [" ".join(map(str, row.tolist())) for row in ids]
        ours = heed_scores(arguments.heed, folder, "run", inputs)
        with torch.no_grad():
            good = compare("heed to PyTorch", ours, twin(ids))
        good = to_heed(arguments, folder, twin, ids, inputs) and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
