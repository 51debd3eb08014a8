"""What must hold of a playground's controls: each does what it says, by the pointer and by keys."""

import re

from report_view import part, require

NUMBERS = {"model.layers": 2, "model.attention.heads": 4, "model.d_model": 16, "train.lr": 0.02,
           "train.batch_size": 32, "train.steps": 120, "train.seed": 7}
ORDER = """const all = [...document.querySelectorAll(
    'a[href], button, select, input, textarea, summary, [tabindex]')];
  const isOne = (node) => node.checkVisibility() && !node.disabled && node.type !== 'hidden'
    && node.getAttribute('tabindex') !== '-1';
  document.querySelectorAll('*').forEach((node, index) => { node.dataset.order = index; });
  return [all.filter(isOne).map((node) => Number(node.dataset.order)),
    all.filter((node) => node.tabIndex > 0).length];"""


def field(path):
    return "#key-" + path.replace(".", "\\.")


def tab_reaches_all(view, page):
    view.state("config=reverse&lesson=which_head&lang=en&panel=scores")
    view.run("document.querySelectorAll('details').forEach((node) => { node.open = true; })")
    wanted, positive = view.run(ORDER)
    require(positive == 0, f"{positive} elements have an order of their own")
    view.run("window.visited = []; document.addEventListener('focusin', (event) => "
             "visited.push(Number(event.target.dataset.order))); document.activeElement.blur()")
    for _ in range(0, len(wanted) + 25, 25):
        view.press_tab(25)
    visited = view.run("return window.visited")
    names = view.run("return arguments[0].map((order) => document.querySelector("
                     "`[data-order='${order}']`).outerHTML.slice(0, 90))",
                     sorted(set(wanted) - set(visited)))
    require(not names, f"Tab does not reach {names}")
    first = visited[:next((n for n, order in enumerate(visited) if order in visited[:n]), None)]
    top = first.index(min(first))
    first = first[top:] + first[:top]
    require(first == sorted(first), "Tab goes back and forth")


def lists_choose(view, page):
    """Each value of each list is taken, or refused with heed's reason and put back; so by keys."""
    whole = "config=reverse&model.attention.type=multi_head_attention"
    view.state(whole)
    for path in view.run("return [...document.querySelectorAll('#controls select')]"
                         ".map((node) => node.id.replace('key-', ''))"):
        if path == "task":
            continue
        taken = 0
        for value in view.run("return [...arguments[0].options].map((option) => option.value)",
                              view.one(field(path))):
            before = view.config(path)
            view.set(field(path), value)
            now, message = view.config(path), view.message()
            require(now == value or (message and now == before), f"{path}={value}: {now}")
            shown = view.run("return arguments[0].value", view.one(field(path)))
            require(shown == now, f"{path}={value} shows {shown}, not {now}")
            taken += now == value
        require(taken > 1, f"{path} has {taken} values that are taken")
        view.state(whole)
        _walks(view, path)
    _attentions(view)


def _walks(view, path):
    """The arrow keys choose another value."""
    before = view.config(path)
    for key in ("ARROW_DOWN", "ARROW_UP", "ARROW_UP"):
        view.press_on(field(path), key)
        if view.config(path) != before:
            require(f"{path}={view.config(path)}" in view.hash(), f"{path} is not in the address")
            return
    require(view.message(), f"arrow keys do not change {path}, and nothing says why")


def _attentions(view):
    """Every attention trains a step, and without any the page says so."""
    view.state("config=reverse")
    for name in page_attentions(view):
        view.set(field("model.attention.type"), name)
        view.no_message(name)
        view.click_on("#step")
        view.no_message(f"a step of {name}")
        require(view.step() == 1, f"{name} does not train")
        drawn = len(view.all("#heads-view rect.cell")) > 100
        require(drawn == (name != "none") or "no heads" in view.text("#heads-none"),
                f"{name}: pictures: {drawn}")


def page_attentions(view):
    return view.run("return playground.data.attentions.map(({ name }) => name)")


