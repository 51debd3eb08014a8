#!/usr/bin/env python3
"""Measures how far answers of heed and of PyTorch in f32 are from the exact ones, and writes the
table into docs/numerics.md.

    python tests/numerics/accuracy.py [--op NAME …] [--write]
    python3 tests/numerics/accuracy.py --check       (whether the page has all ops; without PyTorch)

Errors are in ulp, the distance of neighbouring f32 numbers at the exact answer, which is computed
in long double or f64; for sums of products, at the sum of their magnitudes. A result below the
smallest normal number counts as right if it is off by less than that number.
"""

from __future__ import annotations

import argparse
import math
import pathlib
import re
import sys
import textwrap
from typing import Any

import fuzz

PAGE = fuzz.ROOT / "docs/numerics.md"
BEGIN, END = "<!-- accuracy: begin -->", "<!-- accuracy: end -->"


def errors(got: Any, exact: Any, terms: Any) -> float:
    """The largest error in ulp."""
    import numpy
    exact = numpy.asarray(exact, numpy.longdouble)
    got = numpy.asarray(got).astype(numpy.longdouble)
    least, most = numpy.finfo(numpy.float32).tiny, numpy.finfo(numpy.float32).max
    with numpy.errstate(all="ignore"):
        rounded = exact.astype(numpy.float32)
        scale = numpy.clip(numpy.abs(numpy.asarray(terms, numpy.longdouble)), least, most)
        ulp = 2.0 ** (numpy.floor(numpy.log2(scale)) - 23)
        error = numpy.abs(got - exact) / ulp
        small = (numpy.abs(exact) < least) & (numpy.abs(got - exact) <= least)
        same = (got == rounded) & ~numpy.isfinite(rounded) | numpy.isnan(got) & numpy.isnan(exact)
        edge = ~numpy.isfinite(got) & (numpy.abs(exact) >= most * (1 - 2.0 ** -22))
        error = numpy.where(small | same | edge, 0, error)
    return math.inf if numpy.isnan(error).any() else float(error.max(initial=0))


def exact_of(case: Any, call: Any) -> tuple[Any, Any]:
    import numpy
    import pytorch
    import torch
    if case.oracle is None:
        exact = pytorch.answer(call, torch.float64).outputs[0]
        return exact.numpy(), exact.numpy()
    arrays = [t.numpy().astype(numpy.longdouble) if t.is_floating_point() else t.numpy()
              for t in call.inputs if t is not None]
    with numpy.errstate(all="ignore"):
        exact = case.oracle(*arrays)
        return exact, case.of_terms(*arrays) if case.of_terms else exact


def measure(heed: Any, op: str, case: Any) -> tuple[float, float, str]:
    """Largest errors of heed and of PyTorch, and on what heed's was found."""
    import accuracy_cases
    import numpy
    import pytorch
    from calls import Call
    worst, theirs_worst, where = 0.0, 0.0, "plain"
    for kind in accuracy_cases.KINDS:
        rng = numpy.random.default_rng(abs(hash_of(op + kind)))
        inputs, attrs = case.make(rng, kind)
        call = Call(op, attrs, inputs, kind)
        ours = heed.answer(call, None)
        theirs = pytorch.answer(call, heed=ours)
        if ours.error or theirs.error:
            raise SystemExit(f"{op}, {kind}: heed {ours.error}, PyTorch {theirs.error}")
        exact, terms = exact_of(case, call)
        error, theirs_error = (errors(answer.outputs[case.output].numpy(), exact, terms)
                               for answer in (ours, theirs))
        theirs_worst = max(theirs_worst, theirs_error)
        if error > worst:
            worst, where = error, kind
    return worst, theirs_worst, where


def hash_of(text: str) -> int:
    return int.from_bytes(text.encode(), "little") % 2**63


