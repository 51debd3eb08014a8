"""What leaves a playground and comes back: configurations, models, own pairs, and the address."""

import itertools
import json

from page_view import tensors_of
from report_pages import ROOT
from report_view import require

HARD_PAIRS = "a&b\tb#a\n10 %\t% 10\nä ö\tö ä\n+ =\t= +\n汉 字\t字 汉\n" * 8
STEPS = 20
STATES = [
    "config=sort&model.attention.heads=4&train.seed=3",
    "config=reverse&lesson=mask&lang=ko&hide=task,heads,config",
    "config=cross_reverse&gates=0.1,0.2&speed=5",
    "config=reverse&input=1%202%203%204%205%206%207%208%209%200%201%202%203%204%205%206",
    "config=text&input=Wh%26%23%25&panel=scores",
    "config=addition&model.attention.type=d2l_multi_head_attention&panel=shapes",
    "config=noise&model.dropout=0.1&train.lr=0.003",
    "config=recall&model.attention.type=self_attention&model.attention.heads=1",
    "config=induction&train.eval_every=25&gates=1.0&lang=zh",
    "config=seq2seq_reverse&train.schedule=constant",
    "config=copy&model.attention.type=none&hide=tools",
]
HOSTILE = [
    "config=../../etc/passwd", "config=__proto__", "__proto__=1&config=reverse", "%", "&&&===", "=",
    "config=reverse&lang=__proto__", "config=reverse&panel=constructor&lesson=__proto__",
    "config=<img src=x onerror=window.hacked=1>", "config=reverse&model.layers=<script>",
    "config=reverse&gates=9.9,__proto__.x", "config=reverse&speed=NaN", "config=%F0%28%8C",
    "config=reverse&input=" + "9 " * 3000, "config=reverse&__proto__.x=1&a.b=2",
    "config=reverse&model.d_model=1e400", "config=pairs&pairs=%00%01", "x" * 100_000,
]
STATE = """return JSON.stringify([playground.config, playground.state.view,
  [...document.querySelectorAll('#controls select, #controls input')].map((node) => node.value),
  byId('input').value, byId('speed').value, byId('pairs').value, byId('lesson-language').value,
  [...document.querySelectorAll('.gate')].map((node) => node.checked),
  [...document.querySelectorAll('[data-group]')].map((node) => node.hidden)]);"""


def configs_leave(view, page):
    """The text of the configuration trains the same model on the command line."""
    view.state("config=sort&model.layers=2&train.lr=0.005&train.seed=4&train.batch_size=16"
               f"&train.schedule=constant&train.steps={STEPS}")
    losses = view.losses(STEPS)
    name, content = view.taken("#save-config")
    require(name == "playground.json", name)
    require(content.decode() == view.run("return byId('config-text').value"), "another text")
    path = view.folder / name
    path.write_bytes(content)
    page.heed("validate", path)
    native = page.native_losses(path, STEPS)
    worst = max(abs(a / b - 1) for a, b in zip(losses, native, strict=True))
    page.say(f"{STEPS} losses of a configuration that was taken along: within {worst:.1e}")
    require(worst < 1e-4, f"losses differ by {worst:.1e}: {losses[-1]} {native[-1]}")


def configs_come(view, page):
    """Each that comes with heed, as a text, is the one that the page opens by its name."""
    view.state()
    names = view.run("return playground.data.tasks.map(({ config }) => config)")
    paths = [path for path in sorted((ROOT / "configs").glob("*.json")) if path.stem != "schema"]
    opened = 0
    for path in paths:
        text = path.read_text(encoding="utf-8")
        view.run("byId('config-text').value = arguments[0]", text)
        view.click_on("#use-config")
        if view.message():
            require(path.stem not in names and "data" in view.message() or "memory" in
                    view.message() or "tiny" in text or "path" in text,
                    f"{path.stem}: {view.message()}")
            continue
        opened += 1
        given = json.loads(text)
        for section in ("task", "model", "train"):
            for key, value in given.get(section, {}).items():
                if key == "path" or isinstance(value, dict | list):
                    continue
                now = view.config(f"{section}.{key}")
                require(now == value, f"{path.stem}: {section}.{key} is {now}, not {value}")
        require(path.stem not in names or f"config={path.stem}" in view.hash(), view.hash())
    page.say(f"{opened} of {len(paths)} shipped configurations open as a text")
    require(opened >= len(names) - 1, f"only {opened} open")
    _bad_configs(view)


