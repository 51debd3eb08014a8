// The heads of the model that is being trained: as in a report, but what they show changes, and each
// can be switched off.

class LiveHeads extends HeadFilm {
  /** `place`: a HeadsPlace. */
  constructor(heads, place) {
    super(heads, { figures: [] }, place.prefix);
    this.place = place;
    this.addGates();
  }

  // There is one snapshot: now.
  buildSlider() {
    this.slider = make("input", { type: "hidden" });
    this.step = make("output");
  }

  addGates() {
    this.gates = this.thumbnails.map(({ thumbnail, attention, head }) => {
      const box = make("input", { type: "checkbox", checked: true, class: "gate",
        "aria-label": `head ${head} of ${this.heads.attentions[attention].path} is on` });
      box.addEventListener("change", () => this.place.toggle(attention, head, !box.checked));
      const label = make("label", { class: "gate-label" }, box, "on");
      const frame = make("div", { class: "gated" });
      thumbnail.button.replaceWith(frame);
      frame.append(thumbnail.button, label);
      return { box, attention, head };
    });
    this.showGates();
  }

  showGates() {
    for (const { box, attention, head } of this.gates) {
      const isClosed = this.place.closed.some(([a, h]) => a === attention && h === head);
      box.checked = !isClosed;
      box.closest(".gated").classList.toggle("closed", isClosed);
    }
  }

  /** Other weights of the same heads. */
  update(heads) {
    const before = this.weights();
    const [rows, columns] = [before.queries.join(" "), before.keys.join(" ")];
    this.heads = heads;
    this.probe = Math.min(this.probe, heads.probes.length - 1);
    this.unpacked.clear();
    const now = this.weights();
    this.probeTexts();
    if (now.queries.join(" ") !== rows || now.keys.join(" ") !== columns) {
      this.redraw();
      return;
    }
    this.enlarged.source = this.source();  // of the same size, with the weights of now
    this.paint();
  }

  probeTexts() {
    const options = this.part("probe")?.options ?? [];
    this.heads.probes.forEach((text, index) => {
      if (options[index]) options[index].textContent = text;
    });
  }

  read(query, key) {
    super.read(query, key);
    if (query === null) return;
    const weights = this.weights();
    const { head } = this.chosen;
    const total = (cells) => numberText(cells.reduce((sum, [i, j]) => (
      weights.isBlocked(i, j) ? sum : sum + weights.weight(0, head, i, j)), 0), 3);
    const row = weights.keys.map((_, j) => [query, j]);
    const column = weights.queries.map((_, i) => [i, key]);
    this.readout.textContent += `. Row ${query} sums to ${total(row)}, column ${key} to ${total(column)}.`;
  }
}

/** Where the heads stand: made anew when there are others, and empty when there are none. */
class HeadsPlace {
  /** `onGates` is told which heads are closed: lists of an attention and a head. */
  constructor(onGates, prefix = "heads") {
    this.onGates = onGates;
    this.prefix = prefix;
    this.closed = [];
    this.film = null;
  }

  static structure(heads) {
    return heads === null ? "" : JSON.stringify([heads.probes.length,
      heads.attentions.map(({ path, heads: count, probes }) => [path, count,
        probes.map((probe) => Boolean(probe.blocked))])]);
  }

  part(name) {
    return byId(`${this.prefix}-${name}`);
  }

  show(heads, note = "This model has no heads to look at: its attention is off, or no multi-head attention.") {
    const structure = HeadsPlace.structure(heads);
    this.part("none").textContent = heads === null ? note : "";
    this.part("shown").hidden = heads === null;
    if (heads === null) {
      this.structure = structure;
      return;
    }
    if (structure === this.structure && this.film) {
      this.film.update(heads);
      return;
    }
    const chosen = this.film?.chosen;
    for (const name of ["controls", "view", "all", "tools", "row"]) this.part(name).replaceChildren();
    this.structure = structure;
    this.film = new LiveHeads(heads, this);
    if (chosen && chosen.attention < heads.attentions.length
        && chosen.head < heads.attentions[chosen.attention].heads) {
      this.film.choose(chosen.attention, chosen.head);
    }
  }

  setClosed(closed) {
    this.closed = closed;
    this.film?.showGates();
  }

  toggle(attention, head, isClosed) {
    this.closed = this.closed.filter(([a, h]) => a !== attention || h !== head);
    if (isClosed) this.closed.push([attention, head]);
    this.film.showGates();
    this.onGates(this.closed);
  }
}
