// A chart of lines in SVG: hover or arrow keys read its values, its legend hides lines, and a cursor
// marks the step that all charts of the page show.

const chartMargin = { top: 14, right: 14, bottom: 34, left: 54 };
const dashes = ["", "6 3", "2 2", "8 3 2 3"];
const lineColours = 8;

/** How a line looks: eight colours, then the same with dashes. */
function lineLook(index) {
  return { colour: `line-${index % lineColours}`,
    dash: dashes[Math.floor(index / lineColours) % dashes.length] };
}

const mostMarked = 60;

/** The outline of a line's mark around a point, so that colour is not all that tells lines apart. */
function markPath(index, x, y) {
  const at = (dx, dy) => `M${(x + dx).toFixed(1)} ${(y + dy).toFixed(1)}`;
  return [`${at(-2.6, 0)}a2.6 2.6 0 1 0 5.2 0a2.6 2.6 0 1 0 -5.2 0z`, `${at(-2.4, -2.4)}h4.8v4.8h-4.8z`,
    `${at(0, -3.2)}l3.2 5.6h-6.4z`, `${at(0, -3.5)}l3.5 3.5-3.5 3.5-3.5-3.5z`][index % 4];
}

class LineChart {
  /** `view` is shared by the charts of a section: {unit, logX, logY, smoothing}. */
  constructor(host, figure, data, view) {
    this.host = host;
    this.figure = figure;
    this.data = data;
    this.view = { unit: "step", logX: false, logY: false, smoothing: 0, ...view,
      hidden: new Set(figure.series.flatMap((series, i) => (series.off ? [i] : []))) };
    if (figure.log_y) this.view.logY = true;
    this.cursor = null;
    this.build();
    onWidth(this.plot, (width) => { this.width = width; this.draw(); });
  }

  build() {
    this.legend = make("div", { class: "legend" });
    this.plot = make("div", { class: "plot", tabindex: 0, role: "group",
      "aria-label": `${this.figure.title}. Arrow keys read the values.` });
    this.readout = make("p", { class: "unseen", "aria-live": "polite" });
    this.host.append(this.legend, this.plot, this.readout);
    this.buildLegend();
    this.plot.addEventListener("pointermove", (event) => this.readAt(event));
    this.plot.addEventListener("pointerdown", (event) => {
      this.readAt(event);
      if (this.cursor !== null) channel.say("choose-step", this.cursor, this);
    });
    this.plot.addEventListener("pointerleave", () => this.setCursor(null, true));
    this.plot.addEventListener("keydown", (event) => this.onKey(event));
    this.plot.addEventListener("blur", () => this.setCursor(null, true));
    if (this.figure.time) {
      channel.on("cursor", (step, from) => { if (from !== this) this.setCursor(step, false); });
      channel.on("snapshot", (step) => { this.snapshot = step; this.drawCursor(); });
    }
  }

  buildLegend() {
    this.values = [];
    this.cursorLabel = make("span", { class: "legend-x" });
    this.legend.append(this.cursorLabel);
    this.figure.series.forEach((series, index) => {
      if (series.faint) return;
      const look = lineLook(series.look ?? index);
      const swatch = makeSvg("svg", { class: "swatch", width: 22, height: 9, "aria-hidden": "true" },
        makeSvg("path", { class: `line ${look.colour}`, d: "M0 4H22", "stroke-dasharray": look.dash }));
      if (this.hasMarks(index)) {
        swatch.append(makeSvg("path", { class: `dot ${look.colour}`, d: markPath(series.look ?? index, 11, 4) }));
      }
      const value = make("span", { class: "legend-value" });
      const button = make("button", { type: "button", class: "legend-entry",
        "aria-pressed": String(!this.view.hidden.has(index)), title: "show or hide this line" },
      swatch, series.name, value);
      button.addEventListener("click", () => this.toggle(index, button));
      this.values[index] = value;
      this.legend.append(button);
    });
  }

  hasMarks(index) {
    const { length } = this.data.axes[this.figure.series[index].x];
    return this.figure.series.length > 1 && length <= mostMarked;
  }

  toggle(index, button) {
    const name = this.figure.series[index].name;
    const all = this.figure.series.flatMap((series, i) => (
      i === index || (series.faint && series.name === name) ? [i] : []));
    const isHidden = this.view.hidden.has(index);
    for (const i of all) {
      if (isHidden) this.view.hidden.delete(i);
      else this.view.hidden.add(i);
    }
    button.setAttribute("aria-pressed", String(isHidden));
    this.draw();
  }

  /** Changes what the section has set. */
  setView(change) {
    Object.assign(this.view, change);
    this.draw();
  }