def _bad_configs(view):
    view.state("config=copy")
    view.click_on("#step")
    for text, words in (("{", "the text above"), ("", "the text above"), ("[1]", "object"),
                        ('{"task": {"type": "copy"}, "model": {"d_modle": 3}}', "d_model"),
                        ("{\"task\": {\"type\": \"nothing\"}}", "nothing")):
        view.run("byId('config-text').value = arguments[0]", text)
        view.click_on("#use-config")
        require(words in view.message(), f"{text!r}: {view.message()!r}")
        require(view.step() == 1 and "config=copy" in view.hash(), f"{text!r} changes the model")
    path = view.folder / "mine.json"
    path.write_text((ROOT / "configs/sort.json").read_text(encoding="utf-8"), encoding="utf-8")
    view.give("#load-config", path)
    require(view.config("task.type") == "sort", "a file is not taken")
    view.no_message("a file")


def models_leave(view, page):
    """A model of the page works on the command line."""
    view.state("config=reverse")
    view.losses(100)
    question = "0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5"
    answer = view.ask("ask", input=question)["answer"]
    name, content = view.taken("#save-model")
    path = view.folder / name
    path.write_bytes(content)
    require("heed.config" in page.heed("inspect", path) or path.stat().st_size > 0, "no config")
    accuracy = json.loads(page.heed("eval", path))
    require(accuracy["sequence_accuracy"] > 0.98, f"eval: {accuracy}")
    native = page.heed("predict", path, "--input", question).strip()
    require(native == answer, f"predict says {native}, the page {answer}")
    page.heed("export", path, "--out", view.folder / "again.safetensors")
    require(tensors_of((view.folder / "again.safetensors").read_bytes()) == tensors_of(content),
            "heed export writes other tensors")


def models_come(view, page):
    """What heed export wrote is asked, trained on and written again, bit for bit."""
    run = view.folder / "run"
    page.heed("train", "configs/reverse.json", "--set", "train.steps=60", "--set",
              "model.attention.heads=2", "--set", "model.attention.type=multi_head_attention",
              "--out", run)
    path = view.folder / "native.safetensors"
    page.heed("export", run, "--out", path)
    view.state("config=copy")
    view.give("#load-model", path)
    view.no_message("a model of heed export")
    require(view.step() == 60 and view.config("model.attention.heads") == 2, view.hash())
    again = view.taken("#save-model")[1]
    require(tensors_of(again) == tensors_of(path.read_bytes()), "other tensors come back")
    question = "9 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5"
    view.type_over("#input", question)
    view.click_on("#ask")
    native = page.heed("predict", path, "--input", question).strip()
    require(view.text("#answer") == native, f"{view.text('#answer')}, not {native}")
    view.click_on("#step")
    require(view.step() == 61, "does not train on")
    _without_data(view, page)


def _without_data(view, page):
    pairs = view.folder / "mine.tsv"
    pairs.write_text(reversed_words(60), encoding="utf-8")
    page.heed("train", "configs/pairs.json", "--set", f"task.path={pairs}", "--set",
              "train.steps=5", "--out", view.folder / "pairs")
    path = view.folder / "pairs.safetensors"
    page.heed("export", view.folder / "pairs", "--out", path)
    pairs.unlink()
    view.give("#load-model", path)
    require("mine.tsv" in view.message() or "data" in view.message(), view.message())
    for selector in ("#play", "#step"):
        require(not view.one(selector).is_enabled(), f"{selector} would train")
    view.type_over("#input", "a b c")
    view.click_on("#ask")
    native = page.heed("predict", path, "--input", "a b c").strip().split(" (")[0]
    require(view.text("#answer").split(" (")[0] == native, f"{view.text('#answer')}, not {native}")
    view.set("#task", "reverse")
    require(view.one("#play").is_enabled(), "another task does not train")


