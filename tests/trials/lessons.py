#!/usr/bin/env python3
"""The lessons of the page are complete: every language has every text, and the program reads what
each state sets. With --train, states are trained and the numbers in the texts compared.

  tests/trials/lessons.py [PROGRAM, by default build/release/bin/heed] [--train]
  tests/trials/lessons.py --self-test      whether damaged lessons are found
"""
import argparse
import copy
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import urllib.parse

import lesson_claims

ROOT = pathlib.Path(__file__).resolve().parents[2]
LESSONS = ROOT / "examples/page/lessons"
WORDS = ["lessons", "next", "previous", "close", "try"]
GROUPS = {"task", "layers", "heads", "width", "positions", "norm", "attention", "optimizer", "lr",
          "batch", "seed", "schedule", "tools", "config"}
PANELS = {"shapes", "gradcheck", "leaks", "scores"}
VIEW = {"config", "hide", "input", "gates", "panel"}
PARAGRAPHS = 2


def without_repeats(pairs):
    keys = [key for key, _ in pairs]
    for key in keys:
        if keys.count(key) > 1:
            raise ValueError(f"the key {key} is there twice")
    return dict(pairs)


def read(path):
    try:
        return json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=without_repeats)
    except ValueError as error:
        sys.exit(f"lessons: {path.name}: {error}")


def parts_of(state):
    """(view keys, settings) of the text after # in the page's address."""
    view, sets = {}, []
    for part in state.split("&"):
        key, equals, value = map(urllib.parse.unquote, part.partition("="))
        if not equals or key in view:
            raise ValueError(f"{part!r} is no KEY=VALUE, or the second one with this key")
        if "." in key:
            sets.append(f"{key}={value}")
        else:
            view[key] = value
    return view, sets


def faults_of_view(view):
    for key in view.keys() - VIEW:
        yield f"{key}: no key of a view; there are {', '.join(sorted(VIEW))}"
    if "config" not in view:
        yield "config: missing"
    elif not re.fullmatch(r"\w+", view["config"]) or not config_file(view["config"]).is_file():
        yield f"config: there is no configs/{view['config']}.json"
    hidden = view["hide"].split(",") if "hide" in view else []
    for group in hidden:
        if group not in GROUPS or hidden.count(group) > 1:
            yield f"hide: {group!r} is no group of controls, or there twice"
    if view.get("panel", "shapes") not in PANELS:
        yield f"panel: {view['panel']!r}; there are {', '.join(sorted(PANELS))}"
    for gate in view["gates"].split(",") if "gates" in view else []:
        if not re.fullmatch(r"\d+\.\d+", gate):
            yield f"gates: {gate!r} is no ATTENTION.HEAD"
    if not view.get("input", "1").strip():
        yield "input: empty"


def config_file(name):
    return ROOT / "configs" / f"{name}.json"


def faults_of_states(states, refusal):
    """`refusal(config, sets)` is what the program has against them, or empty."""
    identifiers = [lesson.get("id") for lesson in states["lessons"]]
    for place, lesson in enumerate(states["lessons"]):
        name = lesson.get("id") or f"lesson {place}"
        if lesson.keys() != {"id", "state"} or identifiers.count(lesson["id"]) > 1:
            yield f"states.json: {name}: needs an id of its own and a state, nothing else"
            continue
        try:
            view, sets = parts_of(lesson["state"])
        except ValueError as error:
            yield f"states.json: {name}: {error}"
            continue
        faults = list(faults_of_view(view))
        if not faults:
            refused = refusal(config_file(view["config"]), sets)
            faults = [f"the program refuses it: {refused}"] if refused else []
        for fault in faults:
            yield f"states.json: {name}: {fault}"


def is_text(value):
    return isinstance(value, str) and value.strip() == value != "" and "<" not in value


def faults_of_keys(found, wanted, where):
    for key in wanted:
        if key not in found:
            yield f"{where}{key}: missing"
    for key in found:
        if key not in wanted:
            yield f"{where}{key}: unknown"


def faults_of_language(language, identifiers):
    """Messages that begin with the key."""
    yield from faults_of_keys(language, ["language", "words", "lessons"], "")
    if not is_text(language.get("language")):
        yield "language: not a plain text"
    words, lessons = language.get("words", {}), language.get("lessons", {})
    yield from faults_of_keys(words, WORDS, "words.")
    for key, word in words.items():
        if not is_text(word):
            yield f"words.{key}: not a plain text"
    yield from faults_of_keys(lessons, identifiers, "lessons.")
    for name, lesson in lessons.items():
        where = f"lessons.{name}."
        yield from faults_of_keys(lesson, ["title", "text", "try"], where)
        if not is_text(lesson.get("title")):
            yield f"{where}title: not a plain text"
        if len(lesson.get("text", [])) != PARAGRAPHS:
            yield f"{where}text: {len(lesson.get('text', []))} paragraphs, not {PARAGRAPHS}"
        if not lesson.get("try"):
            yield f"{where}try: nothing to do"
        for key in ("text", "try"):
            for place, text in enumerate(lesson.get(key, [])):
                if not is_text(text):
                    yield f"{where}{key}.{place}: not a plain text"


