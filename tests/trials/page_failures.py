"""What goes wrong in a playground: each time it says so, and goes on."""

import time

from page_checks import IN_WORKER
from page_view import SETTLED
from report_view import require


def bad_keys(view, page):
    view.state("config=reverse")
    view.click_on("#step")
    for sets, words in (("model.d_modle=3", "d_model"),
                        ("model.attention.heads=5", "does not divide"),
                        ("train.lr=-1", "train.lr"), ("nonsense", "nonsense")):
        view.run("document.querySelector('details').open = true")
        view.type_over("#more", sets)
        require(words in view.message(), f"{sets}: {view.message()!r}")
        require(view.step() == 1, f"{sets}: the model is gone")
        view.click_on("#step")
        view.click_on("#reset")
        view.click_on("#step")
        require(view.step() == 1, f"{sets}: does not train after it")


def diverges(view, page):
    view.state("config=reverse&train.lr=1e30&train.warmup_steps=0")
    view.click(view.one("#play"))
    view.wait("return !byId('message').hidden", "diverges")
    view.settle()
    require("not finite" in view.message() and "step" in view.message(), view.message())
    view.click(view.all("#message button")[0])
    view.settle()
    require(view.text("#status").startswith("Back at step 0"), view.text("#status"))
    view.type_over("#key-train\\.lr", "0.01")
    view.no_message("after a smaller learning rate")
    view.click(view.one("#play"))
    view.wait("return Number(byId('number-accuracy').textContent) >= 0.99", "trains on")
    view.settle()


def runs_out_of_memory(view, page):
    view.state("config=reverse")
    view.run("document.querySelector('details').open = true")
    for sets in ("model.d_ff=400000000", "task.length=100000000"):
        view.type_over("#more", sets)
        require(view.message(), f"{sets}: nothing is said")
        require("This page has failed" not in view.message(), f"{sets}: {view.message()}")
        if view.all("#message button"):
            view.click(view.all("#message button")[0])
            view.settle()
        view.click_on("#reset")
        view.click_on("#step")
        require(view.step() == 1, f"{sets}: does not train after it: {view.message()!r}")


def survives_a_trap(view, page):
    """The engine stops while it trains, while it is asked, and while it opens a model."""
    trap = "playground.engine.worker.onerror(new ErrorEvent('error', { message: 'a trap' }));"
    view.state("config=reverse&train.stop_at=null&train.steps=100000")
    view.click(view.one("#play"))
    view.wait("return Number(byId('number-step').textContent) > 5", "trains")
    view.run(trap)
    view.wait("return !byId('message').hidden", "tells of it")
    require("a trap" in view.message() and "anew" in view.message(), view.message())
    view.click(view.all("#message button")[0])
    view.settle()
    require(view.step() == 0, "no new model")
    view.run("byId('tool-gradcheck').click();" + trap)
    view.wait("return !byId('message').hidden", "tells of it while it is asked")
    view.click_on("#reset")
    view.run("byId('reset').click();" + trap)
    view.wait("return !byId('message').hidden", "tells of it while it opens")
    view.click(view.all("#message button")[0])
    view.settle()
    view.no_message("opened again")
    view.click_on("#step")
    require(view.step() == 1, "does not train after it")


def ends_what_takes_too_long(view, page):
    """Training that the page cannot pause: Reset, and another task, end it."""
    huge = "config=reverse&model.d_model=128&model.layers=4&train.batch_size=64&task.length=64"
    for act in ("reset", "task"):
        view.state("config=reverse")
        view.run("""playground.engine.post({ request: arguments[0] }).catch(() => {});
                    playground.engine.post({ request: arguments[1] }).catch(() => {});""",
                 page.request("open", huge), '{"do": "train", "steps": 1000}')
        time.sleep(2)
        require(view.run("return playground.engine.waiting.size") > 0, "that did not take long")
        start = time.monotonic()
        if act == "reset":
            view.click(view.one("#reset"))
        else:
            view.run("const list = byId('task'); list.value = 'copy';"
                     "list.dispatchEvent(new Event('change'));")
        view.wait(SETTLED, f"{act} ends it", seconds=10)
        page.say(f"{act} ends it in {time.monotonic() - start:.1f} s")
        view.no_message(act)
        view.click_on("#step")
        require(view.step() == 1, f"does not train after {act}")


