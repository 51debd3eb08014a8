// Heads forming: a slider over the snapshots, all heads in small, one of them enlarged as a matrix or
// as lines, and what the chosen position reads.

const readHint = "Point at a cell, or go to the picture and use the arrow keys.";

class HeadFilm {
  /** `prefix`: what the ids of its places on the page begin with. */
  constructor(heads, data, prefix = "heads") {
    this.prefix = prefix;
    this.heads = heads;
    this.snapshot = heads.steps.length - 1;
    this.probe = 0;
    this.chosen = { attention: 0, head: 0 };
    this.scale = "unit";
    this.shape = "matrix";
    this.unpacked = new Map();
    this.reading = null;
    this.build(data);
    this.showSnapshot(this.snapshot);
    channel.on("choose-step", (step) => this.showSnapshot(nearestIndex(heads.steps, step)));
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.redraw());
  }

  part(name) {
    return byId(`${this.prefix}-${name}`);
  }

  weights(attention = this.chosen.attention) {
    const key = `${attention} ${this.probe}`;
    if (!this.unpacked.has(key)) {
      const of = this.heads.attentions[attention];
      this.unpacked.set(key, new ProbeWeights(of.probes[this.probe], this.heads.steps.length, of.heads));
    }
    return this.unpacked.get(key);
  }

  build(data) {
    this.buildSlider(data);
    this.buildControls();
    this.buildThumbnails();
    this.name = this.part("name");
    this.readout = this.part("readout");
    this.row = this.part("row");
    this.view = this.part("view");
    this.buildView();
    this.read(null);
    addDownloads(this.part("tools"), "heads", { svg: () => this.enlarged.svg, rows: () => this.rows() });
  }

  buildSlider(data) {
    const { steps } = this.heads;
    this.slider = make("input", { type: "range", id: `${this.prefix}-slider`, min: 0, max: steps.length - 1,
      step: 1, value: this.snapshot, "aria-label": "snapshot" });
    this.slider.addEventListener("input", () => {
      this.pause();
      this.showSnapshot(Number(this.slider.value));
    });
    this.play = make("button", { type: "button", id: `${this.prefix}-play`, "aria-pressed": "false" });
    this.play.textContent = "▶ Play";
    this.play.addEventListener("click", () => (this.timer ? this.pause() : this.run()));
    this.step = make("output", { id: `${this.prefix}-step`, for: `${this.prefix}-slider` });
    this.part("film").append(this.play, this.slider, this.step);
    const loss = data.figures.find((figure) => figure.id === "loss");
    if (loss && steps.length > 1) {
      const small = new LineChart(this.part("loss"), { ...loss, height: 130, marks: [] }, data, {});
      small.plot.title = "click to choose the nearest snapshot";
    }
  }

  buildControls() {
    const controls = this.part("controls");
    if (this.heads.probes.length > 1) {
      const probes = this.heads.probes.map((text, index) => [String(index), text]);
      controls.append(makeSelect("input", `${this.prefix}-probe`, probes, (value) => {
        this.probe = Number(value);
        this.redraw();
      }));
    }
    controls.append(
      makeSelect("view", `${this.prefix}-shape`, [["matrix", "matrix"], ["arcs", "arcs"]], (shape) => {
        this.shape = shape;
        this.buildView();
      }),
      makeSelect("colours", `${this.prefix}-scale`, [["unit", "0 to 1"], ["head", "0 to the head's largest"],
        ["log", "0.001 to 1, logarithmic"]], (scale) => {
        this.scale = scale;
        this.paint();
      }));
    const bar = makeSvg("svg", { viewBox: "0 0 100 10", class: "bar", role: "img",
      "aria-label": "colours from the smallest to the largest weight", preserveAspectRatio: "none" });
    for (let i = 0; i < 50; i += 1) {
      bar.append(makeSvg("rect", { x: i * 2, width: 2.2, height: 10, fill: weightColours[Math.round((i / 49) * 255)] }));
    }
    this.barEnds = [make("span", { id: `${this.prefix}-bar-low` }), make("span", { id: `${this.prefix}-bar-high` })];
    const hatched = make("span", { class: "hatched-key" });
    controls.append(make("span", { class: "control colour-bar" }, this.barEnds[0], bar, this.barEnds[1]));
    if (this.heads.attentions.some((attention) => attention.probes.some((probe) => probe.blocked))) {
      controls.append(make("span", { class: "control" }, hatched, "masked"));
    }
  }

  buildThumbnails() {
    const place = this.part("all");
    this.thumbnails = [];
    this.heads.attentions.forEach((attention, index) => {
      const name = make("h3");
      name.textContent = attention.path;
      const row = make("div", { class: "thumbnails" });
      for (let head = 0; head < attention.heads; head += 1) {
        const thumbnail = new HeadThumbnail(`head ${head}`, () => this.choose(index, head));
        thumbnail.button.dataset.attention = index;
        thumbnail.button.dataset.head = head;
        row.append(thumbnail.button);
        this.thumbnails.push({ thumbnail, attention: index, head });
      }
      place.append(name, row);
    });
    roving(this.thumbnails.map(({ thumbnail }) => thumbnail.button));
    onWidth(place, () => this.paintThumbnails());
  }

  source() {
    const weights = this.weights();
    const { head } = this.chosen;
    const weight = (i, j) => weights.weight(this.snapshot, head, i, j);
    return {
      rows: weights.queries, columns: weights.keys, label: this.headName(),
      rowName: "position that asks ↓", columnName: "reads from →",
      isBlocked: (i, j) => weights.isBlocked(i, j),
      weight,
      colour: (i, j) => weightColour(weight(i, j), this.scale, weights.largest(this.snapshot, head)),
      onRead: (i, j) => this.read(i, j),
      onLeave: () => this.read(null),
    };
  }

  headName() {
    return `${this.heads.attentions[this.chosen.attention].path}, head ${this.chosen.head}`;
  }

  buildView() {
    this.view.replaceChildren();
    const Shape = this.shape === "matrix" ? Matrix : Arcs;
    this.enlarged = new Shape(this.view, "Weights of the chosen head", this.source());
    this.paint();
  }

  choose(attention, head) {
    this.chosen = { attention, head };
    this.redraw();
  }

  showSnapshot(index) {
    this.snapshot = index;
    const step = this.heads.steps[index];
    const loss = this.heads.losses[index];
    const text = loss === null ? `step ${step}` : `step ${step}, loss ${numberText(loss)}`;
    this.slider.value = index;
    this.slider.setAttribute("aria-valuetext", text);
    this.step.textContent = text;
    this.paint();
    channel.say("snapshot", step, this);
  }

  /** Another head or probe: sizes and names may differ. */
  redraw() {
    this.read(null);
    this.enlarged.setSource(this.source());
    this.paint();
  }

  paint() {
    this.name.textContent = this.headName();
    const largest = this.weights().largest(this.snapshot, this.chosen.head);
    this.barEnds[0].textContent = this.scale === "log" ? "0.001" : "0";
    this.barEnds[1].textContent = this.scale === "head" ? numberText(largest, 3) : "1";
    if (this.enlarged) this.enlarged.recolour();
    this.paintThumbnails();
  }

  paintThumbnails() {
    for (const { thumbnail, attention, head } of this.thumbnails) {
      const isChosen = attention === this.chosen.attention && head === this.chosen.head;
      thumbnail.button.setAttribute("aria-pressed", String(isChosen));
      thumbnail.draw(this.weights(attention), this.snapshot, head, this.scale);
    }
  }

  /** What a cell says, and the tokens that its query reads most. */
  read(query, key) {
    this.row.replaceChildren();
    if (query === null) {
      this.readout.textContent = readHint;
      this.readout.classList.add("hint");
      return;
    }
    this.readout.classList.remove("hint");
    const weights = this.weights();
    const { head } = this.chosen;
    const text = weights.text(this.snapshot, head, query, key);
    const value = weights.isBlocked(query, key) ? "it may not: masked" : text;
    this.readout.textContent = `${query} “${weights.queries[query]}” reads ${key} “${weights.keys[key]}”: ${value}`;
    for (const most of weights.mostRead(this.snapshot, head, query, 5)) {
      const share = weights.weight(this.snapshot, head, query, most);
      const item = make("li");
      const bar = make("span", { class: "share" });
      bar.style.width = `${(share * 100).toFixed(1)}%`;
      const label = make("span", { class: "share-name" });
      label.textContent = `${most} “${weights.keys[most]}” ${weights.text(this.snapshot, head, query, most)}`;
      item.append(bar, label);
      this.row.append(item);
    }
  }

  run() {
    if (this.snapshot === this.heads.steps.length - 1) this.showSnapshot(0);
    this.play.textContent = "❚❚ Pause";
    this.play.setAttribute("aria-pressed", "true");
    this.timer = setInterval(() => {
      this.showSnapshot(Math.min(this.snapshot + 1, this.heads.steps.length - 1));
      if (this.snapshot === this.heads.steps.length - 1) this.pause();
    }, 450);
  }

  pause() {
    clearInterval(this.timer);
    this.timer = null;
    this.play.textContent = "▶ Play";
    this.play.setAttribute("aria-pressed", "false");
  }

  /** The weights of the chosen head at the chosen snapshot. */
  rows() {
    const weights = this.weights();
    const rows = [["attention", "head", "step", "query", "query_token", "key", "key_token", "weight"]];
    weights.queries.forEach((query, i) => weights.keys.forEach((key, j) => {
      rows.push([this.heads.attentions[this.chosen.attention].path, this.chosen.head,
        this.heads.steps[this.snapshot], i, query, j, key, weights.text(this.snapshot, this.chosen.head, i, j)]);
    }));
    return rows;
  }
}

function startHeads(data) {
  const section = byId("heads");
  if (section && data.heads) new HeadFilm(data.heads, data);
}