def all_faults(states, languages, refusal):
    yield from faults_of_states(states, refusal)
    identifiers = [lesson.get("id") for lesson in states["lessons"]]
    for file, language in languages.items():
        for fault in faults_of_language(language, identifiers):
            yield f"{file}: {fault}"


def asks(program):
    def refusal(config, sets):
        options = [part for setting in sets for part in ("--set", setting)]
        done = subprocess.run([program, "validate", str(config), *options], capture_output=True,
                              text=True, check=False)
        return "" if done.returncode == 0 else done.stderr.strip() or f"status {done.returncode}"

    return refusal


DAMAGES = [
    # what is done to the states and to the English texts, what the message says
    (lambda s, e: e["lessons"].pop("mask"), "en.json: lessons.mask: missing"),
    (lambda s, e: e["lessons"].update(other=e["lessons"]["mask"]), "lessons.other: unknown"),
    (lambda s, e: e["words"].pop("next"), "en.json: words.next: missing"),
    (lambda s, e: e["words"].update(next=" "), "en.json: words.next: not a plain text"),
    (lambda s, e: e["lessons"]["mask"]["text"].pop(), "lessons.mask.text: 1 paragraphs"),
    (lambda s, e: e["lessons"]["mask"]["try"].clear(), "lessons.mask.try: nothing"),
    (lambda s, e: e["lessons"]["mask"]["try"].append(""), ": not a plain text"),
    (lambda s, e: e["lessons"]["mask"].update(title="<b>mask</b>"), "lessons.mask.title"),
    (lambda s, e: s["lessons"].pop(), ": unknown"),
    (lambda s, e: s["lessons"][0].update(id="mask"), "mask: needs an id of its own"),
    (lambda s, e: s["lessons"][0].update(state="config=nothing"), "nothing.json"),
    (lambda s, e: s["lessons"][0].update(state="config=reverse&hide=all"), "hide: 'all'"),
    (lambda s, e: s["lessons"][0].update(state="config=reverse&panel=x"), "panel: 'x'"),
    (lambda s, e: s["lessons"][0].update(state="config=reverse&gates=1"), "gates: '1'"),
    (lambda s, e: s["lessons"][0].update(state="config=reverse&heads=1"), "heads: no key"),
    (lambda s, e: s["lessons"][0].update(state="config=reverse&refused.key=1"), "refuses it"),
]


def self_test(states, languages):
    def refusal(_, sets):
        return "refused.key is unknown" if "refused.key=1" in sets else ""

    missed = list(all_faults(states, languages, refusal))
    for damage, message in DAMAGES:
        damaged_states, damaged = copy.deepcopy(states), copy.deepcopy(languages)
        damage(damaged_states, damaged["en.json"])
        faults = list(all_faults(damaged_states, damaged, refusal))
        if not any(message in fault for fault in faults):
            missed.append(f"no fault says {message!r}: {faults}")
    return missed


def untrue_claims(states, program):
    trained = {}
    for lesson in states["lessons"]:
        view, sets = parts_of(lesson["state"])
        trained[lesson["id"]] = config_file(view["config"]), sets
    with tempfile.TemporaryDirectory(prefix="heed-lessons-") as folder:
        return list(lesson_claims.untrue_claims(program, trained, folder))


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("program", nargs="?", default=str(ROOT / "build/release/bin/heed"))
    parser.add_argument("--train", action="store_true")
    parser.add_argument("--self-test", action="store_true")
    arguments = parser.parse_args()
    states = read(LESSONS / "states.json")
    languages = {path.name: read(path) for path in sorted(LESSONS.glob("*.json"))
                 if path.name != "states.json"}
    program = str(pathlib.Path(arguments.program).resolve())
    if arguments.self_test:
        faults = self_test(states, languages)
    else:
        try:
            faults = list(all_faults(states, languages, asks(program)))
            if arguments.train and not faults:
                faults = untrue_claims(states, program)
        except (OSError, ValueError) as error:
            faults = [str(error)]
    for fault in faults:
        print(f"lessons: {fault}", file=sys.stderr)
    if not faults:
        print(f"lessons: {len(states['lessons'])} in {', '.join(languages)}: complete")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
