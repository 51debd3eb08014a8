"""What must hold of a playground: quiet, small, closed to the world, quick, the numbers of heed, a
memory that does not grow, and texts that fit. page_controls.py: its controls; page_trips.py: what
leaves it and comes back; page_failures.py: what goes wrong."""

import base64
import gzip
import hashlib
import os
import re
import time

import report_looks
from page_view import SETTLED
from report_view import require

MOST_COMPRESSED = 600_000  # bytes of the page after gzip -9
MOST_SECONDS = 10  # to 0.99 of the held-out sequences, on one core
MOST_DIFFERENCE = 1e-4  # of a loss here from the native one, relative
COMPARED_STEPS = 100
MOST_GROWTH = 1.5e6  # bytes of JavaScript between steps 1,000 and 5,000
BLOCKED_WORKER = "window.Worker = class { postMessage() {} terminate() {} };"
IN_WORKER = """const Whole = Blob;
  window.Blob = class extends Whole {
    constructor(parts, options) {
      super(options?.type === 'text/javascript' ? [%s, ...parts] : parts, options);
    }
  };"""
NO_WASM = IN_WORKER % "'self.WebAssembly = undefined;'"
MEASURED = IN_WORKER % """`const { instantiate } = WebAssembly;
  let memory;
  WebAssembly.instantiate = async (...all) => {
    const made = await instantiate(...all);
    memory = Object.values(made.instance.exports).find((it) => it instanceof WebAssembly.Memory);
    return made;
  };
  self.addEventListener('message', (event) => {
    if (!event.data.measures) return;
    event.stopImmediatePropagation();
    postMessage({ bytes: memory.buffer.byteLength });
  });`"""


def outside_of_engine(text):
    start = text.index("<script type=\"application/json\" id=\"heed-engine\">")
    return text[:start] + text[text.index("</script>", start):]


def is_quiet(view, page):
    """Nothing is asked for, and the console is empty, also while it trains and answers."""
    view.state()
    view.click(view.one("#play"))
    view.wait("return byId('number-accuracy').textContent > 0.9 && !playground.training.isPlaying",
              "trains")
    for selector in ("#ask", "#tool-shapes", "#tool-gradcheck", "#tool-leaks", "#tool-scores"):
        view.click_on(selector)
    view.no_message("after training")
    messages = view.console()
    require(not messages, f"console: {messages}")
    asked = [address for address in view.requests() if not address.startswith("blob:")]
    require(not asked, f"asks for {asked}")


def is_closed(view, page):
    """Its policy allows its own script and style and nothing else; it names no other place."""
    text = view.path.read_text(encoding="utf-8")
    policy = re.search(r"Content-Security-Policy\" content=\"([^\"]*)\"", text).group(1)
    for kind, directive in (("script", "script-src"), ("style", "style-src")):
        content = re.findall(rf"<{kind}>(.*?)</{kind}>", text, re.DOTALL)[-1]
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        allowed = re.search(rf"{directive} ([^;]*)", policy).group(1)
        require(f"'sha256-{digest}'" in allowed, f"the hash of the {kind} is not in {allowed}")
    require("default-src 'none'" in policy and "unsafe-inline" not in policy
            and "connect-src" not in policy and "*" not in policy, policy)
    rest = outside_of_engine(text).replace("http://www.w3.org/2000/svg", "")
    found = re.search(r"https?:.{0,40}|<(?:link|img|iframe|object|embed|base)\b", rest)
    require(not found, f"holds {found and found.group()}")


def is_small(view, page):
    content = view.path.read_bytes()
    size = len(gzip.compress(content, 9))
    page.say(f"{len(content)} bytes, {size} after gzip -9")
    require(size <= MOST_COMPRESSED, f"{size} bytes after gzip -9; at most {MOST_COMPRESSED}")


def learns(view, page):
    view.state()
    view.wait("return byId('status').textContent.startsWith('This model was trained')", "starts")
    cores = os.sched_getaffinity(0)
    view.pin({min(cores)})
    try:
        start = time.monotonic()
        view.click(view.one("#play"))
        view.wait("return Number(byId('number-accuracy').textContent) >= 0.99 "
                  "&& Number(byId('number-step').textContent) > 20 && !playground.isStart",
                  "0.99 of the held-out sequences", seconds=3 * MOST_SECONDS)
        seconds = time.monotonic() - start
    finally:
        view.pin(cores)
    page.say(f"0.99 of the held-out sequences after {seconds:.1f} s on one core")
    require(seconds <= MOST_SECONDS, f"takes {seconds:.1f} s; at most {MOST_SECONDS}")


