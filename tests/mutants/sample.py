"""Mutants at random places: swaps of an operator, a constant, a truth value or an axis.

What is changed is a whole expression (after `return` or `=`, or the condition of `if`, `while` or
`for`), so that it can be switched at run time like the hand-written faults. Left out are comments,
messages, and lines that only say how work is cut into pieces: no result depends on them. A place is
chosen by a hash of the seed and its text: a change elsewhere does not shift the sample.
"""
import hashlib
import pathlib
import re

FOLDERS = ["framework/ops", "framework/autograd", "framework/kernels", "framework/optim",
           "framework/nn", "modules"]
LEFT_OUT = {"peak.cpp"}  # measures the processor
CUTTING = re.compile(r"grain|parallel|per_chunk|pieces|piece_size|inner_piece|rows_per_piece|lanes"
                     r"|columns_per_piece|worth_streaming|static_assert|#include|namespace|template"
                     r"|constexpr|supports\(")
SWAPS = [(r" \+ ", " - "), (r" - ", " + "), (r" \* ", " / "), (r" / ", " * "), (r" < ", " <= "),
         (r" <= ", " < "), (r" > ", " >= "), (r" >= ", " > "), (r" == ", " != "), (r" != ", " == "),
         (r" && ", " || "), (r" \|\| ", " && "), (r"\btrue\b", "false"), (r"\bfalse\b", "true"),
         (r"(?<![\w.])0\.5\b", "0.25"), (r"(?<=[(, ])-1(?=[,);])", "-2"),
         (r"(?<=[(, ])-2(?=[,);])", "-1"), (r"(?<![\w.'])0(?![\w.'])", "1"),
         (r"(?<![\w.'-])1(?![\w.'])", "2"), (r"(?<![\w.'-])2(?![\w.'])", "3")]
PART = r"([^;{}\"?]*?[^;{}\"? ])"  # of a statement: no block, message or choice
EXPRESSIONS = [re.compile(rf"\breturn {PART};"), re.compile(rf"\w\]? [-+*/]?= {PART};"),
               re.compile(rf"\b(?:if|while) \({PART}\) (?=[\w{{])"),
               re.compile(rf"\bfor \([^;()]*; {PART}; ")]
LAMBDA = re.compile(r"\]\(|\[[&=]")


def balanced(text: str) -> bool:
    depth = 0
    for character in text:
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth < 0:
            return False
    return depth == 0


def left_out(line: str) -> bool:
    return bool(CUTTING.search(line)) or any(word in line for word in ("//", "throw ", "using "))


def changes_of(text: str) -> list[tuple[int, int, str]]:
    """(begin, end, instead) of every expression that can be changed, once for each change."""
    found = []
    for match in (match for pattern in EXPRESSIONS for match in pattern.finditer(text)):
        old = match.group(1)
        first = text.rfind("\n", 0, match.start()) + 1
        lines = text[first:text.find("\n", match.end())]
        if not balanced(old) or LAMBDA.search(old) or left_out(lines):
            continue
        for pattern, instead in SWAPS:
            for place in re.finditer(pattern, old):
                new = old[:place.start()] + instead + old[place.end():]
                found.append((match.start(1), match.end(1), new))
    return found


def sampled(root: pathlib.Path, count: int, seed: int) -> list[tuple[str, str, int, int, str]]:
    """(name, file, begin, end, instead) of `count` places, at most one in an expression."""
    places = []
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*.cpp")):
            if path.name in LEFT_OUT or path.name.startswith("no_"):  # not in this build
                continue
            file = str(path.relative_to(root))
            text = path.read_text()
            for begin, end, new in changes_of(text):
                line = text[text.rfind("\n", 0, begin) + 1:begin]
                name = " ".join(f"{line}⟦{text[begin:end]} → {new}⟧".split())
                key = hashlib.sha256(f"{seed} {file} {name}".encode()).hexdigest()
                places.append((key, (name, file, begin, end, new)))
    chosen = {}
    for _, place in sorted(places):
        if len(chosen) == count:
            break
        chosen.setdefault(place[1:3], place)
    return list(chosen.values())
