"""What must hold of a report's controls: arcs, playing, axes, smoothing, tables that sort."""

import re

from report_view import CheckError, part, require

ARC_LEAST = 0.02  # weights below it are not drawn


def choose(view, selector, value):
    """Sets a list, a slider or a box, as its user would."""
    view.run("""const [node, value] = arguments;
        if (node.type === 'checkbox') node.checked = value;
        else node.value = value;
        for (const type of ['input', 'change']) {
          node.dispatchEvent(new Event(type, {bubbles: true}));
        }""", view.one(selector), value)


def shows_arcs(view, page):
    """As arcs: a line for each weight that is large enough; keys choose a position that asks."""
    snapshot = list(page.snapshots().values())[-1]
    view.press(view.one("#heads-slider"), "END")
    choose(view, "#heads-shape", "arcs")
    try:
        for number, attention in enumerate(snapshot.attentions):
            view.click(view.one(f".thumbnail[data-attention='{number}'][data-head='0']"))
            last = snapshot.shape(attention["path"])[1] - 1
            for key, row in (("HOME", 0), ("END", last)):
                view.press(view.one("#heads-view .plot"), key)
                _check_arcs(view, snapshot, attention["path"], row)
                view.press(view.one("#heads-view .plot"), "ESCAPE")
    finally:
        choose(view, "#heads-shape", "matrix")


def _check_arcs(view, snapshot, path, row):
    columns = snapshot.shape(path)[2]
    weights = {key: snapshot.weight(path, 0, row, key) for key in range(columns)
               if not snapshot.is_masked(path, row, key)}
    borderline = sum(abs(weight - ARC_LEAST) < 1e-3 for weight in weights.values())
    wanted = sum(weight >= ARC_LEAST for weight in weights.values())
    drawn = len(view.all("#heads-view .arc"))
    require(abs(drawn - wanted) <= borderline, f"{path}: {drawn} arcs, not {wanted}")
    reading = view.text("#heads-readout")
    key = int(part(r"reads (\d+)", reading))
    require(int(part(r"^(\d+) ", reading)) == row and key in weights, f"{path}: {reading!r}")
    shown = float(part(r": ([\d.]+)$", reading))
    require(abs(shown - max(weights.values())) < 0.01, f"{path}: {reading!r} is not the most read")


def plays(view, page):
    """Playing goes through all snapshots once, from the first one."""
    view.press(view.one("#heads-slider"), "END")
    seen = view.driver.execute_async_script("""
        const done = arguments[0];
        const every = window.setInterval;
        window.setInterval = (action) => every(action, 20);
        const seen = [];
        new MutationObserver(() => seen.push(byId('heads-step').textContent))
          .observe(byId('heads-step'), {childList: true});
        byId('heads-play').click();
        window.setInterval = every;
        setTimeout(() => done([seen, byId('heads-play').getAttribute('aria-pressed')]), 500);""")
    steps = [int(part(r"step (\d+)", text)) for text in seen[0]]
    require(steps == list(page.snapshots()), f"plays the steps {steps}")
    require(seen[1] == "false", "does not stop at the last snapshot")


def changes_axes(view, page):
    """Other units, logarithmic axes and smoothing change the curves, and back."""
    def look():
        return view.run("""const plot = document.querySelector('#figure-loss .plot');
            return [plot.querySelector('.axis-name').textContent,
              plot.querySelector('path.line:not(.faint)').getAttribute('d'),
              plot.querySelectorAll('path.faint').length];""")
    view.point_away()
    before = look()
    for selector, value, usual in (("#curves-unit", "sequences", "step"),
                                   ("#curves-log-x", True, False), ("#curves-log-y", True, False),
                                   ("#curves-smoothing", 20, 0)):
        choose(view, selector, value)
        now = look()
        is_unit = value == "sequences"
        require(now[0] == (value if is_unit else before[0]), f"{selector}: {now[0]}")
        require((now[1] != before[1]) != is_unit, f"{selector}: the line is {now[1]}")
        require((now[2] > 0) == (value == 20), f"{selector}: {now[2]} raw lines stay behind")
        choose(view, selector, usual)
        require(look() == before, f"{selector} does not go back")


def sorts(view, page):
    heads = view.all("#scores table[data-sortable] th .sort")
    if not heads:
        raise CheckError("no table of scores sorts")
    for direction, reverse in (("descending", True), ("ascending", False)):
        view.click(heads[2])
        cells = view.all("#scores table[data-sortable] tbody td:nth-child(3)")
        values = [float(cell.text) for cell in cells if re.fullmatch(r"[-\d.e+]+", cell.text)]
        require(values == sorted(values, reverse=reverse), f"{direction}: {values}")