def attention_off(view, page):
    view.state("config=reverse")
    kind = view.config("model.attention.type")
    view.click_on("#attention-off")
    require(view.config("model.attention.type") == "none", "a click does not switch it off")
    view.no_message("attention off")
    require(view.text("#heads-none"), "nothing says that there are no heads")
    view.press_on("#attention-off", "SPACE")
    require(view.config("model.attention.type") == kind, "the key does not bring it back")
    require(view.all("#heads-view rect.cell"), "no picture of its head")


def numbers_change(view, page):
    """By typing, and by arrow keys."""
    view.state("config=reverse&model.attention.type=multi_head_attention")
    for path, value in NUMBERS.items():
        view.type_over(field(path), str(value))
        view.no_message(path)
        require(view.config(path) == value, f"{path}={view.config(path)}, not {value}")
        require(f"{path}={value}" in view.hash(), f"{path} is not in the address {view.hash()}")
    view.state("config=reverse")
    for path in NUMBERS:
        before = view.config(path)
        for _ in range(3):  # over values that heed refuses
            view.press_on(field(path), "ARROW_UP")
            if view.config(path) != before:
                break
            require("does not divide" in view.message(), f"{path}: {view.message()!r}")
        now = view.config(path)
        most = before * 2.01 + (8 if isinstance(before, int) else 0)
        require(before < now <= most, f"{path}: from {before} to {now}")
        view.press_on(field(path), "ARROW_DOWN")
    view.no_message("arrow keys")


def refusal_can_be_mended(view, page):
    """What heed refuses stays in the field, marked, and the model is as before."""
    view.state("config=reverse&model.attention.heads=2")
    view.click_on("#step")
    view.press_on(field("model.attention.heads"), "ARROW_UP")
    require("3 does not divide d_model 32" in view.message(), f"says {view.message()!r}")
    require(view.step() == 1 and view.config("model.attention.heads") == 2, "the model is gone")
    require(view.one(field("model.attention.heads")).get_attribute("aria-invalid") == "true",
            "the field is not marked")
    require("heads=2" in view.hash(), f"the address has it: {view.hash()}")
    view.press_on(field("model.attention.heads"), "ARROW_UP")
    require(view.config("model.attention.heads") == 4, "4 is not reached by keys")
    view.no_message("after it")


def learning_rate_keeps_the_model(view, page):
    view.state("config=reverse")
    for _ in range(3):
        view.click_on("#step")
    bits = view.taken("#save-model")[1]
    view.type_over(field("train.lr"), "0.005")
    require(view.step() == 3 and view.config("train.lr") == 0.005, f"step {view.step()}")
    again = view.taken("#save-model")[1]
    require(len(again) > 1000 and bits[-4096:] == again[-4096:], "the parameters are others")
    view.click_on("#step")
    require(view.step() == 4, f"goes on to step {view.step()}")
    view.type_over(field("train.seed"), "3")
    require(view.step() == 0, "another seed does not begin anew")


def other_keys(view, page):
    view.state("config=reverse")
    view.press(view.one("summary"), "ENTER")
    require(view.one("#more").is_displayed(), "a key does not open them")
    view.type_over("#more", "model.dropout=0.1\ntrain.eval_every=7")
    view.no_message("other keys")
    taken = view.config("model.dropout"), view.config("train.eval_every")
    require(taken == (0.1, 7), f"takes {taken}")
    view.type_over("#more", "model.dropuot=0.1")
    require("dropuot" in view.message() and view.config("model.dropout") == 0.1, view.message())
    view.type_over("#more", "train.eval_every=7")
    require(view.config("model.dropout") == 0, "a line that is gone counts")


def plays(view, page):
    """Play, pause, one step, reset, speed; by the pointer and by keys."""
    view.state("config=reverse&train.stop_at=null&train.steps=3000")
    for selector, act in (("pointer", view.click),
                          ("keys", lambda node: view.press(node, "SPACE"))):
        view.set("#speed", "20")
        act(view.one("#play"))
        view.wait("return Number(byId('number-step').textContent) >= 3", f"plays by {selector}")
        act(view.one("#play"))
        view.settle()
        step = view.step()
        require(3 <= step < 60, f"at 20 steps a second: step {step}")
        act(view.one("#step"))
        view.wait("return Number(byId('number-step').textContent) === arguments[0]",
                  "one step", step + 1, seconds=5)
        view.settle()
        require(len(view.run("return playground.charts.training.steps")) == step + 1, "no curve")
        act(view.one("#reset"))
        view.settle()
        require(view.step() == 0 and view.text("#number-loss") == "–", "reset does not reset")
    require("speed=20" in view.hash(), "the speed is not in the address")
    view.press_on("#speed", "HOME")
    require("speed" not in view.hash(), "keys do not change the speed")