def bad_files(view, page):
    view.state("config=reverse")
    view.click_on("#step")
    for name, content in (("empty.safetensors", b""), ("text.safetensors", b"no model" * 40),
                          ("long.safetensors", b"\xff" * 400),
                          ("none.safetensors", bytes(8) + b"{}")):
        path = view.folder / name
        path.write_bytes(content)
        view.give("#load-model", path)
        require(view.message() and "This page has failed" not in view.message(),
                f"{name}: {view.message()!r}")
        require(view.step() == 1 and view.one("#play").is_enabled(), f"{name}: the model is gone")
        view.click_on("#show-held-out")


def bad_pairs(view, page):
    """A line that is none is named; what was typed stays, and can be mended."""
    view.state("config=pairs")
    for text, words in (("a b\tb a\nno tab here\n", "2"), ("", "pairs"), ("a\tb\n", "pairs")):
        view.run("byId('pairs').value = arguments[0]", text)
        view.click_on("#use-pairs")
        require(words in view.message(), f"{text!r}: {view.message()!r}")
        require(view.run("return byId('pairs').value") == text, f"{text!r} is gone")
        require(view.one("#pairs").is_displayed(), "the field is gone")
    view.set("#task", "reverse")
    view.no_message("another task")
    view.set("#task", "pairs")
    require(view.one("#pairs").is_displayed() or view.message(), "no way back to the pairs")


def waits_for_the_engine(view, page):
    """What is pressed while heed starts is answered then."""
    view.before(IN_WORKER % "'const end = Date.now() + 2500; while (Date.now() < end);'")
    view.state(is_settled=False)
    view.before("")
    require(not view.run("return playground.engine.isStarted"), "the engine was too quick")
    for selector in (".gate", "#ask", "#tool-scores"):
        view.click(view.one(selector))
    view.settle()
    view.no_message("pressed before the engine was there")
    view.wait("return byId('gates-readout').textContent.startsWith('Without head 0.0')", "a gate")
    require("loss change" in view.text("#tool-result"), "no scores")
    view.click_on("#step")
    require(view.step() == 1, f"one step of a new model leads to step {view.step()}")
    broken = [text for text in view.console() if "Uncaught" in text or "SEVERE" in text]
    require(not broken, f"{broken}")


def long_pairs(view, page):
    """More pairs than an address may hold."""
    view.state("config=pairs")
    lines = "".join(f"{' '.join(str(n))}\tx y z\n" for n in range(10_000, 110_000))
    view.run("byId('pairs').value = arguments[0]", lines)
    view.click_on("#use-pairs")
    require("This page has failed" not in view.message(), view.message())
    view.click_on("#step")
    require(view.step() == 1, f"does not train: {view.message()!r}")
    broken = [text for text in view.console() if "Uncaught" in text]
    require(not broken, f"{broken}")


def unknown_symbols(view, page):
    view.state("config=reverse")
    for text, words in (("x", "not a symbol"), ("10", "not a symbol"), ("", ""), ("1 " * 40, "")):
        view.type_over("#input", text or "1")
        view.run("byId('input').value = arguments[0]", text)
        view.click_on("#ask")
        said = view.text("#answer")
        require(said and words in said, f"{text!r}: says {said!r}")
        bad = view.run("return byId('answer').classList.contains('bad')")
        require(bad or not words, f"{text!r}: {view.text('#answer')}")
        require("--input" not in view.text("#answer"), f"speaks of options: {view.text('#answer')}")
    view.no_message("inputs")
