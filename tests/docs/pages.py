#!/usr/bin/env python3
"""Compiles and checks what the documents say.

  pages.py generate OUTPUT.cpp       writes the C++ of all pages as one file
  pages.py update HEED               puts into the pages what HEED prints today
  pages.py check PAGES HEED          PAGES is the program made of OUTPUT.cpp, HEED is `heed`

The ```cpp blocks of a page are one program, in the order of the page; a page with a `main` is run
and must exit with 0. The ```sh blocks of docs/extending/ are run line by line in an empty folder
that holds `configs` and `mine`, the program of the page. A comment before a block changes that:

  <!-- from: FILE -->            the block is an excerpt of FILE, line by line
  <!-- output of: COMMAND -->    the block is what `COMMAND`, a call of heed, prints
  <!-- not compiled: REASON -->  the block is neither compiled nor run

Also checked: each path that a document or a source names exists, and in documents each `FILE:NAME`
and each `heed COMMAND`; a page of docs/extending/ has at most 25 lines.
"""
import concurrent.futures
import difflib
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDERS = ["framework", "modules", "examples", "tests", "docs", "scripts", "configs", "benchmarks",
           "cmake", ".ci"]
EXTENDING = "docs/extending/"
LONGEST_EXTENDING_PAGE = 25  # lines
BLOCK = re.compile(r"^(?:<!-- (.+?) -->\n)?```(\w*)\n(.*?)^```$", re.M | re.S)
MAIN = re.compile(r"^int main\((.*?)\)", re.M)
FOLDER = "|".join(re.escape(folder) for folder in FOLDERS)
PATH = re.compile(rf"`((?:{FOLDER})/[\w./-]+)(?::(\w+))?[ `]")  # `FILE` or `FILE:NAME`
COMMAND = re.compile(r"^(?:\./)?heed ([a-z]+)", re.M)
SOURCE_PATH = re.compile(rf"(?<![\w/.<>-])((?:{FOLDER})/"
                         r"[\w./-]*\.(?:md|py|sh|cpp|h|json|cmake))\b")
PLACEHOLDER = re.compile(r"\b(NAME|HEADER)\b")
WRAPPER_COMMANDS = {"test"}  # of the script ./heed, not of the program


class Block:
    """A fenced block: the comment before it, its language, its text and its first line number."""

    def __init__(self, match, page):
        self.comment, self.language, self.text = match[1] or "", match[2], match[3]
        self.line = page.count("\n", 0, match.start(3)) + 1

    def after(self, prefix):
        """What follows `prefix` in the comment, or None."""
        return self.comment[len(prefix):].strip() if self.comment.startswith(prefix) else None


def documents():
    """Paths, relative to the root, of all documents."""
    found = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
    for folder in ("docs", "tests", "examples", "benchmarks"):
        found += sorted((ROOT / folder).rglob("*.md"))
    return [str(path.relative_to(ROOT)) for path in found]


def text_of(path):
    return (ROOT / path).read_text(encoding="utf-8")


def blocks_of(path):
    text = text_of(path)
    return [Block(match, text) for match in BLOCK.finditer(text)]


def code_of(path):
    """The blocks of a page that are compiled."""
    return [block for block in blocks_of(path) if block.language == "cpp" and not block.comment]


def main_of(path):
    """The parameters of the page's `main`, or None without one."""
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
        bodies.append(f"namespace {namespace_of(path)} {{")
        for block in code:
            lines = block.text.split("\n")
            for index, line in enumerate(lines):
                if line.startswith("#"):
                    if "heed/" in line or "<" in line:  # others are files of the page itself
                        includes.add(line)
                    lines[index] = ""
            bodies += [f'#line {block.line} "{ROOT / path}"', "\n".join(lines)]
        bodies.append(f"}}  // namespace {namespace_of(path)}")
        if main_of(path) is not None:
            arguments = "argc, argv" if main_of(path) else ""
            table.append(f'  if (page == "{path}") return {namespace_of(path)}::main({arguments});')
    return "\n".join([
        "// Written by tests/docs/pages.py from the documents.", "#include <string_view>",
        *sorted(includes), *bodies, "", "int main(int argc, char** argv) {",
        '  const std::string_view page = argc > 1 ? argv[1] : "";',
        "  argv[1] = argv[0];  // the page sees its own arguments", "  --argc, ++argv;", *table,
        "  return 125;  // no such page", "}", ""])


