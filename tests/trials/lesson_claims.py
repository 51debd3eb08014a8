"""What the lessons of the page say of their states: ranges of numbers that training them gives."""
import collections
import json
import pathlib
import subprocess

CLAIMS = [
    # lesson, what is set beside its state, what is measured, at which step (0: the last), range
    ("one_projection", (), "sequence_accuracy", 100, 0.93, 0.99),
    ("one_projection", (), "without 1", 0, -0.12, 0),
    ("one_projection", (), "without 2", 0, -0.12, 0),
    ("one_projection", (), "without 3", 0, -1, -0.8),
    ("same_parameters", (), "parameters", 0, 13290, 13290),
    ("same_parameters", (), "sequence_accuracy", 100, 0, 0.8),
    ("same_parameters", (), "sequence_accuracy", 160, 0.95, 1),
    ("same_parameters", ("model.attention.heads=1",), "parameters", 0, 13290, 13290),
    ("same_parameters", ("model.attention.heads=1",), "sequence_accuracy", 100, 0.95, 1),
    ("same_parameters", ("model.attention.d_qk=32", "model.attention.d_v=32"), "parameters", 0,
     41962, 41962),
    ("not_one_big_head", ("model.attention.heads=1",), "parameters", 0, 5035, 5035),
    ("not_one_big_head", ("model.attention.heads=1",), "sequence_accuracy", 0, 0.37, 0.47),
    ("not_one_big_head", ("model.attention.heads=4",), "parameters", 0, 5035, 5035),
    ("not_one_big_head", ("model.attention.heads=4",), "sequence_accuracy", 0, 0.82, 0.9),
    ("not_one_big_head", ("model.attention.heads=8",), "sequence_accuracy", 0, 0.89, 0.95),
    ("not_one_big_head", ("model.attention.heads=1", "model.d_ff=null"), "sequence_accuracy", 0,
     0.94, 0.98),
    ("not_one_big_head", ("model.attention.heads=4", "model.d_ff=null"), "sequence_accuracy", 0,
     0.96, 1),
    ("which_product", (), "sequence_accuracy", 0, 0.98, 1),
    ("which_product", ("model.layers=1",), "token_accuracy", 0, 0.28, 0.39),
    ("square_root", (), "sequence_accuracy", 200, 0, 0.2),
    ("square_root", (), "sequence_accuracy", 240, 0.95, 1),
    ("square_root", ("model.init_std=0.18",), "sequence_accuracy", 60, 0.9, 1),
    ("square_root", ("model.attention.type=multi_head_attention", "model.attention.qk_norm=true"),
     "sequence_accuracy", 100, 0.98, 1),
    ("square_root", ("model.init_std=0.7",), "token_accuracy", 300, 0.1, 0.17),
    ("mask", (), "eval_loss", 0, 2.29, 2.32),
    ("mask", (), "token_accuracy", 0, 0.08, 0.12),
    ("which_head", (), "sequence_accuracy", 0, 0.99, 1),
    ("which_head", (), "without 0", 0, -0.02, 0),
    ("which_head", (), "without 1", 0, -0.02, 0),
    ("which_head", (), "without 2", 0, -0.45, -0.2),
    ("which_head", ("train.seed=4",), "without 0", 0, -0.02, 0),
    ("which_head", ("train.seed=4",), "without 1", 0, -0.02, 0),
    ("which_head", ("train.seed=4",), "without 2", 0, -1, -0.9),
    ("induction", (), "loss", 100, 2.9, 3.3),
    ("induction", (), "loss", 150, 0, 0.4),
    ("induction", (), "sequence_accuracy", 0, 0.98, 1),
    ("induction", ("model.layers=1",), "eval_loss", 0, 2.7, 3),
    ("induction", ("model.layers=1",), "token_accuracy", 0, 0.11, 0.17),
    ("induction", ("model.attention.heads=1",), "sequence_accuracy", 0, 0.98, 1),
]


def with_sets(own, others):
    """Settings in which `others` win: a key given twice is an error of the program."""
    keys = {setting.partition("=")[0] for setting in others}
    return [setting for setting in own if setting.partition("=")[0] not in keys] + list(others)


class Trained:
    """A run of a state and what was measured in it."""

    def __init__(self, program, config, sets, folder):
        self._program, self._folder = program, folder
        options = [part for setting in sets for part in ("--set", setting)]
        said = self._heed("train", config, *options, "--out", folder)
        self._result = json.loads(said.splitlines()[-1])
        lines = (pathlib.Path(folder) / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
        self._metrics = [json.loads(line) for line in lines]
        self._heads = {}

    def _heed(self, *arguments):
        done = subprocess.run([self._program, *map(str, arguments)], capture_output=True,
                              text=True, check=False)
        if done.returncode != 0:
            raise ValueError(f"heed {arguments[0]}: status {done.returncode}: {done.stderr}")
        return done.stdout

    def measured(self, what, step):
        """None if nothing of that name was measured at that step."""
        if what == "parameters":
            return self._result[what]
        if what.startswith("without "):
            return self._without(int(what.split()[1]))
        found = [line[what] for line in self._metrics
                 if what in line and step in (0, line["step"])]
        return found[-1] if found else None

    def _without(self, head):
        """What leaving out this head of the first attention adds to the sequence accuracy."""
        if not self._heads:
            for line in map(json.loads, self._heed("heads", self._folder, "--json").splitlines()):
                if "head" in line:
                    self._heads.setdefault(line["head"], line["sequence_accuracy_change"])
        return self._heads.get(head)


def untrue_claims(program, states, folder, claims=CLAIMS):
    """Messages about numbers that the lessons do not say. `states`: lesson -> (config, sets)."""
    by_run = collections.defaultdict(list)
    for lesson, sets, *claim in claims:
        by_run[lesson, sets].append(claim)
    for number, ((lesson, sets), claimed) in enumerate(by_run.items()):
        config, own = states[lesson]
        run = Trained(program, config, with_sets(own, sets), f"{folder}/{number}")
        for what, step, low, high in claimed:
            value = run.measured(what, step)
            if value is None or not low <= value <= high:
                at = f"at step {step}" if step else "at the end"
                yield (f"{lesson} {' '.join(sets)}: {what} {at} is {value}, "
                       f"and the text says {low} to {high}")
