#!/usr/bin/env python3
"""Checks the links of a folder of HTML: that each leads to a file and an anchor that are there.

  links.py FOLDER          also lists the links to elsewhere, of which only the spelling is checked
  links.py --self-test     each kind of fault is found

Nothing may be loaded from elsewhere: no script, style, image or font.
"""
import html.parser
import pathlib
import re
import sys
import tempfile
import urllib.parse

LOADED = {"script", "img", "link", "iframe", "object", "embed", "source", "image", "use"}
STYLE_URL = re.compile(r"url\(\s*['\"]?([^'\")]+)|@import\s+['\"]([^'\"]+)")
REMOTE = re.compile(r"(?:https?:)?//")
ELSEWHERE = re.compile(r"https?://[\w.-]+\.[a-z]{2,}(?::\d+)?(?:[/?#][\w./~%+,;:=&@?#()*!$'-]*)?")


class Page(html.parser.HTMLParser):
    """The links of one page and the anchors that it has."""

    def __init__(self, text):
        super().__init__()
        self.links, self.anchors, self.styles = [], set(), []
        self.in_style = False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.in_style = tag == "style"
        for name in ("id", "name"):
            if values.get(name):
                self.anchors.add(values[name])
        for name in ("href", "src", "data", "xlink:href"):
            if values.get(name) is not None:
                self.links.append((tag, values[name]))
        if values.get("style"):
            self.styles.append(values["style"])

    def handle_endtag(self, tag):
        self.in_style = False

    def handle_data(self, data):
        if self.in_style:
            self.styles.append(data)


class Site:
    """A folder of HTML, read once."""

    def __init__(self, folder):
        self.folder, self.count, self.faults, self.elsewhere = folder, 0, [], {}
        self.pages = {path.relative_to(folder).as_posix():
                      Page(path.read_text(encoding="utf-8", errors="replace"))
                      for path in sorted(folder.rglob("*")) if path.suffix in (".html", ".svg")}
        for name, page in self.pages.items():
            for tag, link in page.links:
                self.check_link(name, tag, link)
            for style in page.styles:
                self.check_style(name, style)
        for path in sorted(folder.rglob("*.css")):
            self.check_style(path.relative_to(folder).as_posix(),
                             path.read_text(encoding="utf-8"))
        for path in sorted(folder.rglob("*.js")):
            if not path.name.startswith("navtreeindex"):  # where in the tree a page is, if it is
                self.check_script(path)

    def fault(self, name, text):
        self.faults.append(f"{name}: {text}")

    def check_link(self, name, tag, link):
        self.count += 1
        if link.startswith(("data:", "javascript:", "mailto:")):
            return
        if REMOTE.match(link):
            if tag in LOADED:
                self.fault(name, f"loaded from elsewhere: {link}")
            elif not ELSEWHERE.fullmatch(link):
                self.fault(name, f"no address: {link}")
            else:
                self.elsewhere.setdefault(link, name)
            return
        self.check_place(name, link)

    def check_place(self, name, link):
        file, _, anchor = urllib.parse.unquote(link.partition("?")[0] + "#" + link.partition(
            "#")[2] if "?" in link else link).partition("#")
        target = (pathlib.PurePosixPath(name).parent / file).as_posix() if file else name
        if not (self.folder / target).is_file():
            self.fault(name, f"no such file: {link}")
        elif anchor and target in self.pages and anchor not in self.pages[target].anchors:
            self.fault(name, f"no such anchor: {link}")

    def check_style(self, name, style):
        style = re.sub(r"/\*.*?\*/", "", style, flags=re.S)
        for match in STYLE_URL.finditer(style):
            link = match[1] or match[2]
            if REMOTE.match(link):
                self.fault(name, f"loaded from elsewhere: {link}")
            elif not link.startswith(("data:", "#")):
                self.count += 1
                target = self.folder / pathlib.PurePosixPath(name).parent / link
                # doxygen's own style names images that some of its versions do not write.
                if name != "doxygen.css" and not target.is_file():
                    self.fault(name, f"no such file: {link}")

    def check_script(self, path):
        """The places that the tree at the left and the search lead to."""
        name = path.relative_to(self.folder).as_posix()
        for link in re.findall(r"""["']((?:\.\./)?[\w.-]+\.html(?:#[\w-]+)?)["']""",
                               path.read_text(encoding="utf-8")):
            self.count += 1
            if name.startswith("search/"):  # its addresses begin at the page that searches
                link = link.removeprefix("../")
            self.check_place(path.name, link)


def check(folder):
    """(number of links, faults)."""
    site = Site(pathlib.Path(folder))
    return site.count, site.faults


# What a page says, and the fault that must be found in it; none: it is right.
CASES = [
    ('<a href="b.html">x</a><a href="b.html#there">x</a><a href="#here" id="here">x</a>', None),
    ('<a href="c.html">x</a>', "no such file: c.html"),
    ('<a href="b.html#nowhere">x</a>', "no such anchor: b.html#nowhere"),
    ('<a href="#nowhere">x</a>', "no such anchor: #nowhere"),
    ('<img src="none.svg">', "no such file: none.svg"),
    ('<a href="https://example.org/a?b=c#d">x</a>', None),
    ('<a href="https://exa mple">x</a>', "no address: https://exa mple"),
    ('<script src="https://example.org/a.js"></script>', "loaded from elsewhere"),
    ('<script src="//example.org/a.js"></script>', "loaded from elsewhere"),
    ('<link rel="stylesheet" href="https://example.org/a.css">', "loaded from elsewhere"),
    ("<style>@import 'https://example.org/a.css';</style>", "loaded from elsewhere"),
    ('<p style="background: url(https://example.org/a.png)">x</p>', "loaded from elsewhere"),
    ("<style>p { background: url(none.png) }</style>", "no such file: none.png"),
]


def self_test():
    missed = []
    for text, expected in CASES:
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "a.html").write_text(text)
            pathlib.Path(folder, "b.html").write_text('<p id="there">x</p>')
            _, faults = check(folder)
        if expected is None and faults or expected and not any(expected in f for f in faults):
            missed.append(f"{text}: expected {expected}, found {faults}")
    for line in missed:
        print(line)
    print(f"links: {len(CASES)} cases, {len(missed)} not as expected")
    return 1 if missed else 0


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    site = Site(pathlib.Path(sys.argv[1]))
    for link, name in sorted(site.elsewhere.items()):
        print(f"elsewhere: {link} ({name})")
    for fault in site.faults:
        print(fault)
    print(f"{site.count} links, {len(site.faults)} faults")
    return 1 if site.faults else 0


if __name__ == "__main__":
    sys.exit(main())
