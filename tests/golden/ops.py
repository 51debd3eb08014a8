"""Writes golden values of single ops: outputs and gradients in f64, one JSON object per line.

    python ops.py ops.jsonl
"""

import importlib
import pathlib
import sys

import torch

from golden_case import CASES, CONSTANT_INPUTS, function_of
from tensor_json import generator_for, random_tensor, tensor_to_object, to_text, version


def make_input(generator, spec):
    """A tensor's copy, None, or a shape (with bounds) to fill with random numbers."""
    if spec is None:
        return None
    if isinstance(spec, torch.Tensor):
        return spec.clone()  # cases may share it, but not its gradient
    if isinstance(spec, dict):
        return random_tensor(generator, spec["shape"], spec["low"], spec["high"])
    return random_tensor(generator, spec)


def run(op, label, attrs, specs):
    name = op + ": " + label
    generator = generator_for(name)
    inputs = [make_input(generator, spec) for spec in specs]
    # JSON spells an infinity as a string, which PyTorch does not take.
    call_attrs = {key: float(value) if value in ("-Infinity", "Infinity") else value
                  for key, value in attrs.items()}
    for position, tensor in enumerate(inputs):
        if tensor is not None and tensor.is_floating_point():
            tensor.requires_grad_(position not in CONSTANT_INPUTS.get(op, ()))
    outputs = function_of(op)(*inputs, **call_attrs)
    outputs = outputs if isinstance(outputs, (tuple, list)) else (outputs,)
    request = {"op": op, "attrs": attrs, "inputs": [tensor_to_object(t) for t in inputs]}
    answer = {"outputs": [tensor_to_object(t) for t in outputs]}
    if any(output.requires_grad for output in outputs):
        grad_outputs = [random_tensor(generator, tuple(output.shape))
                        if output.is_floating_point() else None for output in outputs]
        torch.autograd.backward([o for o, g in zip(outputs, grad_outputs) if g is not None],
                                [g for g in grad_outputs if g is not None])
        request["grad_outputs"] = [tensor_to_object(g) for g in grad_outputs]
        answer["grads"] = [tensor_to_object(t.grad) for t in inputs if t is not None]
    return {"name": name, "pytorch": version(), "request": request, "answer": answer}


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    for file in sorted(pathlib.Path(__file__).parent.glob("op_cases/*.py")):
        importlib.import_module("op_cases." + file.stem)  # adds to CASES
    # One thread: the order of additions, and so the last digits, stay the same.
    torch.set_num_threads(1)
    names = [(op, label) for op, label, _, _ in CASES]
    assert len(set(names)) == len(names), "two cases of one name"
    with open(sys.argv[1], "w", encoding="ascii") as file:
        for op, label, attrs, specs in CASES:
            file.write(to_text(run(op, label, attrs, specs)) + "\n")


if __name__ == "__main__":
    main()