def legends_hide(view, page):
    view.state()
    for chart in ("#chart-loss", "#chart-scores"):
        for act in (view.click, lambda node: view.press(node, "SPACE")):
            entry = view.all(f"{chart} .legend-entry")[0]
            before = len(view.all(f"{chart} .plot path.line"))
            act(entry)
            require(len(view.all(f"{chart} .plot path.line")) == before - 1, f"{chart}: stays")
            act(entry)
            require(len(view.all(f"{chart} .plot path.line")) == before, f"{chart}: lost")
    view.press(view.one("#chart-loss .plot"), "END")
    require(re.search(r"step \d+", view.text("#chart-loss .legend-x")), "keys read no values")
    view.press_on("#score", "ARROW_DOWN")
    require(len(view.all("#chart-scores .plot path.line")) == 3, "another score draws nothing")


def heads_answer(view, page):
    """A thumbnail is enlarged, arrows read the matrix, a gate changes what is measured."""
    view.state("config=reverse&model.attention.heads=2&train.stop_at=null&train.steps=200"
               "&model.attention.type=multi_head_attention")
    view.click(view.one("#play"))
    view.wait("return Number(byId('number-step').textContent) >= 200", "trains")
    view.settle()
    view.click(view.all(".thumbnail")[1])
    require(view.text("#heads-name").endswith("head 1"), view.text("#heads-name"))
    view.press(view.all(".thumbnail")[1], "ARROW_LEFT", "ENTER")
    require(view.text("#heads-name").endswith("head 0"), view.text("#heads-name"))
    view.press(view.one("#heads-view .plot"), "HOME", "ARROW_DOWN")
    row = part(r"Row \d+ sums to ([\d.]+), column \d+ to [\d.]+", view.text("#heads-readout"))
    require(abs(float(row) - 1) < 0.01, f"a row sums to {row}")
    require(len(view.all("#heads-row li")) == 5, "does not list what is read most")
    view.point(view.all("#heads-view rect.cell")[20])
    require(re.match(r"1 .* reads 4 ", view.text("#heads-readout")), view.text("#heads-readout"))
    both = []
    for gate, act in ((0, view.click), (1, lambda node: view.press(node, "SPACE"))):
        act(view.all(".gate")[gate])
        view.settle()
        both.append(view.text("#gates-readout"))
    with_all = [float(part(r"with all: ([\d.]+) %", text)) for text in both]
    without = [float(part(r"Without head .*?: ([\d.]+) %", text)) for text in both]
    require(min(with_all) > 90 and without[1] < 20 and without[1] <= without[0], f"{both}")
    require("gates=0.0,0.1" in view.hash(), view.hash())
    closed = view.ask("without", closed=[[0, 0], [0, 1]])["sequence_accuracy"] * 100
    require(abs(closed - without[1]) < 0.06, f"says {without[1]}, heed {closed}")
    for gate in view.all(".gate"):
        view.click(gate)
    view.settle()
    require("gates" not in view.hash() and "Untick" in view.text("#gates-readout"),
            "gates do not open")


SHOWN = """const { film } = playground.heads;
  const { columns } = film.weights();
  return film.enlarged.cells.map((cell, index) => [cell.getAttribute('fill'),
    weightColour(film.weights().weight(0, film.chosen.head, Math.floor(index / columns),
      index % columns),
      'unit', 1)]);"""


