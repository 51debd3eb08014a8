#!/usr/bin/env python3
"""Compiles, runs and checks what the documents say.

  pages.py generate OUTPUT.cpp       writes the C++ of all pages as one file
  pages.py update PAGES HEED         puts into the pages what they and HEED print today; of pages
                                     whose program's output is in several blocks, not these
  pages.py check PAGES HEED          PAGES is the program made of OUTPUT.cpp, HEED is `heed`

The ```cpp blocks of a page are one program, in the order of the page; one with a `main` is run and
must exit with 0. The ```sh blocks of a page are run in their order, in a folder that holds
`configs`, `heed` and `mine`, the program of the page. Comments before a block say what else holds:

  <!-- from: FILE -->                   C++ that is an excerpt of FILE, line by line
  <!-- not compiled: REASON -->         C++ that is neither compiled nor run
  <!-- before: COMMANDS -->             what makes the files that a shell block reads
  <!-- where: RUN=runs/a FILE=b -->     what its words stand for when it is run
  <!-- run by: FILE -->                 a trial runs it (shell.run_marked), or a script that has its
                                        commands; CI starts either
  <!-- not run: REASON -->              nothing runs it
  <!-- file: NAME -->                   JSON that the shell blocks find in this file
  <!-- output of: COMMAND -->           what COMMAND prints: heed, or a program of examples/
  <!-- in the output of: COMMAND -->    the same, but other lines may be around it
  <!-- in its output -->                what the shell block before it prints, among other lines
  <!-- prints -->                       what the page's program prints; several are compared in turn

Each row of a table below a comment `<!-- rows -->` is compiled and checked: see rows.py.

A line `…` skips any lines. A block that nothing prints is ```text.

A page with the comment <!-- done by: SCRIPT --> is left to SCRIPT, which makes the files and runs
the commands that it shows, and says how its blocks are marked; CI starts SCRIPT.

Also checked: each path that a document or a source names exists, and in documents each `FILE:NAME`
and each `heed COMMAND`; a page of docs/extending/ has at most 25 lines.
"""
import collections
import concurrent.futures
import os
import pathlib
import re
import shlex
import subprocess
import sys

from blocks import ROOT, blocks_of, code_of, documents, done_by, text_of
from rows import program_of, row_faults, rows_of
from shell import Fault, Shell, runner_faults

FOLDERS = ["framework", "modules", "examples", "tests", "docs", "scripts", "configs", "benchmarks",
           "cmake", ".ci"]
EXTENDING = "docs/extending/"
LONGEST_EXTENDING_PAGE = 25  # lines
MAIN = re.compile(r"^int main\((.*?)\)", re.M)
WHOLE_MAIN = re.compile(r"^(int main\(.*?)\n\}$", re.M | re.S)
FOLDER = "|".join(re.escape(folder) for folder in FOLDERS)
PATH = re.compile(rf"`((?:{FOLDER})/[\w./-]+)(?::(\w+))?[ `]")  # `FILE` or `FILE:NAME`
COMMAND = re.compile(r"^(?:\./)?heed ([a-z]+)", re.M)
SOURCE_PATH = re.compile(rf"(?<![\w/.<>-])((?:{FOLDER})/"
                         r"[\w./-]*\.(?:md|py|sh|cpp|h|json|cmake))\b")
PLACEHOLDER = re.compile(r"\b(NAME|HEADER)\b")
WRAPPER_COMMANDS = {"docs", "test"}  # of the script ./heed, not of the program


def main_of(path):
    """The parameters of the page's `main`, or None without one."""
    if rows_of(path):
        return "int argc, char** argv"
    match = MAIN.search("".join(block.text for block in code_of(path)))
    return match[1] if match else None


def namespace_of(path):
    return "page_" + re.sub(r"\W", "_", path.removesuffix(".md"))


# --- generate -----------------------------------------------------------------------------------


