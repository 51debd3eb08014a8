"""What the checks of report_browser.py do with a page: open it in Chromium, point, press, read."""

import json
import re

from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

WIDTH, HEIGHT = 1200, 900


class CheckError(Exception):
    """A page does not do what docs/report.md says."""


def require(holds, message):
    if not holds:
        raise CheckError(message)


def part(pattern, text):
    """What the pattern's group matches somewhere in a text."""
    found = re.search(pattern, text)
    require(found, f"{text!r} is not like {pattern}")
    return found.group(1)


class View:
    """A page in the browser."""

    def __init__(self):
        options = webdriver.ChromeOptions()
        for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage",
                         "--hide-scrollbars", "--force-device-scale-factor=1"):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(options=options)
        self.driver.set_script_timeout(10)
        self.path = self.look = None

    def quit(self):
        self.driver.quit()

    def show(self, path, look):
        """Opens a page unless it is what is seen already."""
        if (path, look) != (self.path, self.look):
            self.emulate(**look)
            self.open(path)
            self.look = look

    def emulate(self, width=WIDTH, scheme="light", media="screen", scripts=True):
        self.devtools("Emulation.setDeviceMetricsOverride", width=width, height=HEIGHT,
                      deviceScaleFactor=1, mobile=False)
        self.devtools("Emulation.setEmulatedMedia", media=media,
                      features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.devtools("Emulation.setScriptExecutionDisabled", value=not scripts)

    def open(self, path):
        self.path = path
        self.driver.get("about:blank")
        for log in ("browser", "performance"):
            self.driver.get_log(log)
        self.driver.get(path.resolve().as_uri())

    def devtools(self, command, **parameters):
        return self.driver.execute_cdp_cmd(command, parameters)

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector):
        found = self.all(selector)
        require(found, f"there is no {selector}")
        return found[0]

    def text(self, selector):
        return self.one(selector).text

    def point(self, element):
        """Moves the pointer to the middle of an element."""
        self.run("arguments[0].scrollIntoView({block: 'center'})", element)
        ActionChains(self.driver, duration=0).move_to_element(element).perform()

    def point_away(self):
        self.point(self.one("h1"))

    def click(self, element):
        self.point(element)
        ActionChains(self.driver, duration=0).click().perform()

    def press(self, element, *keys):
        self.run("arguments[0].focus()", element)
        codes = [getattr(Keys, key) for key in keys]
        ActionChains(self.driver, duration=0).send_keys(*codes).perform()

    def press_tab(self, times):
        ActionChains(self.driver, duration=0).send_keys(Keys.TAB * times).perform()

    def console(self):
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requests(self):
        """Addresses that were asked for since the page was opened, but the page's own."""
        asked = []
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                asked.append(message["params"]["request"]["url"])
        own = self.path.resolve().as_uri()
        return [address for address in asked if address not in (own, "about:blank")] + self.run(
            "return performance.getEntriesByType('resource').map((entry) => entry.name)")

    def downloaded(self, button):
        """Name and text of what a button saves."""
        self.run("""window.saved = null;
            const make = URL.createObjectURL;
            URL.createObjectURL = (blob) => { window.saved = blob; return make.call(URL, blob); };
            const click = HTMLAnchorElement.prototype.click;
            HTMLAnchorElement.prototype.click = function () { window.savedAs = this.download; };
            try { arguments[0].click(); } finally {
              URL.createObjectURL = make;
              HTMLAnchorElement.prototype.click = click;
            }""", button)
        text = self.driver.execute_async_script(
            "const done = arguments[0]; saved ? saved.text().then(done) : done(null);")
        require(text is not None, f"{button.text} of {self.path.parent.name} saves nothing")
        return self.run("return window.savedAs"), text