def pictures_are_live(view, page):
    """The enlarged head has the colours of the weights of now, not those of an earlier step."""
    view.state("config=reverse&train.stop_at=null&train.steps=60")
    before = view.run(SHOWN)
    view.click(view.one("#play"))
    view.wait("return Number(byId('number-step').textContent) >= 60", "trains")
    view.settle()
    after = view.run(SHOWN)
    require(all(fill == colour for fill, colour in after), "shows other weights than those of now")
    changed = sum(old[0] != new[0] for old, new in zip(before, after))
    require(changed > 50, f"only {changed} of {len(after)} cells have changed in 60 steps")


def lessons_move(view, page):
    view.state()
    ids = view.run("return playground.lessons.states.map(({ id }) => id)")
    view.click_on(f"#lesson-{ids[0]}")
    require(f"lesson={ids[0]}" in view.hash(), view.hash())
    view.click_on("#lesson-next")
    require(f"lesson={ids[1]}" in view.hash(), view.hash())
    view.press_on("#lesson-previous", "ENTER")
    view.press_on("#lesson-previous", "ENTER")
    require(f"lesson={ids[-1]}" in view.hash(), view.hash())
    english = view.text("#lesson-text")
    view.set("#lesson-language", "zh")
    require(view.text("#lesson-text") != english, "the language stays")
    view.press_on("#lesson-language", "ARROW_UP")
    view.click_on("#lesson-close")
    require(not view.one("#lesson").is_displayed() and "hide" not in view.hash(), "stays open")
    require(view.one(field("model.d_model")).is_displayed(), "controls stay hidden")


def lessons_open(view, page):
    """All, in every language: a text, no error, and what they hide is hidden."""
    view.state("config=copy")
    for language in view.run("return Object.keys(playground.data.lessons.languages)"):
        view.set("#lesson-language", language)
        for lesson in view.run("return playground.lessons.states"):
            view.click_on(f"#lesson-{lesson['id']}")
            where = f"{lesson['id']} in {language}"
            view.no_message(where)
            require(len(view.text("#lesson-text")) > 300, f"{where}: no text")
            title = view.run("return playground.data.lessons.languages[arguments[0]]"
                             ".lessons[arguments[1]].title", language, lesson["id"])
            require(view.text("#lesson-title") == title, f"{where}: {view.text('#lesson-title')}")
            require(not view.run("return byId('answer').classList.contains('bad')"), where)
            hidden = part(r"hide=([^&]*)", lesson["state"]).split(",")
            wrong = view.run("""return [...document.querySelectorAll('[data-group]')].filter(
                (node) => node.checkVisibility() === arguments[0].includes(node.dataset.group))
                .map((node) => node.dataset.group)""", hidden)
            require(not wrong, f"{where}: {wrong} are not as {hidden} says")


def tools_answer(view, page):
    view.state("config=reverse&model.attention.type=multi_head_attention")
    for name, words, act in (("shapes", "encoder.blocks.0.attention", view.click),
                             ("gradcheck", "gradcheck: passed", view.click),
                             ("leaks", "0 of 1024 pairs", lambda n: view.press(n, "ENTER")),
                             ("scores", "loss change", lambda n: view.press(n, "SPACE"))):
        act(view.one(f"#tool-{name}"))
        view.settle()
        view.wait("return byId('tool-result').getAttribute('aria-busy') === 'false'", name)
        require(words in view.text("#tool-result"), f"{name}: {view.text('#tool-result')[:200]}")
        require(f"panel={name}" in view.hash(), view.hash())


def answers(view, page):
    view.state()
    view.type_over("#input", "0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5")
    view.press_on("#input", "ENTER")
    require(view.text("#answer") == "5 4 3 2 1 0 9 8 7 6 5 4 3 2 1 0", view.text("#answer"))
    require("input=0%201" in view.hash(), view.hash())
    labels = view.run("return [...document.querySelectorAll('#heads-view .token')]"
                      ".map((node) => node.textContent).slice(0, 16).join('')")
    require("0123456789" in labels, f"the heads read {labels}")
    view.click_on("#show-held-out")
    require("input=" not in view.hash(), "stays")
    view.type_over("#input", "0 1 x")
    view.click_on("#ask")
    require("not a symbol" in view.text("#answer"), view.text("#answer"))
    view.click_on("#show-held-out")
    view.press_on("#show-own", "SPACE")
    require("not a symbol" in view.text("#answer"), view.text("#answer"))