def generate():
    """Each page is a namespace, so that all are one file and compile once; includes come first."""
    includes, bodies, table = set(), [], []
    for path in documents():
        code = code_of(path)
        if not code:
            continue
        rows = rows_of(path)
        bodies.append(f"namespace {namespace_of(path)} {{")
        for block in code:
            lines = block.text.split("\n")
            for index, line in enumerate(lines):
                if line.startswith("#"):
                    if "heed/" in line or "<" in line:  # others are files of the page itself
                        includes.add(line)
                    lines[index] = ""
            text = WHOLE_MAIN.sub(r"\1\nreturn 0; }", "\n".join(lines))  # it is no real `main` here
            bodies += [f'#line {block.line} "{ROOT / path}"', text]
        if rows:
            bodies.append(program_of(rows))
        bodies.append(f"}}  // namespace {namespace_of(path)}")
        if main_of(path) is not None:
            arguments = "argc, argv" if main_of(path) else ""
            table.append(f'  if (page == "{path}") return {namespace_of(path)}::main({arguments});')
    return "\n".join([
        "// Written by tests/docs/pages.py from the documents.", "#include <iostream>",
        "#include <string_view>", "#include <type_traits>",
        *sorted(includes), *bodies, "", "int main(int argc, char** argv) {",
        '  const std::string_view page = argc > 1 ? argv[1] : "";',
        "  argv[1] = argv[0];  // the page sees its own arguments", "  --argc, ++argv;", *table,
        "  return 125;  // no such page", "}", ""])


# --- check --------------------------------------------------------------------------------------


def excerpt_faults(block, source):
    """The block must stand in the file, apart from indentation; a line `…` skips lines."""
    file = [line.strip() for line in text_of(source).split("\n")]
    return lines_faults(block.text, file, f"in {source}")


def lines_faults(text, lines, where, is_whole=False):
    """The lines of `text`, apart from white space, must follow each other in `lines`."""
    lines = [" ".join(line.split()) for line in "\n".join(lines).rstrip("\n").split("\n")]
    parts = re.split(r"^\s*…\n", text, flags=re.M)
    start = 0
    for number, part in enumerate(parts):
        if not part.strip("\n"):
            continue  # `…` is the first or the last line
        wanted = [" ".join(line.split()) for line in part.strip("\n").split("\n")]
        places = range(start, len(lines))
        if is_whole and number == len(parts) - 1:
            places = places[max(0, len(places) - len(wanted)):]
        if is_whole and number == 0:
            places = range(0, 1 if 0 in places else 0)
        at = next((at for at in places if lines[at:at + len(wanted)] == wanted), None)
        if at is None or (is_whole and len(parts) == 1 and len(lines) != len(wanted)):
            return [f"not {where}: {first_difference(wanted, lines[start:])}"]
        start = at + len(wanted)
    return []


def first_difference(wanted, lines):
    """The first line that is not there, counted from where the first of all is, and what is."""
    start = lines.index(wanted[0]) if wanted[0] in lines else 0
    there = lines[start:] + [""] * len(wanted)
    at = next((at for at, line in enumerate(wanted) if line != there[at]), 0)
    return f"{wanted[at]}\n  there: {there[at]}"


def update(pages, heed):
    for path in documents():
        text, mine = text_of(path), f"{shlex.quote(os.path.abspath(pages))} {path}"
        printed = [block for block in blocks_of(path) if block.after("prints") is not None]
        with Shell(heed, mine) as shell:
            for block in printed if len(printed) == 1 else []:
                start = sum(map(len, text.splitlines(True)[:block.line - 1]))
                text = text[:start] + shell.run("./mine") + text[start + len(block.text):]
            for block in blocks_of(path):
                if command := block.after("output of"):
                    text = text.replace(block.text, shell.run(command).strip("\n") + "\n")
            (ROOT / path).write_text(text, encoding="utf-8")


def output_faults(block, before, shell):
    """Compares a block with what prints it; `before` is what the last shell block printed."""
    if command := block.after("output of"):
        out = shell.run(command).strip("\n")
        return [] if out == block.text.strip("\n") else lines_faults(
            block.text, out.split("\n"), f"what {command} prints", True) or [
                f"other white space than {command} prints: `pages.py update HEED`"]
    if command := block.after("in the output of"):
        before = shell.run(command)
    return lines_faults(block.text, (before or "").split("\n"), "in the output")


def shell_faults(path, mine, heed, counts):
    """Runs the shell blocks of a page, and compares what stands below them."""
    faults, before, is_run = [], None, False  # `before`: what the last shell block printed
    with Shell(heed, mine) as shell:
        for block in blocks_of(path):
            found = []
            try:
                if name := block.after("file"):
                    (shell.folder / name).write_text(block.text)
                elif block.language == "sh" and block.after("run by") is not None:
                    found, before = runner_faults(block), None
                    counts["shell blocks run by a trial"] += 1
                elif block.language == "sh" and block.after("not run") is not None:
                    before = None
                    counts["not run for a stated reason"] += 1
                elif block.language == "sh":
                    before = shell.run_block(block)
                    is_run = is_run or "./mine" in block.text
                    counts["shell blocks run"] += 1
                elif not block.language and block.after("prints") is None:
                    counts["outputs compared"] += 1
                    found = output_faults(block, before, shell)
            except Fault as fault:
                found = [str(fault)]
            faults += [f"line {block.line}: {fault}" for fault in found]
        if mine and not is_run:
            faults += program_faults(path, shell, counts)
    return faults


