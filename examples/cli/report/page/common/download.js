// Figures as SVG files, numbers as CSV files: made here, from what the page holds.

function saveFile(name, type, text) {
  const link = make("a", { download: name, href: URL.createObjectURL(new Blob([text], { type })) });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

/** A cell of CSV; a text that a spreadsheet would compute is kept a text. */
function csvCell(value) {
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : "";
  let text = value === null || value === undefined ? "" : String(value);
  if (/^[=+\-@\t\r]/.test(text) && !Number.isFinite(Number(text))) text = `'${text}`;
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function csvText(rows) {
  return rows.map((row) => row.map(csvCell).join(",")).join("\r\n") + "\r\n";
}

const drawnProperties = ["fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-opacity",
  "fill-opacity", "opacity", "font-size", "font-weight", "text-anchor", "dominant-baseline"];

/**
 * An SVG of the page as a file of its own: what the style sheet says of each element becomes its
 * attributes, in the colours of paper.
 */
function standaloneSvg(svg, title) {
  document.documentElement.classList.add("paper");
  const copy = svg.cloneNode(true);
  const originals = [svg, ...svg.querySelectorAll("*")];
  const copies = [copy, ...copy.querySelectorAll("*")];
  originals.forEach((original, index) => {
    const style = getComputedStyle(original);
    for (const property of drawnProperties) {
      copies[index].setAttribute(property, style.getPropertyValue(property));
    }
    copies[index].removeAttribute("class");
    copies[index].removeAttribute("tabindex");
  });
  document.documentElement.classList.remove("paper");
  for (const cursor of copy.querySelectorAll("[data-cursor]")) cursor.remove();
  const box = svg.viewBox.baseVal;
  copy.setAttribute("xmlns", svgNamespace);
  copy.setAttribute("width", box.width);
  copy.setAttribute("height", box.height);
  copy.setAttribute("font-family", "system-ui, sans-serif");
  copy.prepend(makeSvg("rect", { width: box.width, height: box.height, fill: "#ffffff" }));
  if (copy.querySelector("title") === null) {
    const heading = makeSvg("title");
    heading.textContent = title;
    copy.prepend(heading);
  }
  return `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(copy)}\n`;
}

/** The two buttons of a figure. `svg` and `rows` are asked when one is pressed. */
function addDownloads(host, name, { svg, rows }) {
  const buttons = make("span", { class: "downloads" });
  const add = (label, about, action) => {
    const button = make("button", { type: "button", "aria-label": `${about}: ${name}` });
    button.textContent = label;
    button.addEventListener("click", action);
    buttons.append(button);
  };
  if (svg) {
    add("SVG", "download the figure as SVG",
      () => saveFile(`${name}.svg`, "image/svg+xml", standaloneSvg(svg(), name)));
  }
  add("CSV", "download the numbers as CSV", () => saveFile(`${name}.csv`, "text/csv", csvText(rows())));
  host.append(buttons);
}
