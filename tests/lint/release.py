#!/usr/bin/env python3
"""Checks the papers of a release against each other, and that former names go when they should.

  CITATION.cff   is a Citation File Format 1.2.0, of the project's version
  CHANGELOG.md   begins with a section `## VERSION (DATE)` or `(unreleased)` of the project's
                 version or a later one; its date is CITATION's
  C++            each `[[deprecated("since VERSION: use NEW")]]`, and each `.formerly = "KEY"` of a
                 configuration key with `// since VERSION` behind it, says since when; a former name
                 works in that minor release and the next, and must then be removed
"""

import re
import sys

import lint

PROJECT = re.compile(r"^project\(heed VERSION (\d+\.\d+\.\d+)", re.M)
SECTION = re.compile(r"^## (\S+) \((\d{4}-\d\d-\d\d|unreleased)\)$", re.M)
ATTRIBUTE = re.compile(r"\[\[deprecated\b(.*?)\]\]", re.S)
MESSAGE = re.compile(r'\(\s*"since (\d+\.\d+\.\d+): use \S')
FORMERLY = re.compile(r'^.*\.formerly = ".*$', re.M)
SINCE = re.compile(r"// since (\d+\.\d+\.\d+)$")
CFF_KEY = re.compile(r"^([a-z][a-z-]*):(?: (.*))?$")
CFF_REQUIRED = ["cff-version", "message", "title", "authors"]
CFF_KNOWN = {*CFF_REQUIRED, "abstract", "commit", "contact", "date-released", "doi", "identifiers",
             "keywords", "license", "license-url", "preferred-citation", "references", "repository",
             "repository-artifact", "repository-code", "type", "url", "version"}
CFF_AUTHOR_KEYS = {"name", "family-names", "given-names", "orcid", "affiliation", "email", "alias",
                   "website"}


def numbers(version):
    return tuple(int(part) for part in version.split("."))


def cff_values(text):
    """The top level of the file: (values, findings). A value is a text, or the lines of a block.

    Takes the part of YAML that such a file needs: plain and quoted texts on a line, blocks `>-`,
    lists."""
    values, findings, name = {}, [], None
    for number, line in enumerate(text.split("\n"), 1):
        match = CFF_KEY.match(line)
        if match and match[1] in values:
            findings.append((number, f"{match[1]} stands twice"))
        if match:
            name, value = match[1], match[2] or ""
            if value[:1] == '"' and not re.fullmatch(r'"[^"\\]*"', value):
                findings.append((number, f"{name}: a quote is not closed"))
            elif value[:1] != '"' and (": " in value or " #" in value):
                findings.append((number, f"{name}: needs quotes"))
            values[name] = value.strip('"') if value not in ("", ">-") else []
        elif line.startswith("  ") and isinstance(values.get(name), list):
            values[name].append(line)
        elif line and not line.startswith("#"):
            findings.append((number, f"neither a key nor a part of one: {line}"))
    return values, findings


def check_cff(text, version, date):
    values, findings = cff_values(text)
    findings += [(1, f"{name} is missing") for name in CFF_REQUIRED if not values.get(name)]
    findings += [(1, f"no such key in CFF 1.2.0: {name}") for name in values
                 if name not in CFF_KNOWN]
    for name, expected in (("cff-version", "1.2.0"), ("type", "software"), ("version", version),
                           ("date-released", date)):
        if date is None and name == "date-released":
            continue
        if values.get(name) != expected:
            findings.append((1, f"{name} must be {expected}: found {values.get(name)}"))
    authors = values.get("authors", [])
    if authors and not authors[0].startswith("  - "):
        findings.append((1, "authors must be a list"))
    for line in authors:
        match = re.fullmatch(r'  [- ] ([a-z-]+): ("[^"]+"|[^":#]+)', line)
        if not match or match[1] not in CFF_AUTHOR_KEYS:
            findings.append((1, f"authors: not understood: {line.strip()}"))
    return findings


def check_changelog(text, version):
    head = SECTION.search(text)
    first = re.search(r"^## .*$", text, re.M)
    if not head or head.start() != first.start():
        return [(1, "the first section must be `## VERSION (YYYY-MM-DD)` or `(unreleased)`")]
    if numbers(head[1]) < numbers(version):
        return [(lint.line_of(text, head.start()),
                 f"the first section is {head[1]}, but the project's version is {version}")]
    return []


