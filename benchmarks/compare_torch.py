#!/usr/bin/env python3
"""Compares heed with PyTorch: the same work, numbers and number of threads, alternately in one
session. First it checks that both compute the same, then it prints a table of medians.

  cmake --preset release -DHEED_BENCHMARKS=ON && cmake --build build/release
  python benchmarks/compare_torch.py [--threads N] [--only REGEX] [--json FILE]
  python benchmarks/compare_torch.py --old DIR   (an older build of heed)

Without --old it needs PyTorch in the Python that runs it: python -m pip install torch. Exit
status: 0 done, 1 the numbers differ, 2 something needed is missing. docs/performance.md says how
to read the table.
"""
import argparse
import contextlib
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

import heed_process

ROOT = pathlib.Path(__file__).resolve().parent.parent
SHORTLIST = 3            # variants of PyTorch that go into the rounds
SHORTLIST_WITHIN = 1.25  # of the quickest
MOVED = 0.1              # share of the FMA peak; a larger change means that the round was disturbed
REPEATS = 2              # of a round that was disturbed
OWN_SHARE = 0.9          # least share of the time in which a thread has its processor
MEMORY_LIMIT_MB = 200    # of the longest sequence
LONGEST = "mha_step B1 L8192 D256 H4"
REVERSE = "reverse"


def parse_options():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=2, help="of both (default 2)")
    parser.add_argument("--only", default="", metavar="REGEX",
                        help="work whose name it is found in")
    parser.add_argument("--json", metavar="FILE", help="the rows, as a list of objects")
    parser.add_argument("--markdown", action="store_true", help="the table as Markdown")
    parser.add_argument("--rounds", type=int, default=5, help="alternating (default 5)")
    parser.add_argument("--seconds", type=float, default=0.4, help="of each in a round")
    parser.add_argument("--no-compile", action="store_true", help="PyTorch without torch.compile")
    parser.add_argument("--heed-only", action="store_true", help="no PyTorch, no check")
    parser.add_argument("--old", type=pathlib.Path, metavar="DIR",
                        help="a folder like --bin of an older heed, to compare with instead of "
                        "PyTorch: medians and their ratio")
    parser.add_argument("--list", action="store_true", help="names of all work")
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build/release/bin",
                        help="where heed and heed_bench are")
    options = parser.parse_args()
    if options.threads < 1 or options.rounds < 1:
        parser.error("--threads and --rounds must be at least 1")
    return options


def stop(reason):
    print(f"compare_torch: {reason}", file=sys.stderr)
    sys.exit(2)


def core_of(processor):
    folder = pathlib.Path(f"/sys/devices/system/cpu/cpu{processor}/topology")
    try:
        return tuple((folder / name).read_text() for name in ("physical_package_id", "core_id"))
    except OSError:
        return processor


