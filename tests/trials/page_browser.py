#!/usr/bin/env python3
"""The playground of `heed page` in Chromium: quiet, small, as quick and exact as docs/page.md says,
every control by pointer and keys, configurations and models that leave and come back, the address,
what goes wrong, and how it looks.

  tests/trials/page_browser.py [PROGRAM, by default build/release/bin/heed] [--engine DIR]
                               [--only NAME] [--self-test]

With --self-test each check must notice faults put into the page.
"""
import argparse
import importlib.util
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

from report_pages import ROOT

NAME = "page_browser"


class Playground:
    """The page, the program that wrote it, and its engine."""

    def __init__(self, program, engine, folder):
        self.program = str(pathlib.Path(program).resolve())
        self.engine = pathlib.Path(engine or pathlib.Path(self.program).parents[2] / "page/bin")
        self.folder, self.notes = pathlib.Path(folder), []
        self.path = self.folder / "playground.html"
        self.heed("page", "--engine", self.engine, "--out", self.path)

    def say(self, note):
        self.notes.append(note)

    def heed(self, *arguments):
        done = subprocess.run([self.program, *map(str, arguments)], cwd=ROOT, capture_output=True,
                              text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"heed {arguments}: status {done.returncode}: {done.stderr}")
        return done.stdout

    def native_losses(self, config, steps):
        """Those of the first steps of `heed train`."""
        run = pathlib.Path(tempfile.mkdtemp(dir=self.folder)) / "run"
        self.heed("train", config, "--out", run)
        lines = (run / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
        losses = [line["loss"] for line in map(json.loads, lines) if "loss" in line]
        return losses[:steps]

    def node(self, requests):
        """What the engine answers without a browser."""
        lines = "".join(json.dumps(request) + "\n" for request in requests)
        done = subprocess.run(["node", ROOT / "tests/trials/page_engine.js", self.engine],
                              input=lines, capture_output=True, text=True, check=True)
        return [json.loads(line) for line in done.stdout.splitlines()]

    @staticmethod
    def request(name, state):
        """The text of a request for a state of the page."""
        (_, shipped), *sets = (part.split("=", 1) for part in state.split("&"))
        return json.dumps({"do": name, "shipped": shipped,
                           "sets": [f"{path}={value}" for path, value in sets]})


class Check:
    """`run` raises CheckError."""

    def __init__(self, name, run):
        self.name, self.run = name, run

    def fails(self, view, page, path=None, fault=None):
        """What is wrong with the page, or with a faulty one in its place; None if nothing."""
        from report_view import CheckError
        from selenium.common.exceptions import WebDriverException
        view.use(path or page.path, page.folder, fault)
        try:
            self.run(view, page)
        except (CheckError, RuntimeError, WebDriverException) as error:
            return str(error).splitlines()[0]
        return None


def all_checks():
    import page_checks as does
    import page_controls as controls
    import page_failures as failures
    import page_trips as trips
    return [
        Check("quiet", does.is_quiet), Check("closed", does.is_closed),
        Check("small", does.is_small), Check("learns", does.learns),
        Check("losses", does.has_losses_of_heed), Check("memory", does.keeps_memory),
        Check("360 pixels", does.fits), Check("readable", does.is_readable),
        Check("still", does.is_still), Check("start", does.shows_a_start),
        Check("tab order", controls.tab_reaches_all), Check("lists", controls.lists_choose),
        Check("attention off", controls.attention_off), Check("numbers", controls.numbers_change),
        Check("refusals", controls.refusal_can_be_mended),
        Check("learning rate", controls.learning_rate_keeps_the_model),
        Check("other keys", controls.other_keys), Check("play", controls.plays),
        Check("legends", controls.legends_hide), Check("heads", controls.heads_answer),
        Check("pictures", controls.pictures_are_live),
        Check("lesson bar", controls.lessons_move), Check("lessons", controls.lessons_open),
        Check("tools", controls.tools_answer), Check("ask", controls.answers),
        Check("configs leave", trips.configs_leave), Check("configs come", trips.configs_come),
        Check("models leave", trips.models_leave), Check("models come", trips.models_come),
        Check("own pairs", trips.own_pairs_learn), Check("addresses", trips.addresses_return),
        Check("hostile addresses", trips.survives_addresses),
        Check("bad keys", failures.bad_keys), Check("diverged", failures.diverges),
        Check("memory ends", failures.runs_out_of_memory), Check("traps", failures.survives_a_trap),
        Check("too long", failures.ends_what_takes_too_long),
        Check("bad files", failures.bad_files), Check("bad pairs", failures.bad_pairs),
        Check("early", failures.waits_for_the_engine),
        Check("long pairs", failures.long_pairs),
        Check("unknown symbols", failures.unknown_symbols)]


def check_page(view, page, checks):
    failures = []
    for check in checks:
        start = time.monotonic()
        message = check.fails(view, page)
        said = message or "; ".join(page.notes)
        print(f"{check.name:18} {'FAILS' if message else 'holds'}  "
              f"{time.monotonic() - start:5.1f} s  {said}", flush=True)
        page.notes.clear()
        failures += [f"{check.name}: {message}"] if message else []
    print(f"{len(checks) - len(failures)} of {len(checks)} checks")
    return failures


def self_test(view, page, checks):
    """Faults that no check noticed."""
    import page_faults
    by_name = {check.name: check for check in checks}
    missed = []
    for name, fault, script, rewrite in page_faults.FAULTS:
        if name not in by_name:
            continue
        path = None
        if rewrite:
            path = page.folder / "faulty.html"
            text = page.path.read_text(encoding="utf-8")
            path.write_text(rewrite(text), encoding="utf-8")
            if path.read_text(encoding="utf-8") == text:
                missed.append(f"{fault}: changes nothing")
        message = by_name[name].fails(view, page, path, script)
        page.notes.clear()
        said = f"caught: {message}" if message else "MISSED"
        print(f"{name:18} {fault:40} {said}"[:150], flush=True)
        missed += [] if message else [f"{name} does not notice: {fault}"]
    tested = {fault[0] for fault in page_faults.FAULTS}
    return missed + [f"{name} has no fault" for name in by_name if name not in tested]


def missing_parts():
    parts = [name for name in ("chromium", "chromedriver", "node") if shutil.which(name) is None]
    return parts + ["python3-selenium"] * (importlib.util.find_spec("selenium") is None)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("program", nargs="?", default=str(ROOT / "build/release/bin/heed"))
    parser.add_argument("--engine", help="the folder of heed_engine.js; by default that beside "
                        "the program's build")
    parser.add_argument("--only", action="append", help="this check; may be repeated")
    parser.add_argument("--self-test", action="store_true",
                        help="put faults into the page; each must be noticed")
    options = parser.parse_args()
    if missing_parts():
        print(f"{NAME}: not installed: {', '.join(missing_parts())}")
        sys.exit(2)
    from page_view import PageView
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="heed-page-") as folder:
        page = Playground(options.program, options.engine, folder)
        checks = [each for each in all_checks() if not options.only or each.name in options.only]
        view = PageView()
        try:
            failures = (self_test if options.self_test else check_page)(view, page, checks)
        finally:
            view.quit()
    for failure in failures:
        print(f"{NAME}: {failure}")
    print(f"{NAME}: {len(failures)} failures, {time.monotonic() - start:.0f} s")
    sys.exit(1 if failures else 0)


main()