def reversed_words(count):
    words = itertools.islice(itertools.product("abcdef", repeat=4), 0, 7 * count, 7)
    return "".join(f"{' '.join(word)}\t{' '.join(reversed(word))}\n" for word in words)


def own_pairs_learn(view, page):
    view.state("config=pairs")
    text = reversed_words(60)
    require(text.count("\n") == 60, "too few words")
    view.run("byId('pairs').value = arguments[0]", text)
    view.click_on("#use-pairs")
    view.no_message("own pairs")
    for _ in range(3):
        view.click_on("#step")
    require(view.step() == 3, f"step {view.step()}")
    view.type_over("#input", "a b c")
    view.click_on("#ask")
    require(set(view.text("#answer").split(" (")[0].split()) <= set("abcdef"), view.text("#answer"))
    require(view.taken("#save-pairs") == ("pairs.txt", text.encode()), "other pairs are saved")
    config = view.run("return byId('config-text').value")
    view.click_on("#use-config")
    view.no_message("the configuration of own pairs")
    before = view.losses(10)
    view.state(view.hash())
    view.no_message("own pairs in the address")
    require(view.run("return byId('config-text').value") == config, "another configuration")
    require(view.losses(10) == before, "other losses after a reload")
    path = view.folder / "words.txt"
    path.write_text("x y\ty x\ny z\tz y\nz x\tx z\n" * 10, encoding="utf-8")
    view.give("#load-pairs", path)
    view.no_message("pairs of a file")
    require("z x" in view.run("return byId('pairs').value"), "the file is not shown")


def addresses_return(view, page):
    """A reload has the same everything, and trains to the same bits."""
    view.state("config=pairs")
    view.run("byId('pairs').value = arguments[0]", HARD_PAIRS)
    view.click_on("#use-pairs")
    view.no_message("pairs with signs")
    for state in [view.hash(), *STATES]:
        view.state(state)
        view.no_message(state[:80])
        before, losses, address = view.run(STATE), view.losses(10), view.hash()
        _is_shown(view, state)
        view.state(address)
        after = view.run(STATE)
        require(before == after, f"{state[:80]}: {differing(before, after)}")
        require(view.losses(10) == losses, f"{state[:80]}: other losses")


def _is_shown(view, state):
    lost = [part for part in state.split("&") if part not in view.hash().split("&")]
    require(not lost, f"{lost} of {state[:80]} are lost")
    view_of = dict(part.split("=", 1) for part in state.split("&"))
    closed = view.run("return [...document.querySelectorAll('.gate')]"
                      ".filter((box) => !box.checked).length")
    wanted = len(view_of["gates"].split(",")) if "gates" in view_of else 0
    require(closed == wanted, f"{closed} heads of {state[:80]} are off")
    for key, field in (("lang", "#lesson-language"), ("speed", "#speed")):
        now = view.run("return arguments[0].value", view.one(field))
        require(now == view_of.get(key, now), f"{key} is {now} in {state[:80]}")


def differing(before, after):
    pairs = zip(json.loads(before), json.loads(after), strict=True)
    return [(a, b) for a, b in pairs if a != b][:1]


def survives_addresses(view, page):
    """Whatever stands in the address, there is a page that trains; what is not taken is told."""
    for state in HOSTILE:
        view.state(state)
        broken = [text for text in view.console() if "SEVERE" in text or "Uncaught" in text]
        require(not broken, f"{state[:60]}: {broken}")
        require(view.run("return typeof window.hacked") == "undefined", f"{state[:60]} runs")
        require("This page has failed" not in view.message(), f"{state[:60]}: {view.message()}")
        require(view.one("#play").is_enabled(), f"{state[:60]}: there is nothing to play")
        view.click_on("#step")
        require(view.step() == 1, f"{state[:60]}: does not train: {view.message()!r}")
    for state, words in ((HOSTILE[0], "etc/passwd"), (HOSTILE[9], "layers"),
                         (HOSTILE[15], "d_model")):
        view.state(state)
        require(words in view.message(), f"{state}: says {view.message()!r}")