def age_finding(since, version):
    major, minor, _ = numbers(since)
    if numbers(version)[:2] > (major, minor + 1):
        return f"deprecated since {since}, and this is {version}: remove the former name"
    return None


def check_names(text, version):
    findings = []
    for match in ATTRIBUTE.finditer(lint.COMMENT.sub(lint.blank, text)):
        message = MESSAGE.match(match[1])
        found = age_finding(message[1], version) if message else (
            'write [[deprecated("since VERSION: use NEW")]]')
        if found:
            findings.append((lint.line_of(text, match.start()), found))
    for match in FORMERLY.finditer(text):
        since = SINCE.search(match[0])
        found = age_finding(since[1], version) if since else "write `// since VERSION` behind it"
        if found:
            findings.append((lint.line_of(text, match.start()), found))
    return findings


def check(path, content):
    """Findings of one file; `content` is (text, project's version, date of the release or None)."""
    text, version, date = content
    if path == "CITATION.cff":
        return check_cff(text, version, date)
    if path == "CHANGELOG.md":
        return check_changelog(text, version)
    return check_names(text, version)


CFF = ('cff-version: 1.2.0\nmessage: "Cite: this"\ntype: software\ntitle: heed\nabstract: >-\n  A\n'
       'authors:\n  - name: "The developers"\nversion: 0.2.0\ndate-released: 2026-11-30\n')


def cff(old="", new=""):
    return "CITATION.cff", (CFF.replace(old, new), "0.2.0", "2026-11-30")


def cpp(text, version="0.2.0"):
    return "modules/a.h", (text, version, None)


OLD = '[[deprecated("since 0.2.0: use fresh")]] void stale();'
BAD = [
    (*cff("version: 0.2.0\nd", "version: 0.1.0\nd"), "version must be 0.2.0: found 0.1.0"),
    (*cff("cff-version: 1.2.0", "cff-version: 1.1.0"), "cff-version must be 1.2.0"),
    (*cff("2026-11-30", "2026-11-29"), "date-released must be 2026-11-30"),
    (*cff("title: heed\n"), "title is missing"),
    (*cff("title: heed", "title: a: b"), "needs quotes"),
    (*cff('Cite: this"', "Cite: this"), "a quote is not closed"),
    (*cff("title", "heading"), "no such key in CFF 1.2.0: heading"),
    (*cff('  - name: "The', '  - names: "The'), "authors: not understood"),
    (*cff('  - name: "The', '    name: "The'), "authors must be a list"),
    (*cff("type: software", "type: software\ntype: software"), "type stands twice"),
    ("CHANGELOG.md", ("# C\n\n## 0.1.0 (2026-01-01)\n", "0.2.0", None), "the first section is 0.1"),
    ("CHANGELOG.md", ("# C\n\n## News\n\n## 0.2.0 (unreleased)\n", "0.2.0", None),
     "must be `##"),
    (*cpp("[[deprecated]] void f();"), 'write [[deprecated("since VERSION'),
    (*cpp('[[deprecated("use g")]] void f();'), 'write [[deprecated("since VERSION'),
    (*cpp(OLD, "0.4.0"), "remove the former name"),
    (*cpp(OLD, "1.0.0"), "remove the former name"),
    (*cpp('.formerly = "norm",'), "write `// since VERSION`"),
    (*cpp('.formerly = "norm",  // since 0.2.0', "0.4.0"), "remove the former name"),
]
GOOD = [cff(), ("CHANGELOG.md", ("# C\n\n## 0.3.0 (unreleased)\n", "0.2.0", None)), cpp(OLD),
        cpp(OLD, "0.3.7"), cpp("// [[deprecated]]"), cpp('.formerly = "norm",  // since 0.2.0')]


def main():
    if "--self-test" in sys.argv[1:]:
        return min(1, lint.self_test("release", check, BAD, GOOD))
    version = PROJECT.search(lint.read("CMakeLists.txt"))[1]
    head = SECTION.search(lint.read("CHANGELOG.md"))
    date = head[2] if head and head[1] == version and head[2] != "unreleased" else None
    paths = [path for path in lint.project_files((".h", ".cpp")) if not path.startswith("tests/")]
    count = 0
    for path in ["CITATION.cff", "CHANGELOG.md", *paths]:
        for line, message in check(path, (lint.read(path), version, date)):
            print(f"{path}:{line}: {message}")
            count += 1
    print(f"release: {count} findings")
    return min(1, count)


if __name__ == "__main__":
    sys.exit(main())