def has_losses_of_heed(view, page):
    """What its curve shows, bit for bit what node computes, and nearly what heed train computes."""
    view.state("config=reverse")
    view.click(view.one("#play"))
    view.wait(f"return playground.charts.training.steps.length >= {COMPARED_STEPS}", "trains")
    view.settle()
    shown = view.run("return playground.charts.training.values[0].slice(0, arguments[0])",
                     COMPARED_STEPS)
    answers = page.node([{"do": "open", "shipped": "reverse"},
                         {"do": "train", "steps": COMPARED_STEPS}])
    node = [step["loss"] for step in answers[1]["steps"]]
    require(len(node) == COMPARED_STEPS == len(shown), f"{len(node)} and {len(shown)} steps")
    other = [n for n in range(COMPARED_STEPS) if node[n] != shown[n]]
    require(not other, f"losses of node are other ones from step {other and other[0] + 1} on")
    native = page.native_losses("configs/reverse.json", COMPARED_STEPS)
    worst = max(abs(a / b - 1) for a, b in zip(shown, native, strict=True))
    page.say(f"{COMPARED_STEPS} losses are bit for bit those of node, and within {worst:.1e} of "
             "the native ones")
    require(worst <= MOST_DIFFERENCE, f"losses differ by {worst:.1e} from the native ones")


def keeps_memory(view, page):
    """Bytes of JavaScript after a collection, and of the engine, at steps 1,000 and 5,000."""
    view.before(MEASURED)
    view.devtools("Performance.enable")
    view.state("config=reverse&train.steps=5000&train.stop_at=null&train.eval_every=50"
               "&model.d_model=8&model.d_ff=8&train.batch_size=4&task.length=6")
    view.before("")
    view.click(view.one("#play"))
    sizes = []
    for step in (1000, 5000):
        view.wait("return Number(byId('number-step').textContent) >= arguments[0]",
                  f"step {step}", step, seconds=100)
        view.devtools("HeapProfiler.collectGarbage")
        metrics = {each["name"]: each["value"]
                   for each in view.devtools("Performance.getMetrics")["metrics"]}
        sizes.append((metrics["JSHeapUsedSize"], metrics["Nodes"], engine_bytes(view)))
    view.settle()
    page.say(f"bytes of JavaScript, nodes, bytes of the engine at steps 1,000 and 5,000: {sizes}")
    require(sizes[1][0] - sizes[0][0] < MOST_GROWTH, f"JavaScript grows: {sizes}")
    require(sizes[1][1] < sizes[0][1] * 1.5 + 500, f"nodes grow: {sizes}")
    require(sizes[1][2] == sizes[0][2] > 0, f"the engine grows: {sizes}")
    drawn = view.run("return playground.charts.training.steps.length")
    require(drawn <= 4000, f"{drawn} points are kept")


def engine_bytes(view):
    """Of the memory of the WebAssembly module, which the worker is asked for."""
    return view.driver.execute_async_script("""const done = arguments[0];
        const { worker } = playground.engine;
        const listen = worker.onmessage;
        worker.onmessage = (event) => {
          if (event.data.bytes === undefined) { listen.call(worker, event); return; }
          worker.onmessage = listen;
          done(event.data.bytes);
        };
        worker.postMessage({ id: -1, measures: true });""")


def fits(view, page):
    """At 360 pixels nothing is cut off or beyond the edge, whatever is open."""
    view.state("config=reverse&model.attention.heads=4&model.attention.type=multi_head_attention"
               "&panel=shapes", width=360)
    view.run("document.querySelectorAll('details').forEach((node) => { node.open = true; })")
    for state in (None, "#lesson-which_product", "#tool-leaks"):
        if state:
            view.click_on(state)
        report_looks.is_within_width(view, page)
    view.set("#task", "pairs")
    report_looks.is_within_width(view, page)


def is_readable(view, page):
    """In light and dark: contrast; a lesson, a message and a bad field are there."""
    for scheme, right in (("light", report_looks.is_light), ("dark", report_looks.is_dark)):
        view.state("config=reverse&lesson=mask&lang=en&gates=0.0", scheme=scheme)
        view.type_over("#key-model\\.attention\\.heads", "5")
        require("does not divide" in view.message(), f"no message: {view.message()!r}")
        view.click_on("#tool-leaks")
        right(view, page)
        report_looks.has_contrast(view, page)


def is_still(view, page):
    """Nothing moves by itself for who wants no motion, or for anybody."""
    view.state()
    view.devtools("Emulation.setEmulatedMedia", media="screen",
                  features=[{"name": "prefers-reduced-motion", "value": "reduce"}])
    moving = view.run("""return [...document.querySelectorAll('*')].filter((node) => {
        const style = getComputedStyle(node);
        return style.animationName !== 'none' || style.transitionDuration !== '0s'
          || style.scrollBehavior === 'smooth';
      }).map((node) => node.outerHTML.slice(0, 80))""")
    require(not moving, f"moves: {moving[:3]}")


def shows_a_start(view, page):
    """A trained model is there before heed is, and stays where heed cannot run."""
    for script, words in ((BLOCKED_WORKER, ""), (NO_WASM, "WebAssembly")):
        view.before(script)
        try:
            view.state(is_settled=False)
            if words:
                view.wait("return byId('message').textContent.includes(arguments[0])",
                          "says that there is no WebAssembly", words, seconds=10)
            require(len(view.all("#heads-view rect.cell")) > 100, "no picture of a head")
            require(view.text("#answer").strip(), "no answer")
            require(len(view.all("#chart-loss .plot path.line")) == 2, "no curves")
            require(float(view.text("#number-accuracy")) > 0.98, "no trained model")
            require(not view.run(SETTLED), "the engine runs")
        finally:
            view.before("")
    require(not [text for text in view.console() if "Uncaught" in text], "uncaught errors")
