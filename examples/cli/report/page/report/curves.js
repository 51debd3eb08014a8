// The figures of lines: each is drawn over the picture that is there without scripts. The curves of
// training share a row of controls.

/** Draws one figure into its place; returns its chart. */
function startFigure(figure, data, view) {
  const place = byId(`figure-${figure.id}`);
  if (!place) return null;
  place.querySelector(".static")?.remove();
  const host = place.querySelector(".drawn");
  const chart = new LineChart(host, figure, data, view);
  addDownloads(place.querySelector(".tools"), figure.id,
    { svg: () => chart.svg, rows: () => chart.rows() });
  return chart;
}

function curveControls(charts, data) {
  const all = (change) => charts.forEach((chart) => chart.setView(change));
  const units = [["step", "step"]];
  if (data.clocks.every((clock) => clock.batch > 0)) units.push(["sequences", "sequences"]);
  if (data.clocks.every((clock) => clock.seconds.length > 1)) units.push(["seconds", "seconds"]);
  const smoothing = make("input", { type: "range", id: "curves-smoothing", min: 0, max: 20, value: 0,
    "aria-valuetext": "off" });
  smoothing.addEventListener("input", () => {
    const percent = Number(smoothing.value);
    smoothing.setAttribute("aria-valuetext", percent === 0 ? "off" : `mean over ${percent} % of the axis`);
    shown.textContent = percent === 0 ? "off" : `${percent} %`;
    all({ smoothing: percent / 100 });
  });
  const shown = make("output", { for: "curves-smoothing" });
  shown.textContent = "off";
  return [
    makeSelect("against", "curves-unit", units, (unit) => all({ unit })),
    makeCheckbox("log x", "curves-log-x", (logX) => all({ logX })),
    makeCheckbox("log y", "curves-log-y", (logY) => all({ logY })),
    make("label", { class: "control" }, "smoothing", smoothing, shown),
  ];
}

function startCurves(data) {
  const curves = [];
  for (const figure of data.figures) {
    const chart = startFigure(figure, data, {});
    if (chart && figure.is_curve) curves.push(chart);
  }
  byId("curves-controls")?.append(...curveControls(curves, data));
}

/** Tables whose head sorts them: numbers by size, texts by letters. */
function startSorting() {
  for (const table of document.querySelectorAll("table[data-sortable]")) {
    [...table.tHead.rows[0].cells].forEach((cell, column) => {
      const button = make("button", { type: "button", class: "sort" });
      button.append(...cell.childNodes);
      cell.append(button);
      button.addEventListener("click", () => {
        const isDown = cell.getAttribute("aria-sort") !== "descending";
        for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
        cell.setAttribute("aria-sort", isDown ? "descending" : "ascending");
        const key = (row) => row.cells[column].dataset.value ?? row.cells[column].textContent;
        const rows = [...table.tBodies[0].rows];
        rows.sort((a, b) => {
          const [x, y] = isDown ? [key(b), key(a)] : [key(a), key(b)];
          const difference = Number(x) - Number(y);
          return Number.isNaN(difference) ? x.localeCompare(y) : difference;
        });
        table.tBodies[0].append(...rows);
      });
    });
  }
}
