// Small helpers that the rest of the page is made of: elements, numbers, colours, messages.
// Text from the data reaches the page by textContent alone; nothing here makes HTML of it.

const svgNamespace = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

function make(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

function makeSvg(name, attributes = {}, ...children) {
  return fill(document.createElementNS(svgNamespace, name), attributes, children);
}

function byId(id) {
  return document.getElementById(id);
}

/** What heed has written into the page. */
function readData() {
  return JSON.parse(byId("heed-data").textContent);
}

/** Calls `draw` with the width of a node now and whenever it changes. */
function onWidth(node, draw) {
  let width = 0;
  const update = () => {
    const now = Math.floor(node.clientWidth);
    if (now <= 0 || now === width) return;
    width = now;
    draw(width);
  };
  new ResizeObserver(update).observe(node);
  update();
}

/**
 * Gives `view` a plot that it draws at every width, and that the pointer and the keys read: the view
 * has draw(), onPointer(event), onKey(event) and choose(), with null for nothing.
 */
function addReadPlot(view, host, kind, label) {
  view.plot = make("div", { class: `plot ${kind}`, tabindex: 0, role: "group", "aria-label": label });
  host.append(view.plot);
  view.plot.addEventListener("pointermove", (event) => view.onPointer(event));
  view.plot.addEventListener("pointerdown", (event) => view.onPointer(event));
  view.plot.addEventListener("pointerleave", () => view.choose(null));
  view.plot.addEventListener("blur", () => view.choose(null));
  view.plot.addEventListener("keydown", (event) => view.onKey(event));
  onWidth(view.plot, (width) => { view.width = width; view.draw(); });
}

/** Numbers for reading: so many digits that count, never a row of zeros. */
function numberText(value, digits = 4) {
  if (value === null || !Number.isFinite(value)) return "–";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e7) return String(value);
  if (size >= 1e6 || size < 1e-4) return value.toExponential(Math.max(0, digits - 2));
  return String(Number(value.toPrecision(digits)));
}

/** The stretch of an axis in round numbers: about `count` of them. */
function roundTicks(low, high, count) {
  if (!(high > low)) return [low];
  const rough = (high - low) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough);
  const ticks = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k += 1) {
    ticks.push(Number((k * step).toPrecision(12)));
  }
  return ticks;
}

/** The same for a logarithmic axis: powers of ten, and 2 and 5 times them if there is room. */
function logTicks(low, high, count) {
  const ticks = [];
  const decades = Math.log10(high / low);
  const factors = decades * 3 <= count ? [1, 2, 5] : [1];
  const every = Math.max(1, Math.ceil(decades / Math.max(1, count)));
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power += 1) {
    if (power % every !== 0) continue;
    for (const factor of factors) {
      const tick = Number((factor * 10 ** power).toPrecision(3));
      if (tick >= low * 0.999999 && tick <= high * 1.000001) ticks.push(tick);
    }
  }
  return ticks.length > 1 ? ticks : [low, high];
}

/** The index in a rising list of what is nearest to a value. */
function nearestIndex(values, value) {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low > 0 && value - values[low - 1] <= values[low] - value ? low - 1 : low;
}

/** A point between the knots of a rising curve; beyond its ends the nearest of its parts goes on. */
function between(xs, ys, x) {
  if (xs.length < 2) return ys[0] ?? x;
  let right = 1;
  while (right < xs.length - 1 && xs[right] < x) right += 1;
  const share = (x - xs[right - 1]) / (xs[right] - xs[right - 1] || 1);
  return ys[right - 1] + share * (ys[right] - ys[right - 1]);
}

/** Tells the parts of the page of each other's changes. */
const channel = {
  listeners: new Map(),
  on(topic, listener) {
    if (!this.listeners.has(topic)) this.listeners.set(topic, []);
    this.listeners.get(topic).push(listener);
  },
  say(topic, value, from) {
    for (const listener of this.listeners.get(topic) ?? []) listener(value, from);
  },
};

/** What a row of buttons does with arrows, Home and End: one of them is in the order of Tab. */
function roving(nodes) {
  const focus = (index) => {
    nodes.forEach((node, i) => { node.tabIndex = i === index ? 0 : -1; });
    nodes[index].focus();
  };
  nodes.forEach((node, index) => {
    node.tabIndex = index === 0 ? 0 : -1;
    node.addEventListener("keydown", (event) => {
      const last = nodes.length - 1;
      const next = { ArrowRight: Math.min(index + 1, last), ArrowLeft: Math.max(index - 1, 0),
        ArrowDown: Math.min(index + 1, last), ArrowUp: Math.max(index - 1, 0),
        Home: 0, End: last }[event.key];
      if (next === undefined) return;
      event.preventDefault();
      focus(next);
    });
    node.addEventListener("focus", () => {
      nodes.forEach((other, i) => { other.tabIndex = i === index ? 0 : -1; });
    });
  });
}

/** A choice as a labelled list. */
function makeSelect(label, id, choices, onChange) {
  const select = make("select", { id });
  for (const [value, text] of choices) {
    const option = make("option", { value });
    option.textContent = text;
    select.append(option);
  }
  select.addEventListener("change", () => onChange(select.value));
  return make("label", { class: "control" }, label, select);
}

function makeCheckbox(label, id, onChange) {
  const box = make("input", { type: "checkbox", id });
  box.addEventListener("change", () => onChange(box.checked));
  return make("label", { class: "control" }, box, label);
}