def prepare(threads):
    """Pins this process and its children to that number of processors, on separate cores if there
    are enough. Call it before torch is imported."""
    processors = sorted(os.sched_getaffinity(0))
    if len(processors) < threads:
        stop(f"{threads} threads need {threads} processors; there are {len(processors)}")
    first_of_core = {core_of(processor): processor for processor in reversed(processors)}
    firsts = sorted(first_of_core.values())
    seconds = [processor for processor in processors if processor not in firsts]
    os.sched_setaffinity(0, (firsts + seconds)[:threads])
    for name in ("HEED_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = str(threads)
    os.environ.pop("OPENBLAS_CORETYPE", None)  # heed chooses; docs/performance.md


def import_torch(threads):
    try:
        import torch
    except ImportError:
        stop("no PyTorch in this Python; get it with `python -m pip install torch` (or measure "
             "heed alone with --heed-only)")
    torch.set_num_threads(threads)
    return torch


def compile_works(torch):
    try:
        torch.compile(lambda x: x * 2 + 1)(torch.ones(4))
        return True
    except Exception as error:  # whatever it fails by, it is not there
        first = str(error).strip().split("\n")[0]
        print(f"torch.compile does not work here and is left out: {first}")
        return False


def spread(times):
    """(largest − smallest) / median, in percent."""
    return 100 * (max(times) - min(times)) / statistics.median(times)


class Comparison:
    """Everything about one session; `measure` gives the row of one work."""

    def __init__(self, options):
        self.options = options
        self.best_peak = 0.0
        self.failed = False
        self.torch = None if options.heed_only else import_torch(options.threads)
        self.compiles = (self.torch is not None and not options.no_compile
                         and compile_works(self.torch))

    def candidates(self, name, heed, folder):
        """PyTorch's variants that computed the same as heed, the quickest first; their inputs."""
        import check_numbers
        import torch_work
        self.torch.compiler.reset()  # it caches a limited number of versions of a function
        tensors = heed.ask("inputs", folder)["tensors"]
        inputs = check_numbers.load(tensors)
        ours_folder = os.path.join(folder, "results")
        os.mkdir(ours_folder)
        ours = check_numbers.load(heed.ask("results", ours_folder)["tensors"])
        heed.ask("make", name)  # with the first numbers again
        found, looked = [], False

        def admit(label):
            nonlocal looked
            work = torch_work.make(name, label, inputs)
            theirs = work.results()
            if name.startswith("dropout"):
                faults = (check_numbers.dropout_faults(inputs, ours)
                          + check_numbers.dropout_faults(inputs, theirs))
            else:
                faults = check_numbers.compare(inputs, ours, theirs)
                if not faults and not looked:
                    faults, looked = check_numbers.blind_spots(inputs, ours, theirs), True
            for fault in faults:
                print(f"{name}: DIFFERENT NUMBERS ({label}): {fault}")
            if faults:
                self.failed = True
                return
            found.append((torch_work.time_run(work.run, 0.15)[0], label, work))
            found.sort(key=lambda item: item[0])

        for label in torch_work.variants(name, self.compiles):
            admit(label)
        if found:
            for label in torch_work.other_optimizers(name, found[0][1]):
                admit(label)
        quick = [item for item in found[:SHORTLIST] if item[0] <= SHORTLIST_WITHIN * found[0][0]]
        return [(label, work) for _, label, work in quick], tensors

    def rounds(self, heed, candidates):
        """Times of heed and of each variant, one for every round; the FMA peak, and how many rounds
        something else that was running disturbed although they were repeated."""
        seconds = self.options.seconds
        ours, theirs, peaks = [], {label: [] for label, _ in candidates}, []
        disturbed = 0
        if candidates:
            import torch_work

        def one_round():
            before = heed.ask("peak")
            mine = heed.ask("time", seconds)
            others = [torch_work.time_run(work.run, seconds) for _, work in candidates]
            after = heed.ask("peak")
            both = [before["gflops"], after["gflops"]]
            self.best_peak = max(self.best_peak, *both)
            shares = [one["share"] for one in (before, mine, after)]
            calm = min(shares + [share for _, share in others])
            steady = min(both) >= (1 - MOVED) * self.best_peak
            return steady and calm >= OWN_SHARE, calm, mine["ms"], others, sum(both) / 2

        heed.ask("time", seconds / 2)
        for _ in range(self.options.rounds):
            tries = [one_round()]
            while not tries[-1][0] and len(tries) <= REPEATS:
                tries.append(one_round())
            undisturbed, _, mine, others, peak = max(tries, key=lambda one: one[:2])
            disturbed += not undisturbed
            ours.append(mine)
            peaks.append(peak)
            for (label, _), (value, _) in zip(candidates, others):
                theirs[label].append(value)
        return ours, theirs, {"peak_gflops": statistics.median(peaks), "disturbed": disturbed}

    def torch_memory(self, name, label, tensors):
        command = [sys.executable, str(ROOT / "benchmarks/torch_work.py"), name,
                   label.replace("compile", "eager"), json.dumps(tensors),
                   str(self.options.threads)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return float(done.stdout) if done.returncode == 0 else None

    def measure(self, name):
        program = str(self.options.bin / "heed_bench")
        with tempfile.TemporaryDirectory(prefix="compare_torch-") as folder, \
                heed_process.Heed(program) as heed:
            size = heed.ask("make", name)
            candidates, tensors = ([], {}) if self.torch is None else self.candidates(
                name, heed, folder)
            if self.torch is not None and not candidates:
                return None
            ours, theirs, machine = self.rounds(heed, candidates)
            copy = heed.ask("copy")["gbytes"]
            row = {**self.row(name, ours, theirs), **machine}
            in_seconds = row["heed_ms"] / 1e3
            row["gflops"] = size["flops"] / in_seconds / 1e9
            row["peak_percent"] = 100 * row["gflops"] / row["peak_gflops"]
            row["gbytes"] = size["bytes"] / in_seconds / 1e9
            row["copy_percent"] = 100 * row["gbytes"] / copy
            row["heed_peak_mb"] = heed_process.peak_memory(program, name)
            if theirs and "step" in name:
                row["torch_peak_mb"] = self.torch_memory(name, row["torch_variant"], tensors)
        return row

    def measure_reverse(self):
        """From process start to a held-out sequence accuracy of 0.99, beside an import."""
        ours, theirs = [], {} if self.torch is None else {"import torch": []}

        def timed(command):
            start = time.perf_counter()
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            return (time.perf_counter() - start) * 1e3, done.stdout

        for lap in range(self.options.rounds + 1):  # the first one warms up
            with tempfile.TemporaryDirectory(prefix="compare_torch-") as folder:
                taken, output = timed([str(self.options.bin / "heed"), "train",
                                       str(ROOT / "configs/reverse.json"), "--set",
                                       "train.stop_at=0.99", "--out", folder + "/run"])
            reached = json.loads(output.strip().split("\n")[-1])["sequence_accuracy"]
            if reached < 0.99:
                print(f"{REVERSE}: DIFFERENT NUMBERS: it reached {reached}, not 0.99")
                self.failed = True
                return None
            if lap:
                ours.append(taken)
            if self.torch is not None:
                taken, _ = timed([sys.executable, "-c", "import torch"])
                if lap:
                    theirs["import torch"].append(taken)
        return self.row(REVERSE, ours, theirs)

    def row(self, name, ours, theirs):
        medians = {label: statistics.median(times) for label, times in theirs.items()}
        best = min(medians, key=medians.get, default=None)
        heed_ms = statistics.median(ours)
        return {
            "work": name, "threads": self.options.threads,
            "heed_ms": heed_ms, "heed_spread_percent": spread(ours),
            "torch_best_ms": medians.get(best), "torch_variant": best,
            "torch_spread_percent": spread(theirs[best]) if best else None,
            "torch_ms": medians, "ratio": medians[best] / heed_ms if best else None,
            "gflops": 0.0, "peak_percent": 0.0, "peak_gflops": 0.0,
            "disturbed": 0, "gbytes": 0.0, "copy_percent": 0.0,
            "heed_peak_mb": None, "torch_peak_mb": None}


class Versions:
    """Two builds of heed, measured alternately; which one is first alternates too."""

    failed = False

    def __init__(self, options):
        self.options = options
        self.programs = [str(folder / "heed_bench") for folder in (options.old, options.bin)]

    def measure(self, name):
        with contextlib.ExitStack() as stack:
            pair = [stack.enter_context(heed_process.Heed(program)) for program in self.programs]
            for heed in pair:
                heed.ask("make", name)
                heed.ask("time", self.options.seconds / 2)
            times = [[], []]
            for lap in range(self.options.rounds):
                for which in ((0, 1), (1, 0))[lap % 2]:
                    tries = [pair[which].ask("time", self.options.seconds)]
                    while tries[-1]["share"] < OWN_SHARE and len(tries) <= REPEATS:
                        tries.append(pair[which].ask("time", self.options.seconds))
                    times[which].append(max(tries, key=lambda one: one["share"])["ms"])
        old, new = (statistics.median(one) for one in times)
        return {"work": name, "old_ms": old, "old_spread_percent": spread(times[0]),
                "new_ms": new, "new_spread_percent": spread(times[1]), "ratio": new / old}


VERSION_COLUMNS = [
    ("work", -45, lambda row: row["work"]),
    ("old", 10, lambda row: text_of_time(row["old_ms"])),
    ("±%", 4, lambda row: f"{row['old_spread_percent']:.0f}"),
    ("new", 10, lambda row: text_of_time(row["new_ms"])),
    ("±%", 4, lambda row: f"{row['new_spread_percent']:.0f}"),
    ("new/old", 9, lambda row: f"{row['ratio']:.3f}"),
]


def text_of_time(ms):
    if ms is None:
        return "-"
    if ms < 0.1:
        return f"{ms * 1e6:.0f} ns" if ms < 0.01 else f"{ms * 1e3:.1f} µs"
    return f"{ms:.3f} ms" if ms < 10 else f"{ms:.1f} ms"


def text_of(value, form):
    return format(value, form) if value else "-"


# Title, width and text of each column.
COLUMNS = [
    ("work", -45, lambda row: row["work"]),
    ("heed", 10, lambda row: text_of_time(row["heed_ms"])),
    ("±%", 4, lambda row: f"{row['heed_spread_percent']:.0f}"),
    ("PyTorch", 10, lambda row: text_of_time(row["torch_best_ms"])),
    ("±%", 4, lambda row: text_of(row["torch_spread_percent"], ".0f")),
    ("ratio", 6, lambda row: text_of(row["ratio"], ".2f")),
    ("GFLOP/s", 8, lambda row: text_of(row["gflops"], ".1f")),
    ("%peak", 6, lambda row: text_of(row["peak_percent"], ".0f")),
    ("%copy", 6, lambda row: text_of(row["copy_percent"], ".0f")),
    ("heed MB", 7, lambda row: text_of(row["heed_peak_mb"], ".0f")),
    ("PyTorch MB", 10, lambda row: text_of(row["torch_peak_mb"], ".0f")),
    (" PyTorch's best", -16, lambda row: " " + (row["torch_variant"] or "") + (
        f" ({row['disturbed']} rounds disturbed)" if row["disturbed"] else "")),
]


def line_of(columns, texts, markdown):
    if markdown:
        return "| " + " | ".join(text.strip() for text in texts) + " |"
    widths = [width for _, width, _ in columns]
    return "".join(text.ljust(-width) if width < 0 else text.rjust(width)
                   for text, width in zip(texts, widths)).rstrip()


def main():
    options = parse_options()
    wanted = [options.bin / "heed_bench", options.old / "heed_bench"] if options.old else [
        options.bin / "heed_bench", options.bin / "heed"]
    missing = [path for path in wanted if not path.exists()]
    if missing:
        stop(f"{missing[0]} is not there; build it with "
             "`cmake --preset release -DHEED_BENCHMARKS=ON && cmake --build build/release`")
    prepare(options.threads)
    with heed_process.Heed(str(options.bin / "heed_bench")) as heed:
        about = heed.ask("list")
    known = about["work"] if options.old else about["work"] + [REVERSE]
    names = [name for name in known if re.search(options.only, name)]
    if options.list:
        print("\n".join(names))
        return 0
    if not names:
        stop(f"no work matches \"{options.only}\"; --list shows all")

    if options.old:
        comparison, columns, peer = Versions(options), VERSION_COLUMNS, f"heed in {options.old}"
    else:
        comparison, columns = Comparison(options), COLUMNS
        peer = f"PyTorch {comparison.torch.__version__}" if comparison.torch else "no PyTorch"
    print(f"heed ({about['simd']}) and {peer}: {options.threads} thread(s) each, medians of "
          f"{options.rounds} alternating rounds of {options.seconds} s, ± all of them", flush=True)
    print(line_of(columns, [title for title, _, _ in columns], options.markdown), flush=True)
    if options.markdown:
        print("|" + "---|" * len(columns))
    rows = []
    for name in names:
        row = comparison.measure_reverse() if name == REVERSE else comparison.measure(name)
        if row is None:
            continue
        rows.append(row)
        texts = [text(row) for _, _, text in columns]
        print(line_of(columns, texts, options.markdown), flush=True)
        if name == LONGEST and not options.old:
            held = row["heed_peak_mb"]
            print(f"  It trains within {MEMORY_LIMIT_MB} MB of peak resident memory in all: "
                  f"{'yes' if held <= MEMORY_LIMIT_MB else 'NO'}, {held:.0f} MB")
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    if options.old:
        slowest = max(rows, key=lambda row: row["ratio"])
        print(f"largest ratio: {slowest['work']}, {slowest['ratio']:.3f}")
    return 1 if comparison.failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except heed_process.HeedError as fault:
        stop(str(fault))
