"""A session of calls: what came of each, and reports of what differs."""

from __future__ import annotations

import collections
import dataclasses
import json
from typing import Any

import accuracy_cases
import compare
import differences
import pytorch
import rows
import rows_of_matrices  # noqa: F401 (adds to rows.ROWS)
import rows_of_products  # noqa: F401
import rows_of_shapes  # noqa: F401
import shrink
from calls import Answer, Call, request_of


def without_counterpart(entries: list[dict[str, Any]]) -> list[str]:
    return [entry["name"] for entry in entries if pytorch.function_of(entry["name"]) is None]


class Session:
    def __init__(self, heed: Any) -> None:
        """`heed` answers as heed_eval.Heed does."""
        self.heed = heed
        self.entries = self.heed.ops()
        self.attributes = {entry["name"]: {attribute["name"] for attribute in entry["attrs"]}
                           for entry in self.entries}
        self.agreed: collections.Counter[str] = collections.Counter()
        self.intended: collections.Counter[str] = collections.Counter()
        self.bad: collections.Counter[str] = collections.Counter()

    def verdicts(self) -> dict[str, int]:
        return {**self.agreed, "on purpose": self.intended.total(), "DIFFERENT": self.bad.total()}

    def answers(self, call: Call) -> tuple[Answer, Answer]:
        if call.op == "dropout":
            first = self.heed.answer(call, None)
            theirs = pytorch.answer(call, heed=first)
        else:
            theirs = pytorch.answer(call)
        return self.heed.answer(call, pytorch.cotangents_of(call, theirs)), theirs

    def judge(self, call: Call) -> tuple[str, list[compare.Fault]]:
        """What came of a call: a word that starts with "agree", the name of an intended
        difference, or "" and the faults."""
        ours, theirs = self.answers(call)
        faults = compare.compare(ours, theirs, signs=call.op not in rows.ROWS)
        if not faults:
            return "agree in refusing" if ours.error else "agree", []
        verdict, left = "agree up to rounding", []
        sums = call.op not in accuracy_cases.EXACT and (
            call.op in rows.ROWS or "dim" in self.attributes[call.op])
        rounding = compare.Rounding(call, sums, call.op not in accuracy_cases.EXACT)
        for fault in faults:
            if fault.kind in ("output", "grad") and fault.apart is not None:
                theirs_too = rounding.explains(fault, fault.b)
                right = rounding.explains(fault, fault.a)
                if (right & ~theirs_too & fault.apart).any():
                    verdict = differences.NEARER
                rest = fault.apart & ~right
                exact = rounding.exact_of(fault)
                left += [dataclasses.replace(other, exact=exact) for other in compare.numbers_apart(
                    fault.kind, fault.where, fault.a, fault.b, rest)]
            else:
                left.append(fault)
        names = [differences.name_of(call, ours, theirs, fault) for fault in left]
        unnamed = [fault for fault, name in zip(left, names) if name is None]
        if unnamed:
            return "", unnamed
        return next((name for name in names if name), verdict), []

    def try_call(self, entry: dict[str, Any], seed: str, most: int) -> None:
        name = entry["name"]
        try:
            call = rows.call_of(entry, seed)
        except rows.UnknownOp as problem:
            if not self.bad[name]:
                print(problem)
            self.bad[name] += 1
            return
        verdict, faults = self.judge(call)
        if verdict.startswith("agree"):
            self.agreed[verdict] += 1
        elif verdict:
            self.intended[verdict] += 1
        else:
            self.bad[name] += 1
            if self.bad[name] <= most:
                self.report(call, faults)

    def report(self, call: Call, faults: list[compare.Fault]) -> None:
        def still(other: Call) -> bool:
            verdict, found = self.judge(other)
            return not verdict and found[0].kind == faults[0].kind
        small = shrink.smaller(call, still)
        _, faults = self.judge(small)
        theirs = pytorch.answer(small)
        request = request_of(small, pytorch.cotangents_of(small, theirs))
        print(f"{call.op}: {'; '.join(map(str, faults))}\n    {json.dumps(request)}", flush=True)
