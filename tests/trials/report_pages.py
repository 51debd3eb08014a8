"""Reports for report_browser.py: short runs of shipped configurations, damaged and hostile runs,
and what is in their files, read here without heed."""

import json
import pathlib
import re
import shutil
import struct
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHORT = ["train.steps=20", "train.eval_every=5", "train.snapshots=4"]
CONFIGS = ["reverse", "induction", "pairs", "text", "recall"]
LETTERS = "abcdefghijklmnopqrstuvwxyz"
ATTACK = "</script><script>window.hacked=1</script><img src=x onerror='window.hacked=1'>"
SYMBOLS = ATTACK + "<!--\"'`\u2028\u2029\u202e\u200f\x01\x7f&amp;]]>${alert(1)}\\"
EVIL_NAME = "<img src=x onerror=\"window.hacked=1\">"


class Page:
    """A report and the run that it is of; `path` is where the browser finds it."""

    def __init__(self, name, path, run=None):
        self.name, self.path, self.run = name, pathlib.Path(path), run

    def text(self):
        return self.path.read_text(encoding="utf-8")

    def data(self):
        text = self.text()
        start = text.index(">", text.index("id=\"heed-data\"")) + 1
        return json.loads(text[start:text.index("</script>", start)])

    def metrics(self, key):
        """What the run measured: step -> value."""
        numbers = {}
        for line in (self.run / "metrics.jsonl").read_text(encoding="utf-8").splitlines():
            measured = json.loads(line)
            if key in measured:
                numbers[measured["step"]] = measured[key]
        return numbers

    def snapshots(self):
        """step -> Snapshot, in the order of steps."""
        files = sorted((self.run / "snapshots").glob("*.safetensors"))
        return {snapshot.step: snapshot for snapshot in map(Snapshot, files)}


class Snapshot:
    """A file of weights: 8 bytes with the length of the JSON, the JSON, raw numbers."""

    def __init__(self, path):
        content = path.read_bytes()
        length, = struct.unpack("<Q", content[:8])
        self.tensors = json.loads(content[8:8 + length])
        about = json.loads(self.tensors.pop("__metadata__")["heed.snapshot"])
        self.step, self.attentions = about["step"], about["attentions"]
        self.numbers = content[8 + length:]

    def _item(self, name, letter, size, *indices):
        tensor = self.tensors[name]
        at = 0
        for index, extent in zip(indices, tensor["shape"], strict=True):
            if not 0 <= index < extent:
                raise IndexError(f"{name}: {indices} of {tensor['shape']}")
            at = at * extent + index
        return struct.unpack_from(letter, self.numbers, tensor["data_offsets"][0] + at * size)[0]

    def shape(self, attention, probe=0):
        return self.tensors[f"{attention}/{probe}/weights"]["shape"]

    def weight(self, attention, head, query, key, probe=0):
        return self._item(f"{attention}/{probe}/weights", "<f", 4, head, query, key)

    def is_masked(self, attention, query, key, probe=0):
        return self._item(f"{attention}/{probe}/blocked", "<B", 1, query, key) != 0


