#!/usr/bin/env python3
"""Draws the figures of docs/architecture.md from what they show.

  figures.py --write    writes them
  figures.py --check    they are what this script draws

docs/figures/layers.svg has the layers of tests/lint/layers.py with the texts of the page's table;
in docs/figures/attention.svg the shapes are those that modules/attention/my_mha.cpp checks.
"""
import html
import pathlib
import re
import sys
import textwrap

import headers

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tests" / "lint"))
import layers as rules  # noqa: E402  which layer may include which

FIGURES = ROOT / "docs" / "figures"
WIDTH, GAP = 640, 8
SHAPE = re.compile(r'd\.check\((\w+), "([^"]+)"\)')

# From the top; layers in one row stand side by side.
LAYERS = [["examples/cli"], ["modules"], [f"framework/{name}" for name in rules.ABOVE_OPS],
          *([f"framework/{name}"] for name in reversed(rules.FRAMEWORK))]
LINE = 16  # pixels

# Name: (what it is, column, row, what it is made of).
STEPS = {
    "x1": ("x1", 0, 0, []),
    "x2": ("x2", 1.5, 0, []),
    "q": ("q = W_Q x1", 0, 1, ["x1"]),
    "k": ("k = W_K x2", 1, 1, ["x2"]),
    "v": ("v = W_V x2", 2, 1, ["x2"]),
    "Q": ("Q: q by heads", 0, 2, ["q"]),
    "K": ("K: k by heads", 1, 2, ["k"]),
    "V": ("V: v by heads", 2, 2, ["v"]),
    "S": ("S = Q Kᵀ", 0.5, 3, ["Q", "K"]),
    "A": ("A = softmax(S / √D_qk)", 0.5, 4, ["S"]),
    "O": ("O = A V", 1, 5, ["A", "V"]),
    "o": ("o: heads of O side by side", 1, 6, ["O"]),
    "y": ("y = W_O o", 1, 7, ["o"]),
}
BOX_WIDTH, BOX_HEIGHT, ROW = 196, 40, 62


def svg(height, title, parts):
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{WIDTH}" height="{height}" '
        f'viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="12" fill="#000">',
        '<rect width="100%" height="100%" fill="#fff"/>', f"<title>{html.escape(title)}</title>",
        *parts, "</svg>", ""])


def box(x, y, width, height):
    return (f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="4" '
            'fill="#eef3f8" stroke="#5b7690"/>')


def text(x, y, words, style=""):
    return f'<text x="{x:g}" y="{y:g}"{style}>{html.escape(words)}</text>'


def layers():
    """Boxes from the program at the top to base at the bottom."""
    about = headers.layer_texts()
    parts, top = [], GAP
    for row in LAYERS:
        width = (WIDTH - GAP * (len(row) + 1)) / len(row)
        texts = [textwrap.wrap(about[layer].replace("`", ""), int((width - 20) / 6.4))
                 for layer in row]
        height = 14 + LINE * (1 + max(len(lines) for lines in texts))
        for index, (layer, lines) in enumerate(zip(row, texts)):
            left = GAP + index * (width + GAP)
            parts += [box(left, top, width, height),
                      text(left + 10, top + 19, layer, ' font-weight="bold"')]
            parts += [text(left + 10, top + 19 + LINE * (at + 1), line)
                      for at, line in enumerate(lines)]
        top += height + GAP
    return svg(top, "The layers of heed: each may include those below it", parts)


def corner(step):
    _, column, row, _ = STEPS[step]
    return GAP + column * (BOX_WIDTH + 18), GAP + row * ROW


def attention():
    """The steps of MyMHA with the shapes that it checks."""
    source = (ROOT / "modules" / "attention" / "my_mha.cpp").read_text(encoding="utf-8")
    shapes = dict(SHAPE.findall(source))
    parts = []
    for step, (_, _, _, inputs) in STEPS.items():
        x, y = corner(step)
        for name in inputs:
            from_x, from_y = corner(name)
            parts.append(f'<line x1="{from_x + BOX_WIDTH / 2:g}" y1="{from_y + BOX_HEIGHT:g}" '
                         f'x2="{x + BOX_WIDTH / 2:g}" y2="{y:g}" stroke="#5b7690"/>')
    for step, (words, _, _, _) in STEPS.items():
        x, y = corner(step)
        shape = "[" + ", ".join(shapes[step].replace("*", "·").split(" ")) + "]"
        middle = ' text-anchor="middle"'
        parts += [box(x, y, BOX_WIDTH, BOX_HEIGHT),
                  text(x + BOX_WIDTH / 2, y + 16, words, middle),
                  text(x + BOX_WIDTH / 2, y + 32, shape, middle + ' font-family="monospace"')]
    height = max(corner(step)[1] for step in STEPS) + BOX_HEIGHT + GAP
    return svg(height, "Multi-head attention: every step of MyMHA and its shape", parts)


def main():
    figures = {"layers.svg": layers(), "attention.svg": attention()}
    stale = []
    for name, drawn in figures.items():
        path = FIGURES / name
        if sys.argv[1:] == ["--write"]:
            path.write_text(drawn, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != drawn:
            stale.append(f"docs/figures/{name} is not what scripts/docs/figures.py draws: --write")
    for line in stale:
        print(line)
    print(f"{len(figures)} figures, {len(stale)} faults")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