  draw() {
    if (!this.width) return;
    const { figure, view, width } = this;
    const height = figure.height ?? Math.round(Math.min(280, Math.max(190, width * 0.5)));
    const isLogY = view.logY && !(figure.holds ?? []).includes(0);
    this.isLogY = isLogY;
    this.lines = linesOf(figure, view, this.data.axes, this.data.clocks);
    const xs = extent([...this.lines.map((line) => line.xs), figure.x_holds], view.logX, 0);
    const holds = figure.holds ?? [];
    const ys = extent([...this.lines.flatMap((line) => [line.ys, line.series.low, line.series.high]), holds],
      isLogY, 0.04);
    const bottom = height - chartMargin.bottom;
    this.x = makeScale(xs, [chartMargin.left, width - chartMargin.right], view.logX);
    this.y = makeScale(ys, [bottom, chartMargin.top], isLogY);
    this.bottom = bottom;
    this.svg = makeSvg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img",
      "aria-label": `${figure.title}: ${figure.about}` });
    this.drawAxes(isLogY, width, height);
    this.drawMarks();
    for (const line of this.lines) this.drawLine(line, isLogY);
    this.cursorLayer = makeSvg("g", { "data-cursor": "" });
    this.svg.append(this.cursorLayer);
    this.plot.replaceChildren(this.svg);
    this.drawCursor();
  }

  drawAxes(isLogY, width, height) {
    const { x, y, bottom, view, figure } = this;
    const text = (content, attributes) => {
      const node = makeSvg("text", attributes);
      node.textContent = content;
      this.svg.append(node);
    };
    for (const tick of (isLogY ? logTicks : roundTicks)(y.low, y.high, 5)) {
      const at = y.at(tick);
      this.svg.append(makeSvg("path", { class: "grid", d: `M${chartMargin.left} ${at}H${width - chartMargin.right}` }));
      text(numberText(tick), { class: "tick", x: chartMargin.left - 7, y: at + 4, "text-anchor": "end" });
    }
    const count = Math.max(2, Math.floor(width / 90));
    for (const tick of (view.logX ? logTicks : roundTicks)(x.low, x.high, count)) {
      const at = x.at(tick);
      this.svg.append(makeSvg("path", { class: "axis", d: `M${at} ${bottom}v4` }));
      text(numberText(tick), { class: "tick", x: at, y: bottom + 17, "text-anchor": "middle" });
    }
    this.svg.append(makeSvg("path", { class: "axis", d: `M${chartMargin.left} ${bottom}H${width - chartMargin.right}` }));
    text(figure.time ? view.unit : figure.x_name,
      { class: "axis-name", x: width - chartMargin.right, y: height - 3, "text-anchor": "end" });
  }

  drawMarks() {
    const { figure, view, x } = this;
    (figure.marks ?? []).forEach((mark, index) => {
      const [at] = figure.time ? inUnit([mark.x], view.unit, this.data.clocks[mark.run ?? 0]) : [mark.x];
      if (at < x.low || at > x.high || !isShown(at, view.logX)) return;
      const pixel = x.at(at);
      const isLeft = pixel > this.width * 0.6;
      const label = makeSvg("text", { class: "mark-name", x: pixel + (isLeft ? -4 : 4),
        y: chartMargin.top + 8 + (index % 3) * 13, "text-anchor": isLeft ? "end" : "start" });
      label.textContent = mark.label;
      this.svg.append(makeSvg("path", { class: "mark", d: `M${pixel} ${chartMargin.top}V${this.bottom}` }), label);
    });
  }

  drawLine(line, isLogY) {
    const { series, xs, ys, faint } = line;
    const look = lineLook(series.look ?? line.index);
    if (series.low) {
      this.svg.append(makeSvg("path", { class: `band ${look.colour}`,
        d: bandPath(xs, series.low, series.high, this.x, this.y, this.view.logX, isLogY) }));
    }
    this.svg.append(makeSvg("path", { class: `line ${look.colour}${faint ? " faint" : ""}`,
      d: linePath(xs, ys, this.x, this.y, this.view.logX, isLogY), "stroke-dasharray": look.dash }));
    if (faint || !(this.hasMarks(line.index) || xs.length === 1)) return;
    const leastGap = 9;
    let before = -Infinity;
    const marks = xs.map((x, i) => {
      if (!isShown(x, this.view.logX) || !isShown(ys[i], isLogY) || this.x.at(x) < before + leastGap) return "";
      before = this.x.at(x);
      return markPath(series.look ?? line.index, before, this.y.at(ys[i]));
    });
    this.svg.append(makeSvg("path", { class: `dot ${look.colour}`, d: marks.join("") }));
  }

  /** The line that the arrow keys walk along: the one with the most points. */
  walked() {
    return this.lines.filter((line) => !line.faint)
      .reduce((most, line) => (most && most.xs.length >= line.xs.length ? most : line), null);
  }

  readAt(event) {
    const line = this.lines ? this.walked() : null;
    if (!line) return;
    const box = this.svg.getBoundingClientRect();
    const value = this.x.back((event.clientX - box.left) * (this.width / box.width));
    this.setCursor(line.steps[nearestIndex(line.xs, value)], true);
  }

  onKey(event) {
    const line = this.lines ? this.walked() : null;
    if (!line || event.ctrlKey || event.altKey || event.metaKey) return;
    const last = line.steps.length - 1;
    const now = this.cursor === null ? -1 : nearestIndex(line.steps, this.cursor);
    const stride = event.shiftKey ? 10 : 1;
    const next = { ArrowRight: Math.min(last, now + stride), ArrowLeft: Math.max(0, now - stride),
      Home: 0, End: last }[event.key];
    if (event.key === "Escape") this.setCursor(null, true);
    if (event.key === "Enter" && this.cursor !== null) channel.say("choose-step", this.cursor, this);
    if (next === undefined) return;
    event.preventDefault();
    this.setCursor(line.steps[next], true);
    this.readout.textContent = this.reading();
  }

  setCursor(step, isOwn) {
    this.cursor = step;
    this.drawCursor();
    if (isOwn && this.figure.time) channel.say("cursor", step, this);
  }

  /** The point of a line nearest to the cursor; before its first and after its last there is none. */
  valueAt(line) {
    const index = nearestIndex(line.steps, this.cursor);
    const last = line.steps.length - 1;
    const room = last > 0 ? (line.steps[last] - line.steps[0]) / last / 2 : 0;
    const isThere = this.cursor >= line.steps[0] - room && this.cursor <= line.steps[last] + room;
    return { x: line.xs[index], y: isThere ? line.ys[index] : null };
  }

  drawCursor() {
    if (!this.cursorLayer) return;
    this.cursorLayer.replaceChildren();
    for (const value of this.values) if (value) value.textContent = "";
    this.cursorLabel.textContent = "";
    const pixelOf = (step) => {
      const line = this.walked();
      if (!line) return null;
      const [at] = this.figure.time
        ? inUnit([step], this.view.unit, this.data.clocks[line.series.run ?? 0]) : [step];
      const isInside = isShown(at, this.view.logX) && at >= this.x.low && at <= this.x.high;
      return isInside ? this.x.at(at) : null;
    };
    if (this.snapshot !== undefined) {
      const pixel = pixelOf(this.snapshot);
      if (pixel !== null) this.cursorLayer.append(makeSvg("path", { class: "snapshot-line", d: `M${pixel} ${chartMargin.top}V${this.bottom}` }));
    }
    if (this.cursor === null || !this.lines) return;
    const pixel = pixelOf(this.cursor);
    if (pixel !== null) this.cursorLayer.append(makeSvg("path", { class: "cursor-line", d: `M${pixel} ${chartMargin.top}V${this.bottom}` }));
    this.cursorLabel.textContent = `${this.figure.time ? "step" : this.figure.x_name} ${numberText(this.cursor, 7)}`;
    for (const line of this.lines) {
      if (line.faint) continue;
      const { x, y } = this.valueAt(line);
      if (this.values[line.index] && y !== null) this.values[line.index].textContent = numberText(y, 5);
      if (!isShown(y, this.isLogY) || !isShown(x, this.view.logX)) continue;
      const look = lineLook(line.series.look ?? line.index);
      this.cursorLayer.append(makeSvg("circle", { class: `dot ${look.colour}`, r: 3.5, cx: this.x.at(x), cy: this.y.at(y) }));
    }
  }

  reading() {
    const parts = this.lines.filter((line) => !line.faint)
      .map((line) => `${line.series.name} ${numberText(this.valueAt(line).y, 5)}`);
    return `${this.figure.time ? "step" : this.figure.x_name} ${numberText(this.cursor, 7)}: ${parts.join(", ")}`;
  }

  /** The numbers as a table: a row for each point of each line. */
  rows() {
    const rows = [["series", this.figure.x_name, this.figure.y_name, "low", "high"]];
    for (const series of this.figure.series) {
      this.data.axes[series.x].forEach((x, i) => {
        rows.push([series.name, x, series.y[i], series.low?.[i], series.high?.[i]]);
      });
    }
    return rows;
  }
}
