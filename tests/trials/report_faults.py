"""Faults for `report_browser.py --self-test`: (check, what is wrong, a script that makes the open
page so, or None, a function that makes the file so, or None)."""

import re

POLICY = re.compile(r"<meta http-equiv=\"Content-Security-Policy\"[^>]*>")


def in_page(check, name, script):
    return check, name, script, None


def in_file(check, name, rewrite):
    return check, name, None, rewrite


def in_method(check, name, method, parameters="", body=""):
    """Another body for Class.method; `was` is the method as it was."""
    class_name, method = method.split(".")
    return in_page(check, name, f"""const old = {class_name}.prototype.{method};
        {class_name}.prototype.{method} = function ({parameters}) {{
          const was = (...all) => old.apply(this, all);
          {body}
        }};""")


def with_element(element, keeps_policy=False):
    def rewrite(text):
        rest = text if keeps_policy else POLICY.sub("", text)
        return rest.replace("<main>", "<main>" + element)
    return rewrite


FAULTS = [
    in_page("quiet", "a message", "console.warn('slow')"),
    in_file("quiet", "a picture that may not be loaded",
            with_element("<img src=\"other.png\">", keeps_policy=True)),
    in_file("quiet", "a part of the page that throws",
            lambda text: POLICY.sub("", text).replace("function startHeads(data) {",
                                                      "function startHeads(data) { none();")),
    in_file("asks for nothing", "a picture from a file", with_element("<img src=\"other.png\">")),
    in_file("asks for nothing", "a style sheet that imports",
            lambda text: text.replace("<style>", "<style>@import 'other.css';")),
    in_file("asks for nothing", "a picture that a script asks for",
            lambda text: POLICY.sub("", text).replace(
                "function readData() {", "function readData() { new Image().src = 'a.png';")),
    in_file("small", "300 kB more", lambda text: text + " " * 300_000),
    in_page("nothing executes", "a script of others", "window.hacked = 1"),
    in_page("nothing executes", "a text set as HTML",
            "document.querySelector('h1').innerHTML = '<img src=x onerror=window.hacked=1>'"),
    in_file("nothing executes", "an end of script within the data", lambda text: text.replace(
        "id=\"heed-data\">{", "id=\"heed-data\">{\"a\":\"</script><script></script>\",")),
    in_page("nothing executes", "a mark that turns the direction of text",
            "document.querySelector('h1').append('\\u202e')"),
    in_page("light", "always dark", "document.body.style.background = '#14171b'"),
    in_page("dark", "always light", "document.documentElement.classList.add('paper')"),
    in_page("contrast", "a pale text", "document.querySelector('.about').style.color = '#8a929c'"),
    in_page("contrast", "pale labels of axes", "document.querySelectorAll('.plot .tick').forEach("
            "(node) => { node.style.fill = '#999'; })"),
    in_page("contrast", "a pale line",
            "document.querySelector('.plot path.line').style.stroke = '#ccc'"),
    in_page("contrast, dark", "a text as dark as in the light",
            "document.querySelector('.note').style.color = '#59626e'"),
    in_page("contrast, dark", "a panel that stays light",
            "document.querySelector('.tiles > div').style.background = '#f7f8fa'"),
    in_page("360 pixels", "a figure of 500 pixels",
            "document.querySelector('figure').style.width = '500px'"),
    in_page("360 pixels", "a table that does not scroll", "const table = document.querySelector("
            "'#examples table'); table.style.width = '700px'; "
            "for (let at = table; at; at = at.parentElement) at.style.overflow = 'visible'"),
    in_page("print", "a title wider than paper",
            "document.querySelector('h1').style.width = '900px'"),
    in_page("print", "the configuration cut off",
            "document.querySelector('pre').style.whiteSpace = 'pre';"
            "document.querySelector('pre').append('x'.repeat(300))"),
    in_method("slider", "snapshots do not change", "HeadFilm.showSnapshot"),
    in_method("slider", "the enlarged head stays", "Matrix.recolour"),
    in_method("slider", "the small heads stay", "HeadFilm.paintThumbnails"),
    in_method("slider", "the line in the curve stays", "LineChart.drawCursor", "",
              "this.snapshot = 0; was();"),
    in_page("slider", "a click on the curve is ignored",
            "channel.listeners.get('choose-step').length = 0"),
    in_page("slider", "other colours", "weightColours.reverse()"),
    in_method("slider", "small heads with axes swapped", "HeadThumbnail.draw", "w, ...rest",
              """const turned = Object.create(w);
              turned.weight = (s, h, i, j) => w.weight(s, h, j % w.rows, i % w.columns);
              was(turned, ...rest);"""),
    in_method("weights", "queries and keys swapped", "ProbeWeights.weight", "s, h, i, j",
              "return was(s, h, j % this.rows, i % this.columns);"),
    in_method("weights", "the cell read with axes swapped", "HeadFilm.read", "i, j", "was(j, i);"),
    in_method("weights", "another head", "ProbeWeights.weight", "s, h, i, j",
              "return was(s, (h + 1) % this.heads, i, j);"),
    in_method("weights", "the snapshot before", "ProbeWeights.weight", "s, h, i, j",
              "return was(Math.max(0, s - 1), h, i, j);"),
    in_method("weights", "fewer digits", "ProbeWeights.text", "s, h, i, j",
              "return this.isBlocked(i, j) ? 'masked' : this.weight(s, h, i, j).toFixed(2);"),
    in_method("weights", "masked cells read as 0", "ProbeWeights.isBlocked", "", "return false;"),
    in_method("weights", "a row off", "Matrix.choose", "cell",
              "was(cell && [cell[0] + 1, cell[1]]);"),
    in_method("keys", "no keys", "LineChart.onKey"),
    in_method("keys", "the value of the next point", "LineChart.valueAt", "line",
              """this.cursor += 1;
              const value = was(line);
              this.cursor -= 1;
              return value;"""),
    in_method("keys", "nothing is spoken", "LineChart.reading", "", "return '';"),
    in_method("pointer", "pointing is ignored", "LineChart.readAt"),
    in_page("pointer", "other figures do not follow",
            "channel.listeners.get('cursor').length = 0"),
    in_method("pointer", "the cursor stays", "LineChart.setCursor", "step, own",
              "if (step !== null) was(step, own);"),
    in_method("legend", "lines stay", "LineChart.toggle"),
    in_page("legend", "a line does not come back", "Set.prototype.delete = () => false"),
    in_page("tab order", "an order of its own", "document.querySelector('select').tabIndex = 5"),
    in_page("tab order", "figures that are left out", """
        byId('heads-slider').addEventListener('focus', () => {
          for (const plot of document.querySelectorAll('#scores .plot')) plot.tabIndex = -1;
        });"""),
    in_page("tab order", "a trap", """
        byId('heads-slider').addEventListener('keydown', (event) => {
          if (event.key === 'Tab') event.preventDefault();
        });"""),
    in_page("downloads", "an empty CSV file", "window.csvText = () => '\\r\\n'"),
    in_page("downloads", "nothing is saved", "window.saveFile = () => {}"),
    in_page("downloads", "a picture that needs the page's style", """
        const whole = standaloneSvg;
        window.standaloneSvg = (...all) => whole(...all).replace('#ffffff', 'var(--page)');"""),
    in_method("downloads", "values of another series", "LineChart.rows", "",
              "return was().map((row, i) => (i > 0 ? [row[0], row[1], row[2] + 0.1] : row));"),
    in_method("downloads", "weights of another snapshot", "HeadFilm.rows", "",
              """const step = this.heads.steps[0];
              return was().map((row, i) => (i > 0 ? [row[0], row[1], step, ...row.slice(3)] : row));
              """),
    in_method("arcs", "weak arcs are missing", "Arcs.recolour", "",
              "was(); this.lines.querySelectorAll('[stroke-opacity^=\"0.\"]').forEach("
              "(arc) => arc.remove());"),
    in_method("arcs", "the first key counts as most read", "Arcs.read", "",
              "this.source.onRead(this.chosen, 0);"),
    in_method("arcs", "no keys", "Arcs.onKey"),
    in_method("play", "nothing plays", "HeadFilm.run"),
    in_method("play", "plays for ever", "HeadFilm.pause"),
    in_method("play", "starts where it is", "HeadFilm.run", "",
              "this.snapshot -= 1; was();"),
    in_page("axes", "the unit stays", "window.inUnit = (steps) => steps;"
            "byId('curves-unit').replaceWith(makeSelect('', 'curves-unit', [['step', 'step'],"
            " ['sequences', 'sequences']], () => {}))"),
    in_page("axes", "smoothing only hides", "window.smoothed = (xs, ys) => ys"),
    in_page("axes", "log axes are ignored", "const old = makeScale;"
            "window.makeScale = (range, ends) => old(range, ends, false)"),
    in_page("sorting", "the table stays", "HTMLTableSectionElement.prototype.append = () => {}"),
    in_page("sorting", "sorts only downwards", "const sort = Array.prototype.sort;"
            "Array.prototype.sort = function (...all) { sort.apply(this, all); this.isUp ="
            " document.querySelector('[aria-sort=ascending]'); return this.isUp ?"
            " this.reverse() : this; }"),
    in_page("no scripts", "no curves", "document.querySelector('.static').remove()"),
    in_page("no scripts", "hidden curves",
            "document.querySelector('#figure-lr .static').hidden = true"),
    in_page("no scripts", "no table of scores",
            "document.querySelectorAll('#scores table').forEach((table) => table.remove())"),
    in_page("several runs", "a run is left out",
            "document.querySelector('#runs tbody tr').remove()"),
    in_page("several runs", "no band", "document.querySelectorAll('path.band').forEach("
            "(band) => band.remove())"),
]
