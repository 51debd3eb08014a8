"""Faults for `page_browser.py --self-test`: (check, what is wrong, a script that runs in each
opened page before its own start, or None, a function that makes the file so, or None)."""

import hashlib

from report_faults import POLICY, in_file, in_method, in_page


def in_answers(check, name, body):
    """Other answers of heed: `name` and `reply` of each request; `was()` is the answer."""
    return in_page(check, name, """const old = Engine.prototype.ask;
        Engine.prototype.ask = async function (name, request = {}, options = {}) {
          const was = () => old.call(this, name, request, options);
          %s
          return was();
        };""" % body)


def deaf(check, name, selector, kind="click"):
    """What is pressed does nothing."""
    return in_page(check, name, f"""document.addEventListener('{kind}', (event) => {{
          if (event.target.closest('{selector}')) event.stopImmediatePropagation();
        }}, true);""")


def without_policy(old, new):
    return lambda text: POLICY.sub("", text).replace(old, new)


FAULTS = [
    in_page("quiet", "a message", "console.warn('slow')"),
    in_file("quiet", "a picture that is asked for",
            without_policy("<main>", "<main><img src=\"other.png\">")),
    in_file("closed", "a script that was changed",
            lambda text: text.replace("\nclass Playground {", "\nclass Playground { ")),
    in_file("closed", "any script", lambda text: text.replace("script-src ", "script-src * ")),
    in_file("closed", "an address", lambda text: text.replace(
        "<main>", "<main><!-- http://example.org -->")),
    in_file("small", "160 kB more", lambda text: text + "".join(
        hashlib.sha256(str(n).encode()).hexdigest() for n in range(5000))),
    in_answers("learns", "a tenth of the learning rate",
               "if (name === 'open') request.sets.push('train.lr=0.0001');"),
    in_answers("losses", "another last digit", """if (name === 'train') {
          const reply = await was();
          for (const step of reply.steps) if (step.step === 90) step.loss *= 1 + 1e-12;
          return reply;
        }"""),
    in_method("memory", "answers are kept", "LiveCharts.addLook", "look",
              "(window.kept ??= []).push(new Array(20000).fill(0.5)); was(look);"),
    in_page("360 pixels", "a wide button", "byId('play').style.minWidth = '500px'"),
    in_page("readable", "pale notes", "byId('facts').style.color = '#b0b0b0'"),
    in_page("still", "a button that fades", "byId('play').style.transition = 'all 1s'"),
    in_method("start", "nothing is shown", "Playground.showStart"),
    in_method("start", "starts anew for ever", "Engine.stop", "why",
              "this.restart(new EngineError('stopped', why));"),
    in_page("tab order", "a trap", """byId('input').addEventListener('keydown', (event) => {
          if (event.key === 'Tab') event.preventDefault();
        });"""),
    in_page("tab order", "an order of its own", "byId('play').tabIndex = 3"),
    deaf("lists", "a list that is ignored", '[id="key-model.norm"]', "change"),
    deaf("attention off", "a box that is ignored", "#attention-off", "change"),
    deaf("numbers", "a number that is ignored", '[id="key-train.batch_size"]', "change"),
    in_page("numbers", "keys that go too far", "Controls.stride = () => {}"),
    in_method("refusals", "what is refused is put back", "Controls.show", "state, config",
              "was(state, config, false);"),
    in_method("learning rate", "begins anew", "Playground.open", "options",
              "return was({ ...options, keep: false });"),
    in_method("other keys", "lines that are gone count", "Controls.others", "", "return [];"),
    deaf("play", "no reset", "#reset"),
    deaf("play", "a speed that is ignored", "#speed", "change"),
    in_method("legends", "lines stay", "LineChart.toggle"),
    in_method("heads", "the picture stays", "LiveHeads.choose"),
    in_page("pictures", "a picture of the past", """LiveHeads.prototype.update = function (heads) {
          this.heads = heads;
          this.unpacked.clear();
          this.paint();
        };"""),
    in_answers("heads", "all heads are measured", "if (name === 'without') request.closed = [];"),
    deaf("lesson bar", "no way back", "#lesson-previous"),
    in_method("lessons", "nothing is hidden", "PlaygroundState.hides", "", "return false;"),
    in_method("lessons", "one language", "Lessons.text", "id",
              "return this.languages.en.lessons[id];"),
    in_answers("tools", "other tools", "if (name === 'leaks') name = 'nothing';"
               "if (name === 'nothing') throw new EngineError('value', 'nothing');"),
    in_answers("ask", "another input", "if (name === 'ask') request.input = '1 2 3';"),
    in_answers("configs leave", "another seed",
               "if (name === 'open') request.sets.push('train.seed=5');"
               "if (name === 'open') { const reply = await was(); reply.config = reply.config"
               ".replace('\"seed\": 5', '\"seed\": 4'); return reply; }"),
    in_method("configs come", "another configuration", "Playground.openConfig", "text, name",
              "return was(text.replace(/\"seed\": 0/g, '\"seed\": 1'), name);"),
    in_answers("models leave", "a byte is other", """if (name === 'save') {
          const reply = await was();
          reply.bytes[reply.bytes.length - 2] ^= 0x40;
          return reply;
        }"""),
    in_answers("models come", "another last bit", """if (name === 'save') {
          const reply = await was();
          reply.bytes[reply.bytes.length - 4] ^= 1;
          return reply;
        }"""),
    in_method("own pairs", "other pairs", "Playground.usePairs", "text",
              "return was(text.replace('a', 'b'));"),
    in_page("addresses", "no escapes", "encoded = (text) => text"),
    in_page("addresses", "gates are lost", "PlaygroundState.prototype.closed = () => []"),
    in_page("hostile addresses", "words of JavaScript are languages",
            "Lessons.prototype.setLanguage = function (tag) { if (tag) this.language = tag; }"),
    in_method("hostile addresses", "nothing opens instead", "Playground.openDefault"),
    in_method("bad keys", "errors are not told", "Playground.complain"),
    in_method("diverged", "does not go back", "Training.goBack"),
    in_answers("memory ends", "errors are swallowed",
               "if (name === 'open') { try { return await was(); } catch { return old.call(this,"
               " 'open', { shipped: 'reverse', sets: [] }); } }"),
    in_method("traps", "stays stopped", "Engine.restart", "error",
              "this.worker.terminate(); this.waiting.forEach(({ reject }) => reject(error));"
              "this.waiting.clear();"),
    in_page("too long", "patience without end", "Object.defineProperty(Engine.prototype,"
            " 'busyFor', { get: () => 0 })"),
    in_answers("bad files", "a file that cannot be read is taken",
               "if (name === 'load') "
               "return old.call(this, 'open', { shipped: 'copy', sets: [] });"),
    in_method("bad pairs", "errors are not told", "Playground.complain"),
    in_method("early", "does not wait", "Playground.measureClosed", "",
              "return this.training.state.trains && was();"),
    in_method("early", "steps of the model that is there", "Playground.open", "options",
              "return options === undefined ? undefined : was(options);"),
    in_method("long pairs", "an error of the browser is told", "Playground.usePairs", "text",
              "if (text.length > 1e6) throw new Error('too long'); was(text);"),
    in_method("unknown symbols", "errors are not told", "Asker.ask"),
]
