// The controls of the playground: each is a key of heed's configuration. Which there are, their
// choices and their help come from heed's own table.

const attentionKey = "model.attention.type";

class Controls {
  /** `onChange(sets)`: keys with their new values; null drops what was set. `onTask(config)`. */
  constructor(data, onChange, onTask) {
    this.data = data;
    this.onChange = onChange;
    this.onTask = onTask;
    this.inputs = new Map();
    this.build();
  }

  group(name) {
    const group = make("div", { class: "group", "data-group": name });
    byId("controls").append(group);
    return group;
  }

  build() {
    const tasks = this.data.tasks.map(({ config, text }) => [config, text]);
    this.group("task").append(makeSelect("task", "task", tasks, (config) => this.onTask(config)));
    for (const control of this.data.controls) {
      const group = byId("controls").querySelector(`[data-group="${control.group}"]`) ?? this.group(control.group);
      group.append(this.control(control));
    }
    this.off = make("input", { type: "checkbox", id: "attention-off" });
    this.off.addEventListener("change", () => {
      this.change(attentionKey, this.off.checked ? "none" : this.lastAttention ?? "multi_head_attention");
    });
    byId("controls").querySelector('[data-group="attention"]')
      .append(make("label", { class: "control" }, this.off, "attention off"));
    this.more = make("textarea", { id: "more", rows: 2, spellcheck: false, "aria-describedby": "more-help" });
    this.more.addEventListener("change", () => this.changeMore());
    byId("more-place").append(make("label", { class: "control wide" }, "other keys", this.more));
  }

  control({ path, label, help, choices, minimum, maximum, step }) {
    const id = `key-${path}`;
    if (choices) {
      const select = makeSelect(label, id, choices.map(({ value, text }) => [value, text ?? value]),
        (value) => this.change(path, value));
      select.title = help;
      this.inputs.set(path, select.querySelector("select"));
      return select;
    }
    const input = make("input", { type: "number", id, min: step > 1 ? step : minimum, max: maximum, step: step ?? "any" });
    if (step === undefined) input.addEventListener("keydown", (event) => Controls.stride(event, input));
    input.addEventListener("change", () => { if (input.value !== "") this.change(path, input.value); });
    this.inputs.set(path, input);
    return make("label", { class: "control", title: help }, label, input);
  }

  /** A number of any size goes along 1, 2, 5, 10 with the arrow keys. */
  static stride(event, input) {
    const by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    const value = Number(input.value);
    if (!by || !(value > 0)) return;
    event.preventDefault();
    const power = 10 ** Math.floor(Math.log10(value));
    const stops = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20].map((factor) => Number((factor * power).toPrecision(3)));
    const next = by > 0 ? stops.find((stop) => stop > value * 1.001) : stops.findLast((stop) => stop < value * 0.999);
    input.value = String(next);
    input.dispatchEvent(new Event("change"));
  }

  /** Another attention has other keys: those that it does not have are dropped. */
  change(path, value) {
    const sets = [[path, value]];
    if (path === attentionKey) {
      const keys = this.data.attentions.find(({ name }) => name === value)?.keys ?? [];
      for (const key of this.state.sets.keys()) {
        const name = key.replace("model.attention.", "");
        if (key.startsWith("model.attention.") && name !== "type" && !keys.includes(name)) sets.push([key, null]);
      }
      const heads = valueAt(this.config, "model.attention.heads");
      if (heads !== undefined && keys.includes("heads")) sets.push(["model.attention.heads", String(heads)]);
    }
    this.onChange(sets);
  }

  /** The keys without a control of their own, as lines PATH=VALUE. */
  others() {
    return [...this.state.sets].filter(([path]) => !this.inputs.has(path));
  }

  changeMore() {
    const sets = this.others().map(([path]) => [path, null]);
    for (const line of this.more.value.split("\n")) {
      const at = line.indexOf("=");
      if (line.trim() === "") continue;
      sets.push(at < 0 ? [line.trim(), ""] : [line.slice(0, at).trim(), line.slice(at + 1).trim()]);
    }
    this.onChange(sets);
  }

  /** Shows a state, and the values that heed made of it; `isRefused`: after one that it did not take. */
  show(state, config, isRefused = false) {
    this.state = state;
    this.config = config;
    const task = byId("task");
    if (![...task.options].some((option) => option.value === state.config)) {
      const option = make("option", { value: state.config });
      option.textContent = state.config;
      task.append(option);
    }
    task.value = state.config;
    for (const [path, input] of this.inputs) {
      const value = valueAt(config, path);
      input.closest("label").hidden = value === undefined;
      input.removeAttribute("aria-invalid");
      if (value === undefined || input.value === String(value)) continue;
      // What heed refuses can be corrected: from 2 heads the keys lead over 3 to 4.
      if (isRefused && document.activeElement === input) input.setAttribute("aria-invalid", "true");
      else input.value = String(value);
    }
    const type = valueAt(config, attentionKey);
    this.off.checked = type === "none";
    if (type !== "none") this.lastAttention = type;
    if (!isRefused || document.activeElement !== this.more) this.more.value = this.others().map(([path, value]) => `${path}=${value}`).join("\n");
    for (const group of document.querySelectorAll("[data-group]")) group.hidden = state.hides(group.dataset.group);
    byId("pairs-place").hidden = state.config !== "pairs";
    if (state.view.pairs !== undefined) byId("pairs").value = state.view.pairs;
  }
}
