#!/usr/bin/env python3
"""Runs the PyTorch spelling of each row of docs/pytorch.md and compares its value with heed's,
where both are numbers. Skipped where PyTorch is not installed.

  compare_rows.py PAGES    the program that pages.py makes of the documents
"""
import os
import re
import subprocess
import sys
import tempfile

from blocks import blocks_of
from rows import rows_of

PAGE = "docs/pytorch.md"
TOLERANCE = 1e-5
RANDOM = re.compile(r"\brng\b|Linear|Embedding\(|LayerNorm\(")  # numbers of its own


def heed_values(pages):
    """{line: (shape, elements)} of the rows whose y is a number or a tensor."""
    with tempfile.TemporaryDirectory() as folder:  # some rows write files
        out = subprocess.run([os.path.abspath(pages), PAGE, "numbers"], cwd=folder, check=True,
                             text=True, capture_output=True).stdout
    values = {}
    for line, shape, elements in re.findall(r"^(\d+): \[([\d ]*)\](.*)$", out, re.M):
        values[int(line)] = ([int(size) for size in shape.split()],
                             [float(element) for element in elements.split()])
    return values


def pytorch_value(code, names):
    """The value of an expression, or y after statements; None if it cannot run here."""
    names = dict(names)
    try:
        return eval(code, names)  # pylint: disable=eval-used
    except SyntaxError:
        exec(code, names)  # pylint: disable=exec-used
        return names.get("y")


def main():
    try:
        import torch  # pylint: disable=import-outside-toplevel
    except ImportError:
        print("skipped: no PyTorch here")
        return 0
    values, names, compared, ran, faults = heed_values(sys.argv[1]), {"torch": torch}, 0, 0, []
    for block in blocks_of(PAGE):
        if block.language == "python":
            exec(block.text, names)  # pylint: disable=exec-used
    for row in rows_of(PAGE):
        try:
            value = pytorch_value(row.pytorch, names)
        except (NameError, SyntaxError, ModuleNotFoundError):  # `torch.load(path)`
            print(f"line {row.line}: not run: {row.pytorch}")
            continue
        ran += 1
        if isinstance(value, (bool, int, float)):
            value = torch.tensor(value)
        if row.line not in values or not isinstance(value, torch.Tensor) or RANDOM.search(row.heed):
            continue
        compared += 1
        shape, elements = values[row.line]
        theirs = value.detach().double()
        ours = torch.tensor(elements, dtype=torch.float64)
        is_close = torch.allclose(theirs.flatten(), ours, atol=TOLERANCE)
        if list(theirs.shape) != shape or not is_close:
            faults.append(f"line {row.line}: {row.pytorch}\n  PyTorch {value}\n"
                          f"  heed {shape} {elements}")
    print("\n".join(faults + [f"{ran} rows run by PyTorch, {compared} values compared, "
                              f"{len(faults)} differences"]))
    return min(1, len(faults))


if __name__ == "__main__":
    sys.exit(main())
