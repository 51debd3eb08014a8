#!/usr/bin/env python3
"""Writes the sources with every mutant in them, switched at run time: build only once.

Usage: generate.py SOURCE_DIR OUTPUT_DIR, or generate.py --list for the sources. A mutated
expression E becomes `(heed_mutant(7) ? (E') : (E))`, a statement S
`if (heed_mutant(7)) { S' } else { S }`. Mutants of one place are nested. Files are written only if
they change; stale ones are removed.
"""
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import table_engine  # noqa: E402
import table_modules  # noqa: E402
import table_ops  # noqa: E402

MUTANTS = table_engine.MUTANTS + table_ops.MUTANTS + table_modules.MUTANTS
PRELUDE = "#ifndef HEED_MUTANT\n#define HEED_MUTANT\nextern int heed_active_mutant;\n" \
          "static inline bool heed_mutant(int number) { return heed_active_mutant == number; }\n" \
          "#endif\n"


def place_of(source: str, where: str, name: str) -> tuple[int, int]:
    """The span between « and », told by its context with any white space."""
    before, old, after = re.fullmatch(r"(.*?)«(.*)»(.*)", where, re.S).groups()
    pattern = ""
    for part in (before, old, after):
        words = [re.escape(word) for word in re.split(r"\s+", part)]
        pattern += "(" + r"\s+".join(words) + ")"
    found = list(re.finditer(pattern, source))
    if len(found) != 1:
        raise SystemExit(f'mutant "{name}": its place occurs {len(found)} times, not once: {where}')
    return found[0].span(2)


def switched(number: int, old: str, new: str) -> str:
    if ";" in old:
        return f"if (heed_mutant({number})) {{ {new} }} else {{ {old} }}"
    return f"(heed_mutant({number}) ? ({new}) : ({old}))"


def mutated(source: str, mutants: list) -> str:
    spans = {}
    for number, (name, _, where, instead, _) in mutants:
        spans.setdefault(place_of(source, where, name), []).append((number, instead))
    grown = []  # (begin, end, by how much) of places done: what contains them ends later
    for (begin, end), changes in sorted(spans.items(), key=lambda item: (-item[0][0], item[0][1])):
        if any(other_begin < end < other_end for other_begin, other_end, _ in grown):
            raise SystemExit(f"mutants overlap: {source[begin:end]!r}")
        now = end + sum(by for _, other_end, by in grown if other_end <= end)
        text = source[begin:now]
        for number, instead in changes:
            text = switched(number, text, instead)
        source = source[:begin] + text + source[now:]
        grown.append((begin, end, len(text) - (now - begin)))
    return PRELUDE + source


def main() -> None:
    if sys.argv[1] == "--list":
        print(";".join(sorted({mutant[1] for mutant in MUTANTS})))
        return
    root, output = map(pathlib.Path, sys.argv[1:3])
    names = [mutant[0] for mutant in MUTANTS]
    if len(set(names)) != len(names):
        raise SystemExit("two mutants have one name")
    by_file = {}
    for number, mutant in enumerate(MUTANTS, 1):
        by_file.setdefault(mutant[1], []).append((number, mutant))
    written = set()
    for file, mutants in by_file.items():
        target = output / file.replace("/", "_")
        text = mutated((root / file).read_text(), mutants)
        # A kernel must include the mutants of the headers that it is made of.
        for header in by_file:
            if header.endswith("-inl.h"):
                mutants_of = (output / header.replace("/", "_")).resolve()
                text = text.replace(f'#include "heed/{header}"', f'#include "{mutants_of}"')
        if not target.exists() or target.read_text() != text:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
        written.add(target)
    for stale in {*output.glob("*.cpp"), *output.glob("*.h")} - written:
        stale.unlink()


if __name__ == "__main__":
    main()
