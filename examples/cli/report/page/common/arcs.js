// What a head reads, as lines: on the left the positions that ask, on the right what they read; the
// stronger a line, the larger the weight.

const arcLeast = 0.02;

class Arcs {
  /** `source`: rows, columns, isBlocked(i, j), weight(i, j), onRead(i, j) and onLeave(). */
  constructor(host, label, source) {
    this.source = source;
    this.chosen = null;
    addReadPlot(this, host, "arcs",
      `${label}. Arrow keys choose the position that asks.`);
  }

  setSource(source) {
    this.source = source;
    this.chosen = null;
    this.draw();
  }

  draw() {
    if (!this.width) return;
    const { rows, columns } = this.source;
    const most = Math.max(rows.length, columns.length);
    this.pitch = Math.max(11, Math.min(24, 560 / most));
    this.top = 24;
    const width = Math.min(this.width, 520);
    const height = this.top + most * this.pitch + 4;
    this.ends = [width * 0.3, width * 0.7];
    this.svg = makeSvg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img",
      "aria-label": this.source.label, class: "matrix-svg" });
    const add = (text, attributes) => {
      const node = makeSvg("text", attributes);
      node.textContent = text;
      this.svg.append(node);
      return node;
    };
    add("position that asks", { class: "axis-name", x: this.ends[0] - 8, y: 12, "text-anchor": "end" });
    add("reads from", { class: "axis-name", x: this.ends[1] + 8, y: 12 });
    this.rowNames = rows.map((label, i) => add(`${i} ${label}`, { class: "token", x: this.ends[0] - 8, y: this.y(i) + 4, "text-anchor": "end" }));
    columns.forEach((label, j) => add(`${j} ${label}`, { class: "token", x: this.ends[1] + 8, y: this.y(j) + 4 }));
    this.lines = makeSvg("g");
    this.svg.append(this.lines);
    this.plot.replaceChildren(this.svg);
    this.recolour();
  }

  y(index) {
    return this.top + (index + 0.5) * this.pitch;
  }

  recolour() {
    if (!this.lines) return;
    const { rows, columns } = this.source;
    const middle = (this.ends[0] + this.ends[1]) / 2;
    const lines = [];
    rows.forEach((_, i) => {
      const isQuiet = this.chosen !== null && this.chosen !== i;
      this.rowNames[i].classList.toggle("chosen", this.chosen === i);
      columns.forEach((__, j) => {
        if (this.source.isBlocked(i, j)) return;
        const weight = this.source.weight(i, j);
        if (weight < arcLeast || isQuiet) return;
        lines.push(makeSvg("path", { class: "arc",
          d: `M${this.ends[0]} ${this.y(i)}C${middle} ${this.y(i)} ${middle} ${this.y(j)} ${this.ends[1]} ${this.y(j)}`,
          "stroke-opacity": Math.min(1, 0.15 + 0.85 * weight).toFixed(3), "stroke-width": (0.8 + 2.4 * weight).toFixed(2) }));
      });
    });
    this.lines.replaceChildren(...lines);
    if (this.chosen !== null) this.read();
  }

  read() {
    const { columns, isBlocked, weight } = this.source;
    const i = this.chosen;
    let most = -1;
    columns.forEach((_, j) => {
      if (!isBlocked(i, j) && (most < 0 || weight(i, j) > weight(i, most))) most = j;
    });
    if (most >= 0) this.source.onRead(i, most);
  }

  onPointer(event) {
    const box = this.svg.getBoundingClientRect();
    const factor = this.svg.viewBox.baseVal.height / box.height;
    const i = Math.floor(((event.clientY - box.top) * factor - this.top) / this.pitch);
    this.choose(i >= 0 && i < this.source.rows.length ? i : null);
  }

  onKey(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const last = this.source.rows.length - 1;
    const now = this.chosen ?? -1;
    const next = { ArrowDown: Math.min(now + 1, last), ArrowUp: Math.max(now - 1, 0), Home: 0,
      End: last, Escape: null }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    this.choose(next);
  }

  choose(row) {
    if (row === this.chosen) return;
    this.chosen = row;
    this.recolour();
    if (row === null) this.source.onLeave();
  }
}
