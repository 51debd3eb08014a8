"""What must hold of a report in a browser: how it behaves. report_looks.py: how it looks."""

import csv
import io
import re
import xml.etree.ElementTree

from report_view import CheckError, part, require

READING = re.compile(r"(\d+) “(.*)” reads (\d+) “(.*)”: (.*)")
VIRIDIS = [(68, 1, 84), (72, 36, 117), (65, 68, 135), (53, 95, 141), (42, 120, 142),
           (33, 145, 140), (34, 168, 132), (68, 191, 112), (122, 209, 81), (189, 223, 38),
           (253, 231, 37)]
SCRIPTS = 2  # the data, and heed's own
MOST_BYTES = 300_000


def is_quiet(view, page):
    messages = view.console()
    require(not messages, f"console: {messages}")


def asks_for_nothing(view, page):
    asked = view.requests()
    require(not asked, f"asks for {asked}")
    text = view.path.read_text(encoding="utf-8").split("<script type=\"application/json\"")[0]
    text = text.replace("xmlns=\"http://www.w3.org/2000/svg\"", "")
    found = re.search(r"<(?:link|img|iframe|object|embed|base)\b|@import|url\((?!#|data:)|https?:",
                      text)
    require(not found, f"holds {found and found.group()}")


def is_small(view, page):
    size = view.path.stat().st_size
    require(size <= MOST_BYTES, f"{size} bytes; at most {MOST_BYTES}")


def _colour_error(text, weight):
    place = min(1, max(0, weight)) * (len(VIRIDIS) - 1)
    below = min(int(place), len(VIRIDIS) - 2)
    share = place - below
    wanted = [a + (b - a) * share for a, b in zip(VIRIDIS[below], VIRIDIS[below + 1], strict=True)]
    found = [float(part) for part in re.findall(r"[\d.]+", text)[:3]]
    return max(abs(a - b) for a, b in zip(found, wanted, strict=True))


def _check_pictures(view, page, snapshot):
    """The enlarged head and the small ones have the colours of the weights in the file."""
    fills = view.run("return [...document.querySelectorAll('#heads-view rect.cell, "
                     "#heads-view rect.masked')].map((cell) => cell.getAttribute('fill'))")
    small = view.run("""
      return [...document.querySelectorAll('#heads-all .thumbnail')].map((button) => {
        const canvas = button.querySelector('canvas');
        const [rows, columns] = arguments[0][button.dataset.attention];
        const side = canvas.width / columns;
        const copy = new OffscreenCanvas(canvas.width, canvas.height)
          .getContext('2d', { willReadFrequently: true });
        copy.drawImage(canvas, 0, 0);
        const pixels = copy.getImageData(0, 0, canvas.width, canvas.height).data;
        return [...Array(rows * columns).keys()].map((cell) => {
          const x = Math.floor((cell % columns + 0.5) * side);
          const y = Math.floor((Math.floor(cell / columns) + 0.5) * side);
          return [...pixels.slice((y * canvas.width + x) * 4).slice(0, 3)].join(',');
        });
      })""", [snapshot.shape(attention["path"])[1:] for attention in snapshot.attentions])
    pictures = [(fills, snapshot.attentions[0]["path"], 0)]
    for attention in snapshot.attentions:
        for head in range(snapshot.shape(attention["path"])[0]):
            pictures.append((small[len(pictures) - 1], attention["path"], head))
    for number, (colours, path, head) in enumerate(pictures):
        _, rows, columns = snapshot.shape(path)
        require(len(colours) == rows * columns, f"{len(colours)} cells, not {rows}×{columns}")
        for cell, colour in enumerate(colours):
            i, j = divmod(cell, columns)
            if snapshot.is_masked(path, i, j):
                require(number > 0 or colour.startswith("url("), f"masked {i} {j} is {colour}")
                continue
            weight = snapshot.weight(path, head, i, j)
            require(_colour_error(colour, weight) < 4,
                    f"{path} head {head}, step {snapshot.step}: {i} {j} is {colour} of {weight}")


def slides(view, page):
    """The slider changes all pictures of heads, and the line that marks it in the curve."""
    snapshots, slider = page.snapshots(), view.one("#heads-slider")
    marks = []
    for key in ("HOME", "ARROW_RIGHT", "END"):
        view.press(slider, key)
        step = int(part(r"step (\d+)", view.text("#heads-step")))
        require(step == list(snapshots)[{"HOME": 0, "ARROW_RIGHT": 1, "END": -1}[key]],
                f"{key} leads to step {step}")
        _check_pictures(view, page, snapshots[step])
        marks.append(view.run("return document.querySelector('#heads-loss .snapshot-line')"
                              "?.getAttribute('d') ?? ''"))
    require(len(set(marks)) == 3, f"the line in the curve of losses does not follow: {marks}")
    view.click(view.one("#heads-loss .plot"))
    chosen = int(view.run("return document.querySelector('#heads-slider').value"))
    require(chosen < len(snapshots) - 1,
            "a click on the middle of the curve chooses no snapshot")


