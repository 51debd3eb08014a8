// The playground: keeps the state, the model in the engine and what is shown of it in step.

const mostPatience = 1500;  // milliseconds that a request may take before another model ends it

class Playground {
  constructor(data) {
    this.data = data;
    this.state = PlaygroundState.parse(window.location.hash);
    this.generation = 0;  // of the model: what is answered about an earlier one is dropped
    this.lookCost = 0;
    this.measured = 0;  // how often heads that are off were; only the last answer counts
    this.charts = new LiveCharts();
    this.heads = new HeadsPlace((closed) => this.setClosed(closed));
    this.controls = new Controls(data, (sets) => this.change(sets), (config) => this.changeTask(config));
    this.lessons = new Lessons(data.lessons, this.state.view.lang, (hash) => this.openLesson(hash));
    this.lessons.onLanguage = (tag) => this.setView("lang", tag);
    this.tools = new Tools((request) => this.ask(request), (name) => this.setView("panel", name));
    this.share = new Share(this);
    this.asker = new Asker(this);
    this.training = new Training(this);
    window.addEventListener("hashchange", () => this.onHash());
    this.showStart();
    this.start();
  }

  start() {
    this.say("Starting heed …");
    try {
      this.engine = new Engine();
    } catch (error) {
      this.complain(new EngineError("none", `heed cannot run in this browser: ${error.message}`));
      return;
    }
    this.engine.onStop = (error) => {
      this.training.pause();
      this.complain(error);
    };
    if (this.isStart) this.opening = this.openStart();
    else this.open();
  }

  // --- What is said to the user ---

  say(text) {
    byId("status").textContent = text;
  }

  /** An error, with what can be done about it: [label, action] pairs. */
  complain(error, actions = []) {
    if (error.kind === "cancelled") return;
    if (error.kind === "none") this.say("The page shows what it was made with.");
    if (error.kind === "stopped") actions = [["Open the model again", () => this.open()]];
    const text = error instanceof EngineError ? error.message : `This page has failed: ${error.message}`;
    byId("message").replaceChildren(paragraph(withoutPlaces(text)), ...actions.map(([label, action]) => {
      const button = make("button", { type: "button" });
      button.textContent = label;
      button.addEventListener("click", action);
      return button;
    }));
    byId("message").hidden = false;
  }

  noComplaint() {
    byId("message").hidden = true;
    byId("message").replaceChildren();
  }

  // --- The state and the address ---

  setView(key, value) {
    if (value === undefined || value === "") delete this.state.view[key];
    else this.state.view[key] = value;
    this.writeHash();
  }

  writeHash() {
    const text = this.state.text();
    if (window.location.hash.slice(1) === text) return;
    this.written = text;
    window.history.replaceState(null, "", `#${text}`);
  }

  onHash() {
    if (window.location.hash.slice(1) === this.written) return;
    this.become(PlaygroundState.parse(window.location.hash));
  }

  /** Another state altogether. */
  become(state) {
    const before = this.state;
    this.state = state;
    this.training.pause();
    this.open({ before });
  }

  openLesson(hash) {
    const lang = this.lessons.language;
    if (hash === null) {
      this.setView("lesson", undefined);
      this.setView("hide", undefined);
      this.lessons.show(null);
      this.controls.show(this.state, this.config);
      return;
    }
    this.become(PlaygroundState.parse(`${hash}&lang=${lang}`));
  }

  change(sets) {
    const before = this.state.copy();
    for (const [path, value] of sets) {
      if (value === null) this.state.sets.delete(path);
      else this.state.sets.set(path, value);
    }
    const keeps = sets.every(([path]) => path === "train.lr");
    this.open({ keep: keeps, before });
  }

  changeTask(config) {
    const before = this.state.copy();
    this.state.config = config;
    this.state.sets = new Map();
    for (const key of ["input", "gates"]) delete this.state.view[key];
    delete this.state.view.pairs;  // without any of the user's: those that come with heed
    if (config === "pairs" && byId("pairs").value.trim() !== "") this.state.view.pairs = byId("pairs").value;
    this.open({ before });
  }