def program_faults(path, shell, counts):
    """Runs the program of a page, and compares what it prints."""
    try:
        out = shell.run("./mine")
    except Fault as fault:
        return [str(fault)]
    printed = [block for block in blocks_of(path) if block.after("prints") is not None]
    counts["outputs compared"] += len(printed)
    text = "".join(block.text for block in printed)
    return lines_faults(text, out.split("\n"), "what the page's program prints", True)


def name_faults(path, heed_commands):
    """Paths and commands that do not exist; the length of a page."""
    text = text_of(path)
    faults = []
    for file, name in PATH.findall(text):
        if PLACEHOLDER.search(file):
            continue
        found = [base / file for base in (ROOT, (ROOT / path).parent) if (base / file).exists()]
        if not found:
            faults.append(f"no such file: {file}")
        elif name and not re.search(rf"\b{name}\b", text_of(found[0])):
            faults.append(f"{file} does not have {name}")
    shell = "".join(block.text for block in blocks_of(path) if block.language == "sh")
    faults += [f"no such command: heed {name}" for name in COMMAND.findall(shell)
               if name not in heed_commands]
    if path.startswith(EXTENDING) and text.count("\n") > LONGEST_EXTENDING_PAGE:
        faults.append(f"{text.count(chr(10))} lines; at most {LONGEST_EXTENDING_PAGE}")
    return faults


def source_faults():
    """Files that sources, scripts and configurations refer to and that do not exist."""
    suffixes = {".cpp", ".h", ".py", ".sh", ".json"}
    files = [file for folder in FOLDERS for file in sorted((ROOT / folder).rglob("*"))
             if file.is_file() and (file.suffix in suffixes or folder == ".ci")]
    # What checks sources and pages is full of bad examples.
    paths = [path for path in (file.relative_to(ROOT).as_posix() for file in files)
             if not path.startswith(("tests/lint/", "scripts/docs/"))]
    return [f"{path}: no such file: {name}" for path in paths
            for name in SOURCE_PATH.findall(text_of(path))
            if not PLACEHOLDER.search(name) and not (ROOT / name).exists()]


def script_faults(script):
    """Is the script that does a whole page there, and does CI start it?"""
    if script is None or ((ROOT / script).is_file() and script in text_of(".ci/run")):
        return []
    return [f"done by {script}, which CI does not start"]


def page_faults(path, pages, heed, heed_commands):
    """What is wrong with a page, and what has been checked."""
    counts = collections.Counter()
    mine = f"{shlex.quote(pages)} {path}" if main_of(path) is not None else None
    faults = name_faults(path, heed_commands) + shell_faults(path, mine, heed, counts)
    counts["C++ blocks compiled"] = len(code_of(path))
    counts["rows checked"] = len(rows_of(path))
    faults += row_faults(path)
    faults += script_faults(done_by(path))
    for block in blocks_of(path):
        found = block.faults()
        if (source := block.after("from")) is not None:
            found += excerpt_faults(block, source)
            counts["excerpts of the sources"] += 1
        faults += [f"line {block.line}: {fault}" for fault in found]
    return [f"{path}: {fault}" for fault in faults], counts


def commands_of(heed):
    """All commands of the program, each known to `heed help`."""
    named = {name for path in documents() for block in blocks_of(path) if block.language == "sh"
             for name in COMMAND.findall(block.text)}
    known = {name for name in named if subprocess.run(
        [heed, "help", name], capture_output=True, check=False).returncode == 0}
    return known | WRAPPER_COMMANDS


def check(pages, heed):
    pages, heed = os.path.abspath(pages), os.path.abspath(heed)
    known, faults, counts = commands_of(heed), source_faults(), collections.Counter()
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for found, checked in pool.map(lambda path: page_faults(path, pages, heed, known),
                                       documents()):
            faults += found
            counts += checked
    for fault in faults:
        print(fault)
    print(", ".join(f"{count} {what}" for what, count in sorted(counts.items())))
    print(f"{len(documents())} documents, {len(faults)} faults")
    return 1 if faults else 0


def main():
    mode, *arguments = sys.argv[1:]
    if mode == "generate":
        pathlib.Path(arguments[0]).write_text(generate(), encoding="utf-8")
        return 0
    if mode == "update":
        update(*arguments)
        return 0
    return check(*arguments)


if __name__ == "__main__":
    sys.exit(main())