def case_of(entry: dict[str, Any]) -> Any:
    """The case of an op, or one for all functions of one or two elements."""
    import accuracy_cases
    import rows
    op = entry["name"]
    if op in accuracy_cases.CASES:
        return accuracy_cases.CASES[op]
    tensors = entry["inputs"]
    required = [a["name"] for a in entry["attrs"] if "default" not in a]
    if not required and (len(tensors) == 1 or set(tensors) <= rows.PAIRS):
        return accuracy_cases.Case(accuracy_cases.elements(len(tensors)))
    raise SystemExit(f"{op}: accuracy_cases.py says neither EXACT nor how to measure it")


def text_of(error: float) -> str:
    if math.isinf(error):
        return "∞"
    if error >= 1e5:
        power = math.floor(math.log10(error))
        return f"{error / 10 ** power:.0f}·10^{power}"
    return f"{error:.0f}" if error >= 10 else f"{error:.2g}"


def table(heed: Any, only: list[str]) -> list[str]:
    import accuracy_cases
    lines = ["| op | heed | PyTorch | heed's largest on |", "|---|---|---|---|"]
    exact = []
    for entry in sorted(heed.ops(), key=lambda entry: entry["name"]):
        op = entry["name"]
        if op in accuracy_cases.EXACT or only and op not in only:
            continue
        worst, theirs, where = measure(heed, op, case_of(entry))
        if worst == 0 and theirs == 0:
            exact.append(op)
            continue
        lines.append(f"| {op} | {text_of(worst)} | {text_of(theirs)} | {where} |")
        print(lines[-1], flush=True)
    present = {entry["name"] for entry in heed.ops()}
    moved = [op for op in sorted(accuracy_cases.EXACT) if op in present]
    return [*lines, "", *paragraph("Exact in both:", exact), "",
            *paragraph("With nothing to round, or random:", moved)]


def paragraph(start: str, ops: list[str]) -> list[str]:
    text = f"{start} " + ", ".join(f"`{op}`" for op in ops) + "."
    return textwrap.wrap(text, 118, break_long_words=False)


def between_markers(text: str) -> str:
    match = re.search(re.escape(BEGIN) + "\n(.*?)" + re.escape(END), text, re.S)
    if match is None:
        raise SystemExit(f"{PAGE}: no {BEGIN} … {END}")
    return match.group(1)


def check(heed: Any) -> int:
    """The ops that the page names are those that there are."""
    text = between_markers(PAGE.read_text(encoding="utf-8"))
    told = re.findall(r"^\| (\w+) \| [\d∞]", text, re.M) + re.findall(r"`(\w+)`", text)
    there = [entry["name"] for entry in heed.ops()]
    faults = ([f"{PAGE.name}: {op} is missing; accuracy.py --write measures it"
               for op in sorted(set(there) - set(told))]
              + [f"{PAGE.name}: there is no op {op}" for op in sorted(set(told) - set(there))]
              + [f"{PAGE.name}: {op} appears twice" for op in sorted(set(told))
                 if told.count(op) > 1])
    print("\n".join(faults) or f"accuracy: {len(told)} ops, 0 faults")
    return 1 if faults else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--op", nargs="*", default=[], help="only these")
    parser.add_argument("--write", action="store_true", help="the table into docs/numerics.md")
    parser.add_argument("--check", action="store_true", help="only whether the page has all ops")
    parser.add_argument("--eval", type=pathlib.Path, help="heed-eval")
    options = parser.parse_args()
    from heed_eval import Heed
    heed = Heed(fuzz.program_of(options))
    if options.check:
        return check(heed)
    import torch
    torch.set_num_threads(1)
    lines = table(heed, options.op)
    print("\n".join(lines[lines.index(""):]))
    if options.write:
        text = PAGE.read_text(encoding="utf-8")
        old = f"{BEGIN}\n{between_markers(text)}{END}"
        PAGE.write_text(text.replace(old, "\n".join([BEGIN, *lines, END])), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