  usePairs(text) {
    const before = this.state.copy();
    this.state.view.pairs = text;
    byId("pairs").value = text;
    this.open({ before });
  }

  // --- The model ---

  async ask(name, request, options) {
    return this.engine.ask(name, request, options);
  }

  /** Whether something has begun since that makes an answer stale. */
  isStale(generation) {
    return generation !== this.generation;
  }

  /**
   * Opens the model of the state. `keep`: goes on with the parameters that there are; `before`: the
   * state to go back to if heed refuses. What takes too long is ended.
   */
  async open({ keep = false, before = null } = {}) {
    return this.opened(() => this.ask("open", { ...this.state.request(), keep }), { keep, before });
  }

  async opened(make, { keep = false, before = null } = {}) {
    const wasPlaying = this.training.isPlaying;
    this.training.isPlaying = false;
    this.generation += 1;
    const { generation } = this;
    if (this.engine.busyFor > mostPatience) {
      this.engine.restart();
      keep = false;
    }
    try {
      const model = await make();
      if (this.isStale(generation)) return;
      this.noComplaint();
      this.isStart = false;
      await this.showModel(model, keep);
      if (wasPlaying) this.training.play();
    } catch (error) {
      if (this.isStale(generation)) return;
      this.complain(error);
      if (["config", "value", "memory"].includes(error.kind) && !this.config) await this.openDefault(error);
      else if (before !== null && this.config) {
        this.state = before;
        this.writeHash();
        this.controls.show(this.state, this.config, true);
        if (wasPlaying && error.kind !== "stopped") this.training.play();
      }
    }
    this.training.showButtons();
  }

  /** In place of a state, as a link may have one, that heed cannot open. */
  async openDefault(error) {
    this.state = new PlaygroundState();
    await this.open();
    this.complain(error);
  }

  async showModel(model, keep) {
    this.model = model;
    this.config = JSON.parse(model.config);
    this.training.state = model.state;
    byId("config-text").value = model.config;
    byId("facts").textContent = `${model.parameters.toLocaleString("en")} parameters`;
    const task = valueAt(this.config, "task.type");
    if (!keep) {
      this.charts.reset(model.attentions, task);
      this.charts.chooseScore(task);
      this.heads.setClosed(this.state.closed());
      this.training.clearNumbers();
    }
    this.controls.show(this.state, this.config);
    this.training.showSpeed();
    this.lessons.setLanguage(this.state.view.lang);
    this.lessons.show(this.state.view.lesson ?? null);
    this.asker.reset(this.state.view.input, model.example);
    this.writeHash();
    this.say(model.warnings.length > 0 ? model.warnings.join(" ") : this.training.progress());
    if (this.state.view.panel) this.tools.open(this.state.view.panel);
    else this.tools.close();
    await this.look();
    await this.measureClosed();
  }

  // --- Looking ---

  /** The heads now, on held-out sequences or while the model reads the user's input. */
  async look() {
    if (!this.training.state) await this.opening;
    if (!this.training.state) return;
    const { generation } = this;
    const begun = performance.now();
    try {
      if (this.asker.isShown) {
        await this.asker.ask();
      }
      const look = this.training.state.trains ? await this.ask("look") : null;
      if (this.isStale(generation)) return;
      this.lookCost = performance.now() - begun;
      if (look) this.charts.addLook(look);
      if (look && !this.asker.isShown) this.heads.show(look.heads);
      if (!this.training.isPlaying) this.charts.draw();
      if (!this.training.isPlaying && this.tools.changesWithTraining) this.tools.refresh();
    } catch (error) {
      if (!this.isStale(generation)) this.complain(error);
    }
  }

  setClosed(closed) {
    this.setView("gates", closed.map((gate) => gate.join(".")).join(","));
    this.measureClosed();
    if (this.asker.isShown) this.asker.ask();
  }

