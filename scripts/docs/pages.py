#!/usr/bin/env python3
"""The Markdown pages of the repository, turned into what doxygen makes pages of.

  pages.py --self-test    their order, an orphan, and what becomes of links and code

README is the main page. A page stands where a reader meets it first: README's own mentions come in
their order, then those of the pages that it names. A page that no other names is an error. The
pages of a folder with a README of its own stand below it.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
MAIN = "README.md"
PATTERNS = ["*.md", "docs/**/*.md", "tests/**/*.md"]
FENCE = re.compile(r"^ *```")
HEADING = re.compile(r"^(#+) (.*?)\s*$")
CODE = re.compile(r"(`+)(.+?)\1", re.S)
COMMENT = re.compile(r"<!--.*?-->\n?", re.S)
LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)")
LIST_ITEM = re.compile(r"^\s*([-*+]|\d+\.) ")
TAGS = "kbd|sub|sup|br"  # of HTML, in pages
LONG = 4  # headings from which a page has a table of contents


class Fault(Exception):
    """What is wrong with the pages."""


def text_of(path):
    return (ROOT / path).read_text(encoding="utf-8")


def found_pages():
    """Paths of all pages, relative to the root."""
    return sorted({path.relative_to(ROOT).as_posix()
                   for pattern in PATTERNS for path in ROOT.glob(pattern)})


def label_of(path):
    """The name of the page's HTML file, without .html."""
    return "index" if path == MAIN else re.sub(r"[^\w]|_", "-", path.removesuffix(".md")).lower()


def named_in(path, pages):
    """The pages that this one names, in order: as a path from the root, or in a link from here."""
    text, folder = text_of(path), pathlib.PurePosixPath(path).parent
    places = {}
    for match in re.finditer(r"[\w./-]+\.md\b", text):
        for name in (match[0], str(folder / match[0])):
            if name in pages:
                places.setdefault(name, match.start())
    if path.endswith("README.md") and path != MAIN:  # a folder's page names all in the folder
        for page in pages:
            if pathlib.PurePosixPath(page).parent == folder:
                places.setdefault(page, len(text))
    for page in pages:  # a folder stands for its page
        if page.endswith("/README.md") and (at := text.find(f"`{page[:-len('README.md')]}`")) >= 0:
            places.setdefault(page, at)
    return sorted(places, key=lambda page: places[page])


def ordered(pages):
    """All pages as a reader meets them, breadth first. Throws Fault for one that is never met."""
    order, end = [MAIN], [page for page in pages if "/" not in page and page != MAIN]
    for path in order:
        order += [page for page in named_in(path, pages) if page not in order + end]
        if path == order[-1]:  # what everybody knows where to find: CHANGELOG, CONTRIBUTING …
            order += end
            end = []
    if missed := sorted(set(pages) - set(order)):
        raise Fault(f"no page names {', '.join(missed)}: a reader would not find it")
    return order


def parent_of(path, pages):
    """The page below which this one stands in the tree: its folder's README, or the main page."""
    folder = pathlib.PurePosixPath(path).parent
    for place in ([folder] if not path.endswith("README.md") else []) + list(folder.parents):
        readme = str(place / "README.md")
        if readme in pages and readme != path:
            return readme
    return MAIN