class Maker:
    """Makes runs and reports with the program in a folder."""

    def __init__(self, program, folder):
        self.program, self.folder = str(pathlib.Path(program).resolve()), pathlib.Path(folder)

    def heed(self, *arguments):
        done = subprocess.run([self.program, *map(str, arguments)], cwd=ROOT, capture_output=True,
                              text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"heed {arguments}: status {done.returncode}: {done.stderr}")
        return done.stderr

    def train(self, config, name, *settings):
        run = self.folder / name
        arguments = [part for setting in [*SHORT, *settings] for part in ("--set", setting)]
        self.heed("train", ROOT / f"configs/{config}.json", *arguments, "--out", run)
        return run

    def report(self, run):
        self.heed("report", run)
        return Page(run.name, run / "report.html", run)

    def shipped(self, configs=tuple(CONFIGS)):
        """Of pairs 4 to 12 letters and every second one of them, so that L_1 ≠ L_2."""
        words = ["".join(LETTERS[(i * i + i * k + 5 * k) % 26] for k in range(4 + i % 9))
                 for i in range(300)]
        (self.folder / "words.tsv").write_text(
            "".join(f"{' '.join(word)}\t{' '.join(word[::2])}\n" for word in sorted(set(words))),
            encoding="utf-8")
        pages = []
        for config in configs:
            own = [f"task.path={self.folder}/words.tsv"] if config == "pairs" else []
            pages.append(self.report(self.train(config, config, *own)))
        return pages

    def several(self):
        runs = self.folder / "runs"
        runs.mkdir()
        for seed in range(2):
            self.train("reverse", f"runs/seed-{seed}", f"train.seed={seed}")
        self.train("reverse", "runs/faster", "train.lr=0.02")
        return self.report(runs)

    def copied(self, run, name):
        return pathlib.Path(shutil.copytree(run, self.folder / name))

    def hostile(self, reverse):
        """Runs that somebody else made, or damaged: (page, what it must speak of)."""
        (self.folder / "symbols.txt").write_text((SYMBOLS + "\n") * 40, encoding="utf-8")
        symbols = self.train("text", "symbols " + EVIL_NAME.replace("/", ""),
                             f"task.path={self.folder}/symbols.txt")
        self._spoil_run_file(symbols)
        (self.folder / "pairs.tsv").write_text(
            "".join(f"{symbol}{other}\t{other}{symbol}\n" for symbol in sorted(set(SYMBOLS))
                    for other in "<>\"'\u202e" if symbol not in "\t\n\r"), encoding="utf-8")
        pairs = self.train("pairs", "symbol_pairs", f"task.path={self.folder}/pairs.tsv",
                           "task.tokens=characters")
        return [(self.report(symbols), "window.hacked"), (self.report(pairs), "\\u202e"),
                self._damaged_metrics(reverse), self._without_snapshots(reverse),
                self._foreign_snapshot(reverse)]

    @staticmethod
    def _spoil_run_file(run):
        about = json.loads((run / "run.json").read_text(encoding="utf-8"))
        for key in ("host", "heed", "simd", "blas"):
            about["sessions"][0][key] = ATTACK
        about["sessions"][0]["command"].append(ATTACK + "\u202e")
        (run / "run.json").write_text(json.dumps(about), encoding="utf-8")

    def _damaged_metrics(self, reverse):
        run = self.copied(reverse, "damaged_metrics")
        with (run / "metrics.jsonl").open("a", encoding="utf-8") as metrics:
            metrics.write("{\"step\":21,\"loss\":NaN,\"lr\":Infinity,\"grad_norm\":-Infinity}\n")
            metrics.write(f"{json.dumps({'step': 22, ATTACK: 1})}\n{ATTACK}\n[[[\n")
            metrics.write("{\"step\":23,\"loss\":1.5")
        return self.report(run), "metrics.jsonl"

    def _without_snapshots(self, reverse):
        run = self.copied(reverse, "without_snapshots")
        shutil.rmtree(run / "snapshots")
        for checkpoint in (run / "checkpoints").iterdir():
            shutil.rmtree(checkpoint) if checkpoint.is_dir() else checkpoint.unlink()
        return self.report(run), "snapshots"

    def _foreign_snapshot(self, reverse):
        """A snapshot and the checkpoints are of another model; one snapshot is cut off."""
        run = self.copied(reverse, "foreign")
        other = self.folder / "induction"
        files = sorted((run / "snapshots").iterdir())
        shutil.copy(other / "snapshots" / files[0].name, files[0])
        files[1].write_bytes(files[1].read_bytes()[:-9])
        shutil.rmtree(run / "checkpoints")
        shutil.copytree(other / "checkpoints", run / "checkpoints")
        return self.report(run), re.sub(r"\.safetensors$", "", files[1].name)
