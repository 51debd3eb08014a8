#!/usr/bin/env python3
"""Looks at the site of `./heed docs` in Chromium: every page on a phone, some on a wide screen.

  site_browser.py [FOLDER]      by default build/docs
  site_browser.py --self-test   each of these faults, put into a copy of build/docs, is noticed

A page asks nothing of a network and writes nothing to the console, is not wider than the window,
misses no file, is dark where the system is and light again by the toggle; the search finds an
op, a class and a page. Needs Debian's chromium-driver and python3-selenium.
"""

import json
import os
import pathlib
import shutil
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "scripts" / "docs"))
import pages  # noqa: E402
from report_view import View  # noqa: E402

NARROW, WIDE = 360, 1280
REFERENCE = ["structheed_1_1_my_m_h_a.html", "classheed_1_1_tensor.html",
             "group__framework-ops-softmax.html", "annotated.html"]
FINDS = {"softmax": "softmax.h", "mymha": "mymha", "sweeps": "sweeps"}
OVERFLOW = """
const content = document.getElementById("doc-content");
return Math.max(document.documentElement.scrollWidth - window.innerWidth,
                content.scrollWidth - content.clientWidth);"""
BACKGROUND = "return getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number);"


class Trial:
    def __init__(self, view, folder):
        self.view, self.folder, self.failures, self.loaded = view, folder, [], 0

    def require(self, holds, message):
        if not holds:
            self.failures.append(message)

    def open(self, name, width, scheme="light"):
        self.view.emulate(width=width, scheme=scheme)
        self.view.open(self.folder / name)
        self.loaded += 1
        time.sleep(0.2)  # the tree at the left comes after the page

    def check_page(self, name, width):
        self.open(name, width)
        place = f"{name} at {width} px"
        over = self.view.run(OVERFLOW)
        self.require(over <= 0, f"{place}: {over} px too wide")
        for entry in self.view.driver.get_log("browser"):
            self.require(False, f"{place}: console: {entry['message']}")
        for entry in self.view.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                address = message["params"]["request"]["url"]
                self.require(address.startswith(("file:", "data:", "about:")),
                             f"{place}: asks for {address}")

    def check_colours(self, name):
        """As the system has it, and the other way round after the toggle."""
        for scheme in ("light", "dark"):
            self.open(name, WIDE, scheme)
            before = sum(self.view.run(BACKGROUND))
            self.require((before > 380) == (scheme == "light"), f"{name}: not {scheme}: {before}")
            self.view.one("doxygen-awesome-dark-mode-toggle").click()
            after = sum(self.view.run(BACKGROUND))
            self.require((after > 380) != (before > 380), f"{name}: the toggle leaves {scheme}")
            self.view.one("doxygen-awesome-dark-mode-toggle").click()

    def check_search(self, words, expected):
        self.open("index.html", WIDE)
        field = self.view.one("#MSearchField")
        field.click()
        field.send_keys(words)
        text = ""
        for _ in range(50):
            time.sleep(0.1)
            text = self.results()
            if expected in text.lower():
                return
        self.require(False, f"searching for {words} finds {text!r}, and not {expected}")

    def results(self):
        """What the search shows, in a frame of its own in doxygen before 1.9.5."""
        window = self.view.one("#MSearchResultsWindow")
        frames = self.view.all("iframe#MSearchResults")
        if not frames:
            return window.text
        self.view.driver.switch_to.frame(frames[0])
        try:
            return self.view.run("return document.body.innerText")
        finally:
            self.view.driver.switch_to.default_content()


FAULTS = [  # put at the end of the main page's text, with what must be said of it
    ('<div style="width: 500px">wide</div>', "too wide"),
    ('<img src="none.svg">', "none.svg"),
    ("<script>throw new Error('broken')</script>", "console"),
    ('<img src="https://example.org/a.png">', "asks for"),
    ("<style>body { background: #fff !important }</style>", "not dark"),
    ("<script>$(() => searchBox.Search = () => {})</script>", "searching for"),
]


def self_test(view, site):
    missed = []
    for fault, expected in FAULTS:
        with tempfile.TemporaryDirectory(dir=site.parent) as folder:
            copy = pathlib.Path(folder) / "docs"
            shutil.copytree(site, copy, copy_function=os.link)
            text = (copy / "index.html").read_text(encoding="utf-8")
            (copy / "index.html").unlink()  # a link to the original
            (copy / "index.html").write_text(text.replace("</div><!-- contents -->",
                                                          fault + "</div><!-- contents -->"))
            trial = Trial(view, copy)
            trial.check_page("index.html", NARROW)
            trial.check_colours("index.html")
            trial.check_search("softmax", FINDS["softmax"])
            if not any(expected in failure for failure in trial.failures):
                missed.append(f"{fault}: expected {expected}, found {trial.failures}")
    for line in missed:
        print(line)
    print(f"site_browser: {len(FAULTS)} faults, {len(missed)} not noticed")
    return 1 if missed else 0


def main():
    site = ROOT / "build" / "docs"
    if sys.argv[1:] == ["--self-test"]:
        view = View()
        try:
            return self_test(view, site)
        finally:
            view.quit()
    names = [f"{pages.label_of(path)}.html" for path in pages.found_pages()]
    view = View()
    try:
        trial = Trial(view, pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else site)
        for name in names + REFERENCE:
            trial.check_page(name, NARROW)
        for name in ["index.html", "docs-architecture.html", "docs-config.html"] + REFERENCE:
            trial.check_page(name, WIDE)
        trial.check_colours("index.html")
        for words, expected in FINDS.items():
            trial.check_search(words, expected)
    finally:
        view.quit()
    for failure in trial.failures:
        print(f"site_browser: {failure}")
    print(f"site_browser: {trial.loaded} pages opened, {len(trial.failures)} failures")
    return 1 if trial.failures else 0


if __name__ == "__main__":
    sys.exit(main())