def _cells(snapshot, path, head):
    """Cells whose weight is far from that of the cell with i and j swapped, and a masked one."""
    _, rows, columns = snapshot.shape(path)
    open_cells, masked = [], []
    for i in range(rows):
        for j in range(columns):
            (masked if snapshot.is_masked(path, i, j) else open_cells).append((i, j))

    def difference(cell):
        i, j = cell
        other = snapshot.weight(path, head, j % rows, i % columns)
        return abs(snapshot.weight(path, head, i, j) - other)
    open_cells.sort(key=difference)
    return [*open_cells[-2:], open_cells[0], *masked[-1:]]


def reads_weights(view, page):
    """Pointing at a cell says what is in the file of the snapshot."""
    digits = int(part(r"Weights have (\d) digits", view.text("#heads")))
    steps = list(page.snapshots())
    shapes = [snapshot.shape(attention["path"]) for snapshot in page.snapshots().values()
              for attention in snapshot.attentions]
    require(page.name != "pairs" or any(rows != columns for _, rows, columns in shapes),
            "no attention between sequences of different lengths")
    for position, key in ((0, "HOME"), (-1, "END")):
        snapshot = page.snapshots()[steps[position]]
        view.press(view.one("#heads-slider"), key)
        for number, attention in enumerate(snapshot.attentions[:None if position else 1]):
            path = attention["path"]
            head = snapshot.shape(path)[0] - 1
            view.click(view.one(f".thumbnail[data-attention='{number}'][data-head='{head}']"))
            _check_readings(view, snapshot, path, head, digits)


def _check_readings(view, snapshot, path, head, digits):
    _, _, columns = snapshot.shape(path)
    cells = view.all("#heads-view rect.cell, #heads-view rect.masked")
    labels = next(each for each in snapshot.attentions if each["path"] == path)["probes"][0]
    require(view.text("#heads-name") == f"{path}, head {head}", view.text("#heads-name"))
    for i, j in _cells(snapshot, path, head):
        view.point(cells[i * columns + j])
        reading = view.text("#heads-readout")
        where = f"{path} head {head}, step {snapshot.step}, cell {i} {j}: {reading!r}"
        found = READING.fullmatch(reading)
        require(found and (int(found[1]), int(found[3])) == (i, j), where)
        if labels["queries"][i].strip() == labels["queries"][i]:
            require(found[2] == labels["queries"][i], f"{where}, not {labels['queries'][i]!r}")
        if snapshot.is_masked(path, i, j):
            require("masked" in found[5], where)
            continue
        require(re.fullmatch(rf"\d\.\d{{{digits}}}", found[5]), f"{where}: not {digits} digits")
        weight = snapshot.weight(path, head, i, j)
        require(abs(float(found[5]) - weight) <= 10 ** -digits, f"{where}, not {weight}")


def _entry(view, figure, name):
    for button in view.all(f"#{figure} .legend-entry"):
        if button.text.startswith(name):
            return button
    raise CheckError(f"{figure} has no line {name}")


def _number(text):
    return float(part(r"(-?\d[-\d.e+]*)$", text))


def keys_read_curves(view, page):
    losses = page.metrics("loss")
    for keys in (("HOME",), ("HOME", "ARROW_RIGHT", "ARROW_RIGHT"), ("END", "ARROW_LEFT")):
        view.press(view.one("#figure-loss .plot"), *keys)
        step = int(part(r"step (\d+)", view.text("#figure-loss .legend-x")))
        wanted = sorted(losses)[{1: 0, 3: 2, 2: -2}[len(keys)]]
        require(step == wanted, f"{keys} leads to step {step}, not {wanted}")
        shown = _number(_entry(view, "figure-loss", "training batch").text)
        require(abs(shown / losses[step] - 1) < 1e-4,
                f"step {step} has {shown}, not {losses[step]}")
        spoken = view.run("return document.querySelector('#figure-loss .unseen').textContent")
        require(f"step {step}" in spoken and "training batch" in spoken, f"says {spoken!r}")


def pointer_reads_curves(view, page):
    view.point(view.one("#figure-loss .plot"))
    step = int(part(r"step (\d+)", view.text("#figure-loss .legend-x")))
    shown = _number(_entry(view, "figure-loss", "training batch").text)
    require(abs(shown / page.metrics("loss")[step] - 1) < 1e-4, f"step {step} has {shown}")
    rate = _number(_entry(view, "figure-lr", "learning rate").text)
    require(abs(rate / page.metrics("lr")[step] - 1) < 1e-4, f"step {step} has the rate {rate}")
    view.point_away()
    require(view.text("#figure-loss .legend-x") == "", "the cursor stays when the pointer has left")


