// A matrix in SVG with a name for each row and column. The pointer or the arrow keys choose a cell;
// whoever made the matrix says what it means.

class Matrix {
  /**
   * `source`: rows and columns (their labels), rowName and columnName (the axes in words),
   * colour(i, j), isBlocked(i, j), onRead(i, j) and onLeave().
   */
  constructor(host, label, source) {
    this.source = source;
    this.chosen = null;
    addReadPlot(this, host, "matrix",
      `${label}. Arrow keys choose a cell, Home and End its row's ends.`);
  }

  setSource(source) {
    this.source = source;
    this.chosen = null;
    this.draw();
  }

  draw() {
    if (!this.width) return;
    const { rows, columns } = this.source;
    const longest = (labels) => Math.max(1, ...labels.map((label) => [...label].length));
    const isUpright = longest(columns) <= 2;
    this.left = Math.round(Math.min(100, 10 + longest(rows) * 7.2));
    this.top = 20 + (isUpright ? 16 : Math.round(Math.min(96, 8 + longest(columns) * 7.2)));
    const room = this.width - this.left - 4;
    this.cell = Math.max(3, Math.min(34, Math.floor(room / columns.length), Math.max(9, Math.floor(560 / rows.length))));
    const width = Math.max(210, this.left + this.cell * columns.length + 4);
    const height = this.top + this.cell * rows.length + 4;
    this.svg = makeSvg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img",
      "aria-label": this.source.label, class: "matrix-svg" });
    this.drawNames(isUpright);
    this.drawCells();
    this.rowFrame = makeSvg("rect", { class: "row-frame", "data-cursor": "", visibility: "hidden" });
    this.cellFrame = makeSvg("rect", { class: "cell-frame", "data-cursor": "", visibility: "hidden" });
    this.svg.append(this.rowFrame, this.cellFrame);
    this.plot.replaceChildren(this.svg);
    this.frame();
  }

  drawNames(isUpright) {
    const { rows, columns, rowName, columnName } = this.source;
    const add = (text, attributes) => {
      const node = makeSvg("text", attributes);
      const letters = [...text];
      node.textContent = letters.length > 12 ? `${letters.slice(0, 11).join("")}…` : text;
      this.svg.append(node);
      return node;
    };
    const every = Math.max(1, Math.ceil(11 / this.cell));
    rows.forEach((label, i) => {
      if (i % every !== 0) return;
      add(label, { class: "token", x: this.left - 5, y: this.top + (i + 0.5) * this.cell + 4, "text-anchor": "end" });
    });
    columns.forEach((label, j) => {
      if (j % every !== 0) return;
      const x = this.left + (j + 0.5) * this.cell;
      if (isUpright) add(label, { class: "token", x, y: this.top - 5, "text-anchor": "middle" });
      else add(label, { class: "token", transform: `translate(${x + 4} ${this.top - 5}) rotate(-90)` });
    });
    const name = (text, attributes) => {
      const node = makeSvg("text", { class: "axis-name", ...attributes });
      node.textContent = text;
      this.svg.append(node);
    };
    name(rowName, { x: 0, y: 11 });
    name(columnName, { x: Math.max(this.left, 126), y: 11 });
  }

  drawCells() {
    const { rows, columns } = this.source;
    const id = `hatch-${Matrix.count += 1}`;
    this.svg.append(makeSvg("pattern", { id, width: 5, height: 5, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
      makeSvg("path", { class: "hatch", d: "M0 0V5" })));
    this.cells = [];
    rows.forEach((_, i) => columns.forEach((__, j) => {
      const isBlocked = this.source.isBlocked(i, j);
      const cell = makeSvg("rect", { x: this.left + j * this.cell, y: this.top + i * this.cell,
        width: this.cell, height: this.cell, class: isBlocked ? "masked" : "cell",
        fill: isBlocked ? `url(#${id})` : this.source.colour(i, j) });
      this.cells.push(cell);
      this.svg.append(cell);
    }));
  }

  /** After the source has changed its colours, but not its size. */
  recolour() {
    if (!this.cells) return;
    const { columns } = this.source;
    this.cells.forEach((cell, index) => {
      const [i, j] = [Math.floor(index / columns.length), index % columns.length];
      if (!this.source.isBlocked(i, j)) cell.setAttribute("fill", this.source.colour(i, j));
    });
    if (this.chosen) this.source.onRead(...this.chosen);
  }

  onPointer(event) {
    const box = this.svg.getBoundingClientRect();
    const factor = this.svg.viewBox.baseVal.width / box.width;
    const j = Math.floor(((event.clientX - box.left) * factor - this.left) / this.cell);
    const i = Math.floor(((event.clientY - box.top) * factor - this.top) / this.cell);
    const { rows, columns } = this.source;
    const isInside = i >= 0 && i < rows.length && j >= 0 && j < columns.length;
    this.choose(isInside ? [i, j] : null);
  }

  onKey(event) {
    if (event.key === "Escape") this.choose(null);
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const [lastRow, lastColumn] = [this.source.rows.length - 1, this.source.columns.length - 1];
    const [i, j] = this.chosen ?? [0, -1];
    const next = { ArrowRight: [i, Math.min(j + 1, lastColumn)], ArrowLeft: [i, Math.max(j - 1, 0)],
      ArrowDown: [Math.min(i + (this.chosen ? 1 : 0), lastRow), Math.max(j, 0)],
      ArrowUp: [Math.max(i - 1, 0), Math.max(j, 0)],
      Home: [i, 0], End: [i, lastColumn],
      PageUp: [0, Math.max(j, 0)], PageDown: [lastRow, Math.max(j, 0)] }[event.key];
    if (!next) return;
    event.preventDefault();
    this.choose(next);
  }

  choose(cell) {
    if (cell && this.chosen && cell[0] === this.chosen[0] && cell[1] === this.chosen[1]) return;
    if (!cell && !this.chosen) return;
    this.chosen = cell;
    this.frame();
    if (cell) this.source.onRead(...cell);
    else this.source.onLeave();
  }

  frame() {
    if (!this.rowFrame) return;
    for (const frame of [this.rowFrame, this.cellFrame]) {
      frame.setAttribute("visibility", this.chosen ? "visible" : "hidden");
    }
    if (!this.chosen) return;
    const [i, j] = this.chosen;
    const place = (frame, x, width) => fill(frame, { x, width, y: this.top + i * this.cell, height: this.cell }, []);
    place(this.rowFrame, this.left, this.cell * this.source.columns.length);
    place(this.cellFrame, this.left + j * this.cell, this.cell);
  }
}
Matrix.count = 0;
