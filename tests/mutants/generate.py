"""Writes the sources with every mutant in them, switched at run time: build only once.

A mutated expression E becomes `(heed_mutant(7) ? (E') : (E))`, a statement S
`if (heed_mutant(7)) { S' } else { S }`. Mutants of one place are nested. Lines keep their numbers.
"""
import pathlib

from mutants import Mutant, ROOT

PRELUDE = "#ifndef HEED_MUTANT\n#define HEED_MUTANT\nextern int heed_active_mutant;\n" \
          "static inline bool heed_mutant(int number) { return heed_active_mutant == number; }\n" \
          "#endif\n#line 1\n"


def switched(number: int, old: str, new: str) -> str:
    if ";" in old:
        return f"if (heed_mutant({number})) {{ {new} }} else {{ {old} }}"
    return f"(heed_mutant({number}) ? ({' '.join(new.split())}) : ({old}))"


def mutated(source: str, mutants: list[tuple[int, Mutant]]) -> str:
    spans = {}
    for number, mutant in mutants:
        spans.setdefault((mutant.begin, mutant.end), []).append((number, mutant.instead))
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


def generate(mutants: list[Mutant], output: pathlib.Path) -> None:
    """Mutant number i + 1 is mutants[i]. Writes only files that change; removes stale ones."""
    by_file = {}
    for number, mutant in enumerate(mutants, 1):
        by_file.setdefault(mutant.file, []).append((number, mutant))
    written = set()
    for file, inside in by_file.items():
        target = output / file
        text = mutated((ROOT / file).read_text(), inside)
        # A kernel must include the mutants of the headers that it is made of.
        for header in by_file:
            if header.endswith("-inl.h"):
                text = text.replace(f'#include "heed/{header}"', f'#include "{output / header}"')
        if not target.exists() or target.read_text() != text:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
        written.add(target)
    for stale in {*output.rglob("*.cpp"), *output.rglob("*.h")} - written:
        stale.unlink()
