#!/usr/bin/python3
"""Reports that think, in Chromium: what is typed into a page of `heed report --live` is answered as
`heed predict` answers it, and the page asks for nothing from elsewhere.

  tests/trials/live_report.py [PROGRAM, by default build/release/bin/heed] [--engine DIR]
"""
import argparse
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Configurations, what changes them, and inputs; the data of the second is not in the page.
RUNS = [
    ("reverse", [], ["1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6", "0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 9"]),
    ("pairs", ["train.steps=20"], ["9", "4 0 2"]),
    ("text", ["train.steps=10"], ["and the"]),
]


class Trial:
    def __init__(self, options, folder):
        self.program, self.engine, self.folder = options.program, options.engine, folder
        self.failures = []

    def heed(self, *arguments, **more):
        return subprocess.run([self.program, *arguments], check=True, text=True,
                              capture_output=True, **more).stdout

    def require(self, holds, message):
        if not holds:
            self.failures.append(message)

    def page_of(self, config, sets):
        run = self.folder / config
        changes = [word for change in sets for word in ("--set", change)]
        self.heed("train", str(ROOT / "configs" / f"{config}.json"), "--out", str(run), *changes)
        engine = ["--engine", self.engine] if self.engine else []
        self.heed("report", str(run), "--live", *engine)
        return run, run / "report.html"

    def answer(self, view, text):
        """What the page answers."""
        view.run("byId('input').value = arguments[0]; byId('answer').textContent = '';"
                 "byId('ask-form').requestSubmit();", text)
        limit = time.monotonic() + 30
        while time.monotonic() < limit:
            said = view.text("#answer")
            if said and not said.startswith("Starting"):
                return said
            time.sleep(0.05)
        return "nothing within 30 s"

    def check(self, view, config, sets, inputs):
        run, path = self.page_of(config, sets)
        view.show(path, {})
        self.require(view.run("return byId('input').value") != "", f"{config}: no example")
        for text in inputs:
            wanted = self.heed("predict", str(run), "--input", text).rstrip("\n")
            said = self.answer(view, text)
            self.require(said.split(" (")[0] == wanted,
                         f"{config}: {text!r} is answered {said!r}, not {wanted!r}")
        heads = len(view.all("#asked-all .thumbnail"))
        self.require(heads > 0, f"{config}: no heads")
        said = self.answer(view, "💥 nobody knows this word")
        self.require("not a symbol" in said, f"{config}: an unknown word is answered {said!r}")
        self.require(view.console() == [], f"{config}: the console is not quiet")
        asked = [address for address in view.requests() if not address.startswith("blob:")]
        self.require(asked == [], f"{config}: the page asked for {asked}")
        print(f"{config}: {len(inputs)} answers, {heads} heads, "
              f"{path.stat().st_size / 1000:.0f} kB", flush=True)

    def check_gates(self, view):
        """Without its only head the model of reverse answers something else."""
        view.show(self.folder / "reverse/report.html", {})
        text = RUNS[0][2][0]
        before = self.answer(view, text)
        view.run("byId('answer').textContent = '';"
                 "document.querySelector('#asked-all .gate').click()")
        limit = time.monotonic() + 10
        while view.text("#answer") == "" and time.monotonic() < limit:
            time.sleep(0.05)
        self.require(view.text("#answer") not in ("", before), "a head that is off changes nothing")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("program", nargs="?", default=str(ROOT / "build/release/bin/heed"))
    parser.add_argument("--engine", help="folder of the engine")
    options = parser.parse_args()
    from report_view import View
    with tempfile.TemporaryDirectory(prefix="heed-live-") as folder:
        trial = Trial(options, pathlib.Path(folder))
        view = View()
        try:
            for config, sets, inputs in RUNS:
                trial.check(view, config, sets, inputs)
            trial.check_gates(view)
        finally:
            view.quit()
    for failure in trial.failures:
        print(f"live_report: {failure}")
    print(f"live_report: {len(trial.failures)} failures")
    sys.exit(1 if trial.failures else 0)


main()
