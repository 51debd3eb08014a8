"""What the lints share: the project's files, their text, findings and self-tests."""

import os
import re

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SKIPPED_FOLDERS = {"build", "third_party", "__pycache__"}
OF_USERS = {"runs"}  # of the root: what README's first command writes


def project_files(suffixes, names=()):
    """Paths below the root, with forward slashes, of files with these suffixes or names."""
    found = []
    for folder, folders, files in os.walk(ROOT):
        skipped = SKIPPED_FOLDERS | (OF_USERS if folder == ROOT else set())
        folders[:] = sorted(f for f in folders if not f.startswith(".git") and
                            f not in skipped and not f.startswith("build"))
        for name in sorted(files):
            if name.endswith(suffixes) or name in names:
                found.append(os.path.relpath(os.path.join(folder, name), ROOT).replace(os.sep, "/"))
    return found


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def blank(match):
    """As many lines as the text had, so that line numbers stay right."""
    return re.sub(r"[^\n]", " ", match.group(0))


COMMENT_OR_TEXT = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<end>[^(\s]*)\(.*?\)(?P=end)"|"(?:\\.|[^"\\\n])*"', re.S)
COMMENT = re.compile(r'//[^\n]*|/\*.*?\*/')


def code_only(text):
    """C++ without comments and strings; `#include` lines keep theirs."""
    lines = COMMENT_OR_TEXT.sub(blank, text).split("\n")
    for number, original in enumerate(text.split("\n")):
        if re.match(r"\s*#\s*include\b", lines[number]):
            lines[number] = COMMENT.sub("", original)
    return "\n".join(lines)


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def self_test(name, check, bad, good):
    """Each bad (path, text) must give a finding that contains its third part, each good one none.

    Returns the number of failures, which are printed.
    """
    failures = 0
    for path, text, expected in bad:
        findings = [message for _, message in check(path, text)]
        if not any(expected in message for message in findings):
            failures += 1
            print(f"{name}: self-test: not found in {path}: {expected!r}; found {findings}\n{text}")
    for path, text in good:
        findings = [message for _, message in check(path, text)]
        if findings:
            failures += 1
            print(f"{name}: self-test: false alarm in {path}: {findings}\n{text}")
    print(f"{name}: self-test: {len(bad)} bad and {len(good)} good snippets, {failures} failures")
    return failures
