// A head in small, on a canvas: queries downwards, keys to the right, masked cells hatched.

class HeadThumbnail {
  constructor(label, onChoose) {
    this.canvas = make("canvas", { "aria-hidden": "true" });
    const name = make("span");
    name.textContent = label;
    this.button = make("button", { type: "button", class: "thumbnail", "aria-pressed": "false" },
      this.canvas, name);
    this.button.addEventListener("click", onChoose);
  }

  draw(weights, snapshot, head, scale) {
    const ratio = Math.min(3, window.devicePixelRatio || 1);
    const side = this.canvas.clientWidth || 120;
    const cell = Math.max(1, Math.floor((side * ratio) / Math.max(weights.columns, weights.rows)));
    const { canvas } = this;
    canvas.width = cell * weights.columns;
    canvas.height = cell * weights.rows;
    canvas.style.aspectRatio = `${weights.columns} / ${weights.rows}`;
    const context = canvas.getContext("2d");
    const largest = weights.largest(snapshot, head);
    this.drawHatch(context, cell);
    for (let query = 0; query < weights.rows; query += 1) {
      for (let key = 0; key < weights.columns; key += 1) {
        if (weights.isBlocked(query, key)) continue;
        context.fillStyle = weightColour(weights.weight(snapshot, head, query, key), scale, largest);
        context.fillRect(key * cell, query * cell, cell, cell);
      }
    }
  }

  /** All over; the cells that are not masked are drawn upon it. */
  drawHatch(context, cell) {
    const { width, height } = this.canvas;
    const style = getComputedStyle(document.documentElement);
    context.fillStyle = style.getPropertyValue("--panel");
    context.fillRect(0, 0, width, height);
    context.strokeStyle = style.getPropertyValue("--hatch");
    context.beginPath();
    const gap = Math.max(5, Math.min(cell, 10));
    for (let x = -height; x < width; x += gap) {
      context.moveTo(x, height);
      context.lineTo(x + height, 0);
    }
    context.stroke();
  }
}
