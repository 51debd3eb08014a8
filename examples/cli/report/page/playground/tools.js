// Questions to the model as it is: the shapes of a forward pass, whether its gradients are right,
// whether anything leaks, what each head scores.

function table(head, rows) {
  const cells = (name, texts) => texts.map((text) => {
    const cell = make(name);
    cell.textContent = text;
    return cell;
  });
  return make("div", { class: "scroll" }, make("table", {}, make("thead", {}, make("tr", {}, ...cells("th", head))),
    make("tbody", {}, ...rows.map((row) => make("tr", {}, ...cells("td", row))))));
}

function paragraph(text, attributes = {}) {
  const node = make("p", attributes);
  node.textContent = text;
  return node;
}

const tools = {
  shapes: {
    label: "Table of operations",
    about: "every operation of one forward pass of two sequences",
    request: "trace",
    show({ rows, letters }) {
      const of = (row) => [row.row, row.path, row.op, row.inputs.join(", "), row.axes.join(", "),
        `[${row.shape.join(", ")}]`, row.memory];
      return [paragraph(`A view shares the memory of its input; copy and compute take new memory. ${letters}`),
        table(["#", "module", "operation", "reads", "axes", "sizes", "memory"], rows.map(of))];
    },
  },
  gradcheck: {
    label: "Check gradients",
    about: "compares gradients with finite differences, in f64",
    request: "gradcheck",
    show({ passed, text }) {
      return [paragraph(text, { class: passed ? "good" : "bad" })];
    },
  },
  leaks: {
    label: "Leak meter",
    about: "whether any output depends on what it must not see",
    request: "leaks",
    show({ passed, leaks, pairs, unused, rules, text, picture }) {
      const verdict = passed ? `0 of ${pairs} pairs of an output and an input leak; ${unused} visible pairs unused`
        : `${leaks} of ${pairs} pairs leak. ${text}`;
      const drawn = make("pre", { class: "picture" });
      drawn.textContent = picture.replace(/^\n/, "");
      return [paragraph(verdict, { class: passed ? "good" : "bad" }), paragraph(`The rule: ${rules}.`), drawn];
    },
  },
  scores: {
    label: "Scores of heads",
    about: "what each head does, as numbers",
    request: "look",
    show({ scores, heads }) {
      if (heads === null) return [paragraph("This model has no heads to look at.")];
      const names = Object.keys(scores[0] ?? {});
      const rows = scores.flatMap((of, a) => Array.from({ length: heads.attentions[a].heads }, (_, h) => [
        `${a}.${h}`, heads.attentions[a].path, ...names.map((name) => numberText(of[name]?.[h] ?? null, 3))]));
      return [paragraph("importance: |∂ loss / ∂ gate of the head|; loss change: of the loss without the head. "
        + "A picture shows where a head looks, these what the model makes of it."),
      table(["head", "attention", ...names.map((name) => name.replaceAll("_", " "))], rows)];
    },
  },
};

class Tools {
  /** `ask(request)` asks heed; `onOpen(name)` is told which is shown. */
  constructor(ask, onOpen) {
    this.ask = ask;
    this.onOpen = onOpen;
    this.buttons = new Map();
    for (const [name, tool] of Object.entries(tools)) {
      const button = make("button", { type: "button", id: `tool-${name}`, title: tool.about, "aria-pressed": "false" });
      button.textContent = tool.label;
      button.addEventListener("click", () => this.open(name));
      this.buttons.set(name, button);
      byId("tool-buttons").append(button);
    }
  }

  async open(name) {
    if (!Object.hasOwn(tools, name)) return;
    this.name = name;
    this.onOpen(name);
    for (const [other, button] of this.buttons) button.setAttribute("aria-pressed", String(other === name));
    const place = byId("tool-result");
    place.setAttribute("aria-busy", "true");
    if (place.childElementCount === 0) place.append(paragraph(`${tools[name].about} …`));
    let shown;
    try {
      shown = tools[name].show(await this.ask(tools[name].request));
    } catch (error) {
      shown = error.kind === "cancelled" ? [] : [paragraph(error.message, { class: "bad" })];
    }
    if (this.name !== name) return;
    place.replaceChildren(...shown);
    place.setAttribute("aria-busy", "false");
  }

  close() {
    this.name = null;
    for (const button of this.buttons.values()) button.setAttribute("aria-pressed", "false");
    byId("tool-result").replaceChildren();
  }

  /** The model has changed: what is shown is asked again. */
  refresh() {
    if (this.name) this.open(this.name);
  }

  /** What does not change while it trains need not be asked again. */
  get changesWithTraining() {
    return this.name === "scores";
  }
}
