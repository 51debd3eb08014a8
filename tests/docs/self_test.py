#!/usr/bin/env python3
"""What checks the documents notices what is wrong: each bad case must give its fault, each good one
none."""
import sys

import blocks
import pages
import rows
import shell


def block(text):
    return blocks.Block(blocks.BLOCK.search(text), text)


def fence(comments, language="sh", text="heed info\n"):
    return block("".join(f"<!-- {comment} -->\n" for comment in comments) +
                 f"```{language}\n{text}```\n")


def run_by(file, text):
    return lambda: shell.runner_faults(fence([f"run by: {file}"], text=text))


def lines(text, printed, is_whole=False):
    return lambda: pages.lines_faults(text, printed.split("\n"), "printed", is_whole)


def words(script, where):
    def check():
        try:
            return [] if shell.with_words(script, where) == "heed eval runs/a" else ["another text"]
        except shell.Fault as fault:
            return [str(fault)]
    return check


CASES = [  # (what is checked, a part of its fault, or None for none)
    (lambda: fence([]).faults(), None),
    (lambda: fence(["not run: needs root"]).faults(), None),
    (lambda: fence(["not runs: needs root"]).faults(), "unknown comment"),
    (lambda: fence(["prints"], "cpp").faults(), "unknown comment"),
    (lambda: fence([], "").faults(), "what prints this"),
    (lambda: fence([], "text").faults(), None),
    (run_by(".ci/run", "./heed test\n"), None),
    (run_by(".ci/run", "./heed tests\n"), ".ci/run does not run: ./heed tests"),
    (run_by(".ci/run", "./heed page --out page.html  # where --out leads is its choice\n"), None),
    (run_by("tests/trials/figures.py", "anything\n"), None),
    (run_by("tests/trials/NAME.py", "anything\n"), "no such file"),
    (run_by("tests/trials/tools.py", "anything\n"), ".ci/run does not start"),
    (lambda: pages.script_faults(blocks.done_by("README.md")), None),
    (lambda: pages.script_faults(blocks.done_by("docs/own_project.md")), None),
    (lambda: [] if blocks.done_by("docs/own_project.md") else ["no script"], None),
    (lambda: pages.script_faults("tests/trials/NAME.py"), "which CI does not start"),
    (lambda: pages.script_faults("tests/trials/tools.py"), "which CI does not start"),
    (lambda: blocks.blocks_of("docs/own_project.md"), None),
    (lines("a\nb\n", "0\na\nb\n1"), None),
    (lines("a\nb\n", "a\n1\nb"), "not printed: b"),
    (lines("a\n…\nb\n", "a\n1\nb"), None),
    (lines("b\n…\na\n", "a\n1\nb"), "not printed: a"),
    (lines("a   b\n", "a b"), None),
    (lines("a\n", "a\n1", True), "not printed"),
    (lines("1\n", "a\n1", True), "not printed"),
    (lines("a\n…\n", "a\n1", True), None),
    (lines("…\n1\n", "a\n1", True), None),
    (lines("a\n1\n", "a\n1\n", True), None),
    (words("heed eval RUN", "RUN=runs/a"), None),
    (words("heed eval RUNS", "RUN=runs/a"), "does not have RUN"),
    (lambda: [] if rows.ROW.fullmatch("| `a` | `b` | `c` why |") else ["no row"], None),
    (lambda: [] if rows.ROW.fullmatch("| `a` | b | `c` |") else ["no row"], "no row"),
    (lambda: [] if len(rows.rows_of("docs/pytorch.md")) > 50 else ["few rows"], None),
    (lambda: shell.commands_of("a  # b\nc \\\n  d\n") != ["a", "c    d"] and ["other"] or [], None),
]


def main():
    failures = 0
    for number, (check, expected) in enumerate(CASES):
        found = check()
        if bool(found) != bool(expected) or (expected and expected not in found[0]):
            failures += 1
            print(f"case {number}: expected {expected!r}, found {found}")
    print(f"documents: self-test: {len(CASES)} cases, {failures} failures")
    return min(1, failures)


if __name__ == "__main__":
    sys.exit(main())
