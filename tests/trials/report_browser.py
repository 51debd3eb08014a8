#!/usr/bin/env python3
"""Reports in Chromium: quiet, small, asking for nothing, and showing what is in the run's files, by
pointer and keys, in light, dark, print, at 360 pixels and without scripts; also of runs that
somebody made to break out of the page.

  tests/trials/report_browser.py [PROGRAM, by default build/release/bin/heed] [--self-test]

With --self-test each check must notice faults put into the page.
"""
import argparse
import importlib.util
import pathlib
import shutil
import sys
import tempfile
import time

import report_pages

NAME = "report_browser"


class Check:
    """`look` is how the browser shows the page; `run` raises CheckError."""

    def __init__(self, name, run, **look):
        self.name, self.run, self.look = name, run, look

    def fails(self, view, page, path=None, fault=None):
        """What is wrong with the page, or with a faulty one in its place; None if nothing."""
        from report_view import CheckError
        view.show(path or page.path, self.look)
        if fault:
            view.run(fault)
        try:
            self.run(view, page)
        except CheckError as error:
            return str(error)
        return None


def all_checks():
    """Those of every page, of one run, of several runs, of every page at the end, without
    scripts."""
    import report_checks as does
    import report_controls as controls
    import report_looks as looks
    every = [Check("small", does.is_small), Check("nothing executes", does.nothing_executes),
             Check("light", looks.is_light), Check("contrast", looks.has_contrast)]
    of_run = [Check("slider", does.slides), Check("weights", does.reads_weights),
              Check("keys", does.keys_read_curves), Check("pointer", does.pointer_reads_curves),
              Check("legend", does.legend_hides), Check("tab order", does.tab_order),
              Check("downloads", does.downloads), Check("arcs", controls.shows_arcs),
              Check("play", controls.plays), Check("axes", controls.changes_axes),
              Check("sorting", controls.sorts)]
    of_several = [Check("several runs", does.shows_all_runs)]
    # Of what has been done to the page so far.
    afterwards = [Check("quiet", does.is_quiet), Check("asks for nothing", does.asks_for_nothing),
                  Check("dark", looks.is_dark, scheme="dark"),
                  Check("contrast, dark", looks.has_contrast, scheme="dark"),
                  Check("360 pixels", looks.is_within_width, width=360),
                  Check("print", looks.is_within_width, width=looks.PAPER, media="print")]
    no_scripts = [Check("no scripts", looks.is_there_without_scripts, scripts=False)]
    return every, of_run, of_several, afterwards, no_scripts


def check_pages(view, maker):
    """Failures, of all pages."""
    every, of_run, of_several, afterwards, no_scripts = all_checks()
    shipped = maker.shipped()
    todo = [(page, every + of_run + afterwards + no_scripts, "") for page in shipped]
    todo.append((maker.several(), every + of_several + afterwards, ""))
    todo += [(page, every + afterwards, word) for page, word in maker.hostile(shipped[0].run)]
    failures = []
    for page, checks, word in todo:
        start = time.monotonic()
        wrong = [(check.name, check.fails(view, page)) for check in checks]
        wrong = [f"{page.name}: {name}: {message}" for name, message in wrong if message]
        if word not in page.text():
            wrong.append(f"{page.name}: does not speak of {word}")
        failures += wrong
        load = view.run("const [page] = performance.getEntriesByType('navigation');"
                        "return page.loadEventEnd - page.startTime")
        print(f"{page.name}: {len(checks) - len(wrong)} of {len(checks)} checks, "
              f"{page.path.stat().st_size / 1000:.0f} kB, loads in {load:.0f} ms, "
              f"{time.monotonic() - start:.1f} s", flush=True)
    return failures


def self_test(view, maker):
    """Faults that no check noticed."""
    import report_faults
    checks = {check.name: check for group in all_checks() for check in group}
    (pairs,), several = maker.shipped(["pairs"]), maker.several()
    missed = []
    for check, name, script, rewrite in report_faults.FAULTS:
        page = several if check == "several runs" else pairs
        path = None
        if rewrite:
            path = maker.folder / "faulty.html"
            path.write_text(rewrite(page.text()), encoding="utf-8")
            if path.read_text(encoding="utf-8") == page.text():
                missed.append(f"{name}: changes nothing")
        view.look = None  # opens it again
        message = checks[check].fails(view, page, path, script)
        print(f"{check:18} {name:44} {'caught' if message else 'MISSED'}", flush=True)
        if not message:
            missed.append(f"{check} does not notice: {name}")
    tested = {fault[0] for fault in report_faults.FAULTS}
    return missed + [f"{name} has no fault" for name in checks if name not in tested]


def missing_parts():
    parts = [name for name in ("chromium", "chromedriver") if shutil.which(name) is None]
    return parts + ["python3-selenium"] * (importlib.util.find_spec("selenium") is None)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("program", nargs="?",
                        default=str(report_pages.ROOT / "build/release/bin/heed"))
    parser.add_argument("--self-test", action="store_true",
                        help="put faults into pages; each must be noticed")
    parser.add_argument("--skip-without-browser", action="store_true",
                        help="succeed if there is no Chromium or Selenium")
    options = parser.parse_args()
    if missing_parts():
        print(f"{NAME}: skipped: not installed: {', '.join(missing_parts())}")
        sys.exit(0 if options.skip_without_browser else 2)
    from report_view import View
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="heed-report-") as folder:
        maker = report_pages.Maker(options.program, pathlib.Path(folder))
        view = View()
        try:
            failures = (self_test if options.self_test else check_pages)(view, maker)
        finally:
            view.quit()
    for failure in failures:
        print(f"{NAME}: {failure}")
    print(f"{NAME}: {len(failures)} failures, {time.monotonic() - start:.0f} s")
    sys.exit(1 if failures else 0)


main()