  /** How good the model is without the heads that are off. */
  async measureClosed() {
    if (!this.training.state) await this.opening;
    if (!this.training.state) return;
    const closed = this.state.closed();
    const place = byId("gates-readout");
    this.measured += 1;
    const { measured } = this;
    if (closed.length === 0 || !this.training.state.trains) {
      place.textContent = "Untick “on” below a small picture to close a head: what is measured and asked then does without it; training goes on with all.";
      return;
    }
    const { generation } = this;
    try {
      const [without, all] = [await this.ask("without", { closed }), await this.ask("without", {})];
      if (this.isStale(generation) || measured !== this.measured) return;
      const names = closed.map((gate) => gate.join(".")).join(", ");
      const share = (of) => `${(of.sequence_accuracy * 100).toFixed(1)} % of sequences and ${(of.token_accuracy * 100).toFixed(1)} % of symbols`;
      place.textContent = `Without head ${names}: ${share(without)} right; with all: ${share(all)} (${without.sequences} held-out sequences, step ${without.step}).`;
    } catch (error) {
      if (!this.isStale(generation) && measured === this.measured) place.textContent = withoutPlaces(error.message);
    }
  }

  // --- Loading ---

  async openConfig(text, name) {
    await this.opened(async () => {
      const pairs = this.ownPairs(text);
      const model = await this.ask("open", { config: text, name, ...(pairs && { pairs }) });
      this.take(model);
      if (pairs) this.state.view.pairs = pairs;
      return model;
    }, { before: this.state });
  }

  /** What the page has for a configuration of the user's own pairs. */
  ownPairs(text) {
    try {
      const { type, path } = JSON.parse(text).task;
      return type === "pairs" && path === "pairs.txt" ? byId("pairs").value : "";
    } catch {
      return "";  // heed says what is wrong with it
    }
  }

  async openModel(bytes, name) {
    await this.opened(async () => {
      const model = await this.ask("load", {}, { file: bytes });
      this.take(model);
      return model;
    }, { before: this.state });
    if (this.model?.missing) this.complain(new EngineError("value", `${name}: ${this.model.missing}`));
  }

  /** The state becomes what was loaded: the nearest configuration, and what is different. */
  take({ changes }) {
    const state = new PlaygroundState();
    state.config = changes.shipped || this.state.config;
    for (const set of changes.sets) {
      const at = set.indexOf("=");
      state.sets.set(set.slice(0, at), set.slice(at + 1));
    }
    for (const key of ["lang", "lesson", "hide", "panel", "speed"]) state.view[key] = this.state.view[key];
    this.state = state;
  }

  /** Trains the model that the page shows from the start once more, so that it can be asked. */
  async openStart() {
    const { generation } = this;
    const { start } = this.data;
    const isOver = () => this.isStale(generation);
    try {
      const model = await this.ask("open", this.state.request());
      let { state } = model;
      while (!isOver() && !state.done && state.step < start.train.state.step) {
        ({ state } = await this.ask("train", { steps: start.train.state.step, milliseconds: 100 }));
      }
      if (isOver()) return;
      this.model = model;
      this.training.state = state;
      this.say("This model was trained for you. “Train” starts a new one from nothing.");
    } catch (error) {
      if (!isOver()) this.complain(error);
    }
    this.training.showButtons();
  }

  /** The trained model that the page brings along, to be looked at until heed is ready. */
  showStart() {
    const { start } = this.data;
    if (!start || window.location.hash.length > 1) return;
    this.isStart = true;
    this.config = JSON.parse(start.open.config);
    this.charts.reset(start.open.attentions, valueAt(this.config, "task.type"));
    this.charts.addTraining(start.train.steps, start.train.evaluations);
    this.charts.addLook(start.look);
    this.charts.draw();
    this.heads.show(start.look.heads);
    this.controls.show(this.state, this.config);
    this.training.showNumbers(start.train);
    byId("config-text").value = start.open.config;
    byId("answer").textContent = start.ask.answer;
    byId("input").value = start.input;
  }
}

/** What heed says, without the options of a command line; a key is named once. */
function withoutPlaces(text) {
  return text.replaceAll(/^page: /gm, "").replaceAll(/^--(?:set|input) ([^=:]*)[^:]*: error: (.*)$/gm,
    (_, key, said) => (said.includes(key) ? said : `${key}: ${said}`));
}

document.addEventListener("DOMContentLoaded", () => {
  window.playground = new Playground(readData());
  document.documentElement.classList.add("alive");
});