# --- check --------------------------------------------------------------------------------------


def run(command, folder, **options):
    """(exit code, stdout, stderr)."""
    done = subprocess.run(command, cwd=folder, text=True, capture_output=True, check=False,
                          **options)
    return done.returncode, done.stdout, done.stderr


def excerpt_faults(block, source):
    """The block must stand in the file, apart from indentation; a line `…` skips lines."""
    file = [line.strip() for line in text_of(source).split("\n")]
    start = 0
    for part in re.split(r"^\s*…\n", block.text, flags=re.M):
        lines = [line.strip() for line in part.strip("\n").split("\n")]
        places = (at for at in range(start, len(file)) if file[at:at + len(lines)] == lines)
        start = next(places, None)
        if start is None:
            return [f"not in {source}: {lines[0]} …"]
    return []


def output_of(command, heed):
    return run([heed, *shlex.split(command)[1:]], ROOT)


def update(heed):
    heed = os.path.abspath(heed)
    for path in documents():
        text = text_of(path)
        for block in blocks_of(path):
            if command := block.after("output of:"):
                code, out, error = output_of(command, heed)
                if code != 0:
                    sys.exit(f"{command}: exit code {code}: {error}")
                text = text.replace(block.text, out.strip("\n") + "\n")
        (ROOT / path).write_text(text, encoding="utf-8")


def output_faults(block, command, heed):
    code, out, error = output_of(command, heed)
    if code != 0:
        return [f"{command}: exit code {code}: {error}"]
    if out.strip("\n") == block.text.strip("\n"):
        return []
    lines = difflib.unified_diff(block.text.splitlines(), out.splitlines(), "page", command,
                                 lineterm="", n=0)
    return ["\n".join(["not what the command prints:", *lines])]


def run_faults(path, pages):
    """Runs the program of the page: by its ```sh blocks in docs/extending/, or else once."""
    if main_of(path) is None:
        return []
    commands = ["./mine"]
    if path.startswith(EXTENDING):
        shell = [block for block in blocks_of(path) if block.language == "sh" and not block.comment]
        commands = "".join(block.text for block in shell).splitlines() or commands
    faults = []
    with tempfile.TemporaryDirectory() as folder:
        os.symlink(ROOT / "configs", os.path.join(folder, "configs"))
        program = pathlib.Path(folder, "mine")
        program.write_text(f'#!/bin/sh\nexec {shlex.quote(pages)} {path} "$@"\n')
        program.chmod(0o755)
        for command in commands:
            code, out, error = run(["bash", "-euo", "pipefail", "-c", command], folder)
            if code != 0:
                faults.append(f"{command}: exit code {code}: {out}{error}")
    return faults


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
    # The lints are full of bad examples.
    paths = [path for path in (file.relative_to(ROOT).as_posix() for file in files)
             if not path.startswith("tests/lint/")]
    return [f"{path}: no such file: {name}" for path in paths
            for name in SOURCE_PATH.findall(text_of(path))
            if not PLACEHOLDER.search(name) and not (ROOT / name).exists()]


def page_faults(path, pages, heed, heed_commands):
    faults = name_faults(path, heed_commands) + run_faults(path, pages)
    for block in blocks_of(path):
        source, command = block.after("from:"), block.after("output of:")
        found = []
        if source is not None:
            found = excerpt_faults(block, source)
        elif command is not None:
            found = output_faults(block, command, heed)
        elif block.comment and block.after("not compiled:") is None:
            found = [f"unknown comment before a block: {block.comment}"]
        faults += [f"line {block.line}: {fault}" for fault in found]
    return [f"{path}: {fault}" for fault in faults]


def commands_of(heed):
    """All commands of the program, each known to `heed help`."""
    named = {name for path in documents() for block in blocks_of(path) if block.language == "sh"
             for name in COMMAND.findall(block.text)}
    known = {name for name in named if run([heed, "help", name], ROOT)[0] == 0}
    return known | WRAPPER_COMMANDS


def check(pages, heed):
    pages, heed = os.path.abspath(pages), os.path.abspath(heed)
    known = commands_of(heed)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        found = pool.map(lambda path: page_faults(path, pages, heed, known), documents())
        faults = source_faults() + [fault for page in found for fault in page]
    for fault in faults:
        print(fault)
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
