"""What the checks of page_browser.py do with a playground: open a state of it in Chromium, wait for
heed, press, type, give files, and take what is downloaded."""

import base64
import json
import os
import pathlib
import time

from report_view import CheckError, View, require
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

PATIENCE = 30  # seconds that an answer of heed may take
SETTLED = """return Boolean(window.playground?.training.state && playground.engine.isStarted
  && playground.engine.waiting.size === 0 && !playground.training.isPlaying
  && byId('status').textContent !== 'Starting heed …');"""
CHANGE = """const [node, value] = arguments;
  if (node.type === 'checkbox') node.checked = value;
  else node.value = value;
  node.dispatchEvent(new Event('change', { bubbles: true }));"""


class PageView(View):
    """A playground in the browser. `fault` is a script that makes each opened page wrong."""

    def __init__(self):
        super().__init__()
        self.driver.set_script_timeout(PATIENCE)
        self.folder = self.early = None
        self.fault = ""

    def use(self, path, folder, fault=None):
        """Which page the checks see, and where files for it may lie."""
        self.path, self.folder = pathlib.Path(path), folder
        self.fault = f"document.addEventListener('DOMContentLoaded', () => {{{fault or ''}}});"
        self.before("")

    def before(self, script):
        """What runs in each page before its own scripts."""
        if self.early:
            self.devtools("Page.removeScriptToEvaluateOnNewDocument", identifier=self.early)
        self.early = self.devtools("Page.addScriptToEvaluateOnNewDocument",
                                   source=script + self.fault)["identifier"]

    def state(self, text="", is_settled=True, **look):
        """Opens a state anew."""
        self.emulate(**look)
        self.driver.get("about:blank")
        for log in ("browser", "performance"):
            self.driver.get_log(log)
        self.driver.get(self.path.resolve().as_uri() + (f"#{text}" if text else ""))
        if is_settled:
            self.settle()

    def wait(self, script, what, *arguments, seconds=PATIENCE):
        """Until a script returns something true, which is the result."""
        start = time.monotonic()
        while time.monotonic() - start < seconds:
            found = self.run(script, *arguments)
            if found:
                return found
            time.sleep(0.03)
        raise CheckError(f"{what}: not within {seconds} s; the page says "
                         f"{self.text('#status')!r}, {self.message()!r}")

    def settle(self):
        self.wait(SETTLED, "heed has answered everything")

    def message(self):
        return self.run("return byId('message').hidden ? '' : byId('message').textContent")

    def no_message(self, where):
        require(self.message() == "", f"{where}: {self.message()!r}")

    def config(self, path):
        return self.run("return valueAt(playground.config, arguments[0])", path)

    def step(self):
        return int(self.text("#number-step"))

    def hash(self):
        return self.run("return location.hash.slice(1)")

    def set(self, selector, value):
        """Changes a list, a box or a text, as its user would, and waits for heed."""
        self.run(CHANGE, self.one(selector), value)
        self.settle()

    def press_on(self, selector, *keys):
        """Presses keys on what has the focus then, and waits for heed."""
        self.press(self.one(selector), *keys)
        self.settle()

    def type_over(self, selector, text):
        """Replaces the text of a field by typing, and leaves it."""
        self.click(self.one(selector))
        ActionChains(self.driver, duration=0).key_down(Keys.CONTROL).send_keys("a").key_up(
            Keys.CONTROL).send_keys(text, Keys.TAB).perform()
        self.settle()

    def click_on(self, selector):
        self.click(self.one(selector))
        self.settle()

    def ask(self, name, **request):
        """What heed answers to a request of the page."""
        answer = self.driver.execute_async_script("""
            const [name, request, done] = arguments;
            playground.ask(name, request).then((reply) => done(reply),
              (error) => done({ error: error.message }));""", name, request)
        require("error" not in answer, f"{name}: {answer.get('error')}")
        return answer

    def losses(self, steps):
        return [step["loss"] for step in self.ask("train", steps=steps)["steps"]]

    def give(self, selector, path):
        """Chooses a file."""
        self.one(selector).send_keys(str(path))
        self.run("return 0")
        self.settle()

    def taken(self, selector):
        """Name and bytes of what a button saves."""
        self.run("""window.saved = null;
            if (!window.isWatched) {
              window.isWatched = true;
              const make = URL.createObjectURL;
              URL.createObjectURL = (blob) => { window.saved = blob; return make.call(URL, blob); };
              HTMLAnchorElement.prototype.click = function () { window.savedAs = this.download; };
            }
            arguments[0].click();""", self.one(selector))
        self.wait("return window.saved !== null", f"{selector} saves something")
        text = self.driver.execute_async_script("""const done = arguments[0];
            const reader = new FileReader();
            reader.onload = () => done(reader.result.split(',')[1] ?? '');
            reader.readAsDataURL(saved);""")
        return self.run("return window.savedAs"), base64.b64decode(text)

    def pin(self, cores):
        """The browser runs on these cores alone."""
        parents = {}
        for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
            try:
                parents[int(stat.parent.name)] = int(stat.read_text().rsplit(")", 1)[1].split()[1])
            except (OSError, ValueError):
                continue
        ours = {self.driver.service.process.pid}
        while more := {child for child, parent in parents.items() if parent in ours} - ours:
            ours |= more
        for process in ours:
            for thread in pathlib.Path(f"/proc/{process}/task").glob("*"):
                try:
                    os.sched_setaffinity(int(thread.name), cores)
                except (OSError, ValueError):
                    continue


def tensors_of(content):
    """Name -> (form, bytes) of a safetensors file."""
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8:8 + length])
    body = content[8 + length:]
    return {name: (tensor["dtype"], tensor["shape"], body[slice(*tensor["data_offsets"])])
            for name, tensor in header.items() if name != "__metadata__"}
