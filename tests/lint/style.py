#!/usr/bin/env python3
"""Checks over whole files: length, width, unfinished work, randomness, build flags, hosts."""

import re
import socket
import sys

import lint

LONGEST = 400  # lines
WIDEST = 100  # columns

SOURCES = (".h", ".cpp", ".py", ".sh")
BUILD_FILES = (".cmake",)
BUILD_NAMES = ("CMakeLists.txt", "CMakePresets.json", "heed", "run")

UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b(?!\s*\(#\d+\))")
# These differ between libraries, or hide their state.
RANDOMNESS = re.compile(
    r"\b(std::(?:(?:normal|uniform_\w+|bernoulli|discrete)_distribution|shuffle|random_device"
    r"|default_random_engine|mt19937(?:_64)?|minstd_rand0?)|(?<![\w:.>])s?rand\s*\(\s*\))")
BUILD_FLAGS = re.compile(r"-m(?:arch|tune)=native|-ffast-math|-Ofast|-funsafe-math-optimizations")
MACHINE = re.compile(r"(?<![\w.])/(?:home|root|work|Users)/[\w.-]+|(?<![\w.])/tmp/[\w-]+")
ADDRESS = re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}\b|\b[\w-]+\.(?:internal|local|lan|corp)\b")
HARMLESS_ADDRESSES = {"127.0.0.1", "0.0.0.0"}


def is_build_file(path):
    return path.endswith(BUILD_FILES + (".yml",)) or path.rsplit("/", 1)[-1] in BUILD_NAMES


def host_names():
    name = socket.gethostname().split(".")[0]
    usual = ("localhost", "debian", "ubuntu", "runner", "builder", "docker")
    return [name] if len(name) > 4 and name.lower() not in usual else []


def check(path, text):
    """Findings (line, message) of one file."""
    own = path.startswith("tests/lint/")  # full of bad examples
    findings = []
    lines = text.split("\n")
    if lines and lines[-1] == "":
        lines.pop()
    is_source = path.endswith(SOURCES)
    if is_source and len(lines) > LONGEST:
        findings.append((LONGEST + 1, f"{len(lines)} lines; at most {LONGEST}, one concept a file"))
    code = lint.code_only(text).split("\n") if path.endswith((".h", ".cpp")) else lines
    for number, line in enumerate(lines, 1):
        if is_source and len(line) > WIDEST:
            findings.append((number, f"{len(line)} columns; at most {WIDEST}"))
        if own:
            continue
        for match in UNFINISHED.finditer(line):
            findings.append((number, f"{match.group(1)} without an issue number, as in TODO(#12)"))
        if path.endswith((".h", ".cpp")):
            for match in RANDOMNESS.finditer(code[number - 1]):
                findings.append((number, f"{match.group(1)}: draw from heed::Rng"))
        if is_build_file(path):
            for match in BUILD_FLAGS.finditer(line):
                findings.append((number, f"{match.group(0)}: one binary, exact on every CPU"))
        for match in list(MACHINE.finditer(line)):
            findings.append((number, f"{match.group(0)}: a path of one machine"))
        for match in ADDRESS.finditer(line):
            if match.group(0) not in HARMLESS_ADDRESSES and not path.endswith(".json"):
                findings.append((number, f"{match.group(0)}: the address of a machine"))
        for name in host_names():
            if re.search(rf"\b{re.escape(name)}\b", line):
                findings.append((number, f"{name}: the name of a machine"))
    return findings


BAD = [
    ("framework/a.cpp", "int x;\n" * 401, "401 lines"),
    ("tests/lint/a.py", "x = 1\n" * 401, "401 lines"),
    ("framework/a.h", "// " + "a" * 98 + "\n", "101 columns"),
    ("framework/a.h", "// " + "…" * 98 + "\n", "101 columns"),
    ("framework/a.cpp", "// TO" + "DO: later\n", "TODO without an issue"),
    ("docs/a.md", "FIX" + "ME\n", "FIXME without an issue"),
    ("framework/a.cpp", "std::normal_distribution<float> d;\n", "std::normal_distribution"),
    ("framework/a.cpp", "std::uniform_real_distribution<> d;\n", "std::uniform_real_distribution"),
    ("framework/a.cpp", "std::uniform_int_distribution<> d;\n", "std::uniform_int_distribution"),
    ("tests/a_test.cpp", "std::mt19937 g(1);\n", "std::mt19937"),
    ("tests/a_test.cpp", "std::mt19937_64 g(1);\n", "std::mt19937_64"),
    ("framework/a.cpp", "int x = rand();\n", "rand"),
    ("CMakeLists.txt", "add_compile_options(-march=native)\n", "-march=native"),
    ("cmake/a.cmake", "set(CMAKE_CXX_FLAGS -ffast-math)\n", "-ffast-math"),
    ("CMakePresets.json", '{"CMAKE_CXX_FLAGS": "-Ofast"}\n', "-Ofast"),
    ("docs/a.md", "see /home/" + "someone/heed\n", "a path of one machine"),
    ("framework/a.cpp", 'open("/tmp/' + 'x");\n', "a path of one machine"),
    ("docs/a.md", "ssh 10.1." + "2.3\n", "the address of a machine"),
    ("docs/a.md", "on node7." + "internal\n", "the address of a machine"),
]
GOOD = [
    ("framework/a.cpp", "int x;\n" * 400),
    ("framework/a.h", "// " + "…" * 97 + "\n"),
    ("framework/a.cpp", "// TODO(#12): when the issue is closed\nTensor y = rand(shape, rng);\n"),
    ("framework/a.cpp", "// unlike std::mt19937, whose state is hidden\n"),
    ("docs/a.md", "never -march=native in what is installed; " + "word " * 40 + "\n"),
    ("CMakeLists.txt", "add_compile_options(-Wall)\n"),
    ("docs/a.md", "version 1.0.3, 127.0.0.1, std::mt19937\n"),
]


def main():
    if "--self-test" in sys.argv[1:]:
        return min(1, lint.self_test("style", check, BAD, GOOD))
    count = 0
    suffixes = SOURCES + BUILD_FILES + (".md", ".yml", ".json", ".txt")
    for path in lint.project_files(suffixes, BUILD_NAMES):
        if path.startswith("tests/golden/") and path.endswith(".json"):
            continue
        for line, message in check(path, lint.read(path)):
            print(f"{path}:{line}: {message}")
            count += 1
    print(f"style: {count} findings")
    return min(1, count)


if __name__ == "__main__":
    sys.exit(main())