def slug(heading):
    """GitHub's anchor of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


def title_of(path):
    """The text of the first heading."""
    return next(match[2] for line in text_of(path).split("\n") if (match := HEADING.match(line)))


def linked(path, target, pages):
    """Where a relative link of `path` leads on the site; None for what is not part of it."""
    file, _, anchor = target.partition("#")
    folder = pathlib.PurePosixPath(path).parent
    page = path if not file else None
    for name in (file, (folder / file).as_posix()):
        if name in pages:
            page = name
    if page is None:
        return None
    label = label_of(page)
    return f"{label}.html" + (f"#{label}-{anchor}" if anchor else "")


def converted_code(match):
    """A code span; doxygen takes a single quote in one backtick for the end of a quotation."""
    quotes, text = match[1], match[2].replace("\n", " ")
    if text.startswith("::"):  # a link in doxygen's eyes
        return rf"<code>\{text}</code>"
    return f"``{text}``" if quotes == "`" and "'" in text else f"{quotes}{text}{quotes}"


def converted_text(text, path, pages):
    """Prose: commands of doxygen are escaped, links lead to the site, others become plain text."""
    text = COMMENT.sub("", text)
    parts, start = [], 0

    def prose(part):
        part = re.sub(r"[\\@]", r"\\\g<0>", part)
        return re.sub(rf"<(?!/?(?:{TAGS})\b)", "&lt;", part)

    for match in CODE.finditer(text):
        parts += [prose(text[start:match.start()]), converted_code(match)]
        start = match.end()
    text = "".join(parts) + prose(text[start:])

    def link(match):
        image, words, target = match.groups()
        if image:
            return f'<img src="{target.rpartition("/")[2]}" alt="{words}"/>'
        if re.match(r"[a-z]+:", target):
            return match[0]
        place = linked(path, target, pages)
        file = target.partition("#")[0]
        if not place and not (ROOT / pathlib.PurePosixPath(path).parent / file).exists():
            raise Fault(f"{path}: no such file: {target}")
        return f'<a href="{place}">{words}</a>' if place else words

    return LINK.sub(link, text)


def blocks_of(text):
    """(is code, lines) of the page in turn; code that is only indented becomes fenced."""
    blocks, fenced, previous, in_list = [], False, "", False
    for line in text.split("\n"):
        if FENCE.match(line):
            if not fenced:
                blocks.append((True, [line]))
            else:
                blocks[-1][1].append(line)
                blocks.append((False, []))
            fenced = not fenced
            continue
        if fenced:
            blocks[-1][1].append(line)
            continue
        if line.startswith("    ") and not in_list:
            if not (blocks and blocks[-1][0] and not previous == "") and previous == "":
                blocks.append((True, ["```"]))
            if blocks and blocks[-1][0]:
                blocks[-1][1].append(line[4:])
                previous = line
                continue
        if blocks and blocks[-1][0] and blocks[-1][1][0] == "```" and previous.startswith("    "):
            blocks[-1][1].append("```")
            blocks.append((False, []))
        if not blocks or blocks[-1][0]:
            blocks.append((False, []))
        blocks[-1][1].append(line)
        in_list = bool(LIST_ITEM.match(line)) or (in_list and (line.startswith(" ") or not line))
        previous = line
    return blocks


def heading_lines(path, marks, words, is_first):
    """A heading with its anchor. Those of the main page are HTML, or each were in the tree."""
    label = label_of(path)
    plain = words.replace("`", "")  # where a title is repeated, doxygen shows tags of code
    if path == MAIN:
        level, place = len(marks), f"{label}-{slug(words)}"
        return [f"# {words} {{#mainpage}}"] if is_first else [
            f'<h{level} id="{place}">{words}</h{level}>']
    if is_first:
        return [f"# {plain} {{#{label}}}", "", "[TOC]"]
    return [f"{marks} {plain} {{#{label}-{slug(words)}}}"]


def converted(path, pages):
    """The page as doxygen reads it."""
    label, out, headings = label_of(path), [], 0
    for is_code, lines in blocks_of(text_of(path)):
        if is_code:
            out += lines
            continue
        text = []
        for line in converted_text("\n".join(lines), path, pages).split("\n"):
            if match := HEADING.match(line):
                headings += 1
                text += heading_lines(path, match[1], match[2], headings == 1)
            else:
                text.append(line)
        out += text
    candidates = ordered(pages) if path == MAIN else named_in(path, pages)
    children = [page for page in candidates
                if page not in (path, MAIN) and parent_of(page, pages) == path]
    if children:
        if path == MAIN:
            out += ["", *heading_lines(path, "##", "All pages", False)]
        out += ["", *(f"- @subpage {label_of(page)}" for page in children)]
    if headings < LONG and path != MAIN:
        out.remove("[TOC]")
    return "\n".join(out) + "\n"


def write(folder):
    """Writes the pages below `folder`; returns (path in the repository, file), in order."""
    pages = found_pages()
    files = []
    for path in ordered(pages):
        file = folder / "pages" / f"{label_of(path)}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(converted(path, pages), encoding="utf-8")
        files.append((path, file))
    return files


def self_test():
    """On pages of its own, in place of the repository's."""
    own = {
        "README.md": "# heed\nSee `docs/b.md` and `docs/a.md`; `docs/more/`.\n",
        "docs/a.md": "# A\n[b](b.md#part-one), [x](../framework/heed.h), [far](https://a.org/)\n",
        "docs/b.md": "# B\n## Part one\nIt's `a 'b'`, a@b.\n\n    code [x](y)\n\nText.\n",
        "docs/more/README.md": "# More\n", "docs/more/c.md": "# C\n", "NEWS.md": "# News\n"}
    globals()["text_of"] = own.__getitem__
    order = ["README.md", "docs/b.md", "docs/a.md", "docs/more/README.md", "docs/more/c.md",
             "NEWS.md"]
    b, a = converted("docs/b.md", list(own)), converted("docs/a.md", list(own))
    readme = converted("README.md", list(own))
    cases = {
        "order": ordered(list(own)) == order,
        "a link to an anchor": '<a href="docs-b.html#docs-b-part-one">b</a>' in a,
        "a link to a source": ", x, [far](https://a.org/)" in a,
        "an anchor": "## Part one {#docs-b-part-one}" in b,
        "a quote in code": "``a 'b'``, a\\@b" in b,
        "indented code": "```\ncode [x](y)\n" in b,
        "the tree": "@subpage docs-more-readme" in readme and "more-c" not in readme,
        "the tree below": "@subpage docs-more-c" in converted("docs/more/README.md", list(own)),
    }
    own["docs/orphan.md"] = "# Orphan\n[x](none.md)\n"
    for name, function in (("docs/orphan.md", lambda: ordered(list(own))),
                           ("none.md", lambda: converted_text(own["docs/orphan.md"],
                                                              "docs/orphan.md", list(own)))):
        try:
            function()
            cases[name] = False
        except Fault as fault:
            cases[name] = name in str(fault)
    missed = [name for name, holds in cases.items() if not holds]
    for name in missed:
        print(f"not as expected: {name}")
    print(f"pages: {len(cases)} cases, {len(missed)} not as expected")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(self_test())
