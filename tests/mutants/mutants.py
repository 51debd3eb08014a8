"""All mutants: the faults written by hand and sampled places of the sources."""
import pathlib
import re
import typing

import faults
import sample

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Mutant(typing.NamedTuple):
    name: str
    file: str
    begin: int
    end: int
    instead: str
    tests: str = ""  # as in faults.py; "" for a sampled one


def place_of(where: str, folder: str, name: str) -> tuple[str, int, int]:
    """(file, begin, end) of what stands between « and », with any white space around."""
    parts = re.fullmatch(r"(.*?)«(.*)»(.*)", where, re.S).groups()
    pattern = "".join("(" + r"\s+".join(map(re.escape, re.split(r"\s+", part))) + ")"
                      for part in parts)
    found = [(str(path.relative_to(ROOT)), *match.span(2))
             for path in sorted((ROOT / folder).rglob("*"))
             if path.suffix == ".cpp" or path.name.endswith("-inl.h")
             if not path.name.startswith("no_")  # not in this build
             for match in re.finditer(pattern, path.read_text())]
    if len(found) != 1:
        raise SystemExit(f'mutant "{name}": its place occurs {len(found)} times, not once: {where}')
    return found[0]


def all_mutants(count: int, seed: int) -> list[Mutant]:
    """The faults written by hand and a sample of `count` places that do not overlap them."""
    names = [fault[0] for fault in faults.FAULTS]
    if len(set(names)) != len(names):
        raise SystemExit("two mutants have one name")
    mutants = [Mutant(name, *place_of(where, folder, name), instead, tests)
               for name, folder, where, instead, tests in faults.FAULTS]
    for place in map(lambda found: Mutant(*found), sample.sampled(ROOT, count, seed)):
        if not any(other.file == place.file and other.begin < place.end and place.begin < other.end
                   for other in mutants):
            mutants.append(place)
    return mutants