def legend_hides(view, page):
    lines = "#figure-loss .plot path.line"
    button, before = view.all("#figure-loss .legend-entry")[0], len(view.all(lines))
    view.click(button)
    require(len(view.all(lines)) == before - 1, "a name in the legend does not hide its line")
    require(button.get_attribute("aria-pressed") == "false", "the name does not say that it is off")
    view.click(button)
    require(len(view.all(lines)) == before, "a name in the legend does not bring its line back")


def tab_order(view, page):
    """Tab goes through all controls that are to be seen, in the order of the page."""
    wanted, positive = view.run("""
        const all = [...document.querySelectorAll(
          'a[href], button, select, input, summary, [tabindex]')];
        const isOne = (node) => node.checkVisibility() && !node.closest('.thumbnails, .losses');
        document.querySelectorAll('*').forEach((node, index) => { node.dataset.order = index; });
        return [all.filter(isOne).map((node) => Number(node.dataset.order)),
          all.filter((node) => node.tabIndex > 0).length];""")
    require(positive == 0, f"{positive} elements have an order of their own")
    view.run("window.visited = []; document.addEventListener('focusin', (event) => "
             "visited.push(Number(event.target.dataset.order)))")
    for _ in range(0, len(wanted) + 20, 20):
        view.press_tab(20)
    visited = view.run("return window.visited")
    once = visited[:next((n for n, order in enumerate(visited) if order in visited[:n]), None)]
    top = once.index(min(once)) if once else 0  # Tab goes round
    once = once[top:] + once[:top]
    require(once == sorted(once), "Tab goes back and forth")
    missing = set(wanted) - set(once)
    names = view.run("return arguments[0].map((order) => document.querySelector("
                     "`[data-order='${order}']`).outerHTML.slice(0, 90))", sorted(missing))
    require(not missing, f"Tab does not reach {names}")


def downloads(view, page):
    """CSV and SVG files hold what was measured; that of the heads every weight."""
    found = {}
    for button in view.all("#figure-loss .downloads button, #heads-tools .downloads button"):
        name, text = view.downloaded(button)
        found[name] = text
    require(set(found) == {"loss.svg", "loss.csv", "heads.svg", "heads.csv"}, f"only {set(found)}")
    for name in ("loss.svg", "heads.svg"):
        picture = xml.etree.ElementTree.fromstring(found[name])
        drawn = [each for each in picture.iter() if each.tag.endswith(("}path", "}rect"))]
        require(len(drawn) > 5 and "var(" not in found[name], f"{name} is not a picture of its own")
    rows = list(csv.DictReader(io.StringIO(found["loss.csv"])))
    losses = {int(row["step"]): float(row["cross-entropy, nats"])
              for row in rows if row["series"] == "training batch"}
    wanted = page.metrics("loss")
    require(losses.keys() == wanted.keys() and all(
        abs(losses[step] / wanted[step] - 1) < 1e-4 for step in wanted), f"loss.csv: {losses}")
    weights = list(csv.DictReader(io.StringIO(found["heads.csv"])))
    snapshot = page.snapshots()[int(weights[0]["step"])]
    _, rows, columns = snapshot.shape(weights[0]["attention"])
    require(len(weights) == rows * columns, f"heads.csv has {len(weights)} rows")
    for row in weights:
        cell = int(row["query"]), int(row["key"])
        if snapshot.is_masked(row["attention"], *cell):
            require(row["weight"] == "masked", f"heads.csv: {row}")
            continue
        weight = snapshot.weight(row["attention"], int(row["head"]), *cell)
        require(abs(float(row["weight"]) - weight) < 0.01, f"heads.csv: {row}, not {weight}")


def nothing_executes(view, page):
    """Texts of others are text."""
    found = view.run("""return {
        scripts: document.scripts.length, hacked: typeof window.hacked,
        foreign: document.querySelectorAll('img, iframe, object, embed, link, base, form').length,
        handlers: [...document.querySelectorAll('*')].flatMap((node) => [...node.attributes])
          .filter((attribute) => /^on|^srcdoc$/.test(attribute.name)
            || /^javascript:/i.test(attribute.value)).length,
        hidden: /[\\u0001\\u007f\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]/.exec(
          [...document.querySelectorAll('body *:not(script)')].flatMap((node) => [
            ...[...node.attributes].map((attribute) => attribute.value),
            ...[...node.childNodes].filter((child) => child.nodeType === 3)
              .map((child) => child.data)])
          .join(' ')) !== null}""")
    wanted = {"scripts": SCRIPTS, "hacked": "undefined", "foreign": 0, "handlers": 0,
              "hidden": False}
    require(found == wanted, f"{found}, not {wanted}")


def shows_all_runs(view, page):
    require("seed" in view.text("#settings"), "the settings do not speak of seeds")
    rows = view.all("#runs tbody tr")
    require(len(rows) == 3, f"{len(rows)} rows for 3 runs")
    require(len(view.all("#figure-loss .plot path.band")) >= 1, "runs of two seeds have no band")
    require("0.02" in view.text("#runs"), "the key that differs is not there")
