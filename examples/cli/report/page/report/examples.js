// The examples: only those with errors if that is wished, and what stands at a position that is
// pointed at or reached by the arrow keys.

function startExamples(data) {
  const place = byId("examples");
  if (!place) return;
  const examples = [...place.querySelectorAll(".example")];
  const controls = byId("examples-controls");
  if (controls && examples.some((example) => example.dataset.wrong === "0")
      && examples.some((example) => example.dataset.wrong !== "0")) {
    controls.append(makeCheckbox("only those with errors", "examples-only-wrong", (isOnly) => {
      for (const example of examples) example.hidden = isOnly && example.dataset.wrong === "0";
    }));
  }
  for (const text of place.querySelectorAll(".losses")) startLosses(text);
  if (data.confusion) startConfusion(data.confusion);
}

/** A text whose characters say what they cost. */
function startLosses(text) {
  const characters = [...text.querySelectorAll("span")];
  const readout = text.parentElement.querySelector(".losses-readout");
  const show = (character) => { readout.textContent = character.title; };
  for (const character of characters) {
    character.addEventListener("pointerenter", () => show(character));
    character.addEventListener("focus", () => show(character));
  }
  if (characters.length > 0) roving(characters);
}

/** Targets and what was answered, as a matrix: the brighter, the larger a part of its row. */
function startConfusion({ names, counts }) {
  const sums = counts.map((row) => row.reduce((sum, count) => sum + count, 0));
  const share = (i, j) => (sums[i] > 0 ? counts[i][j] / sums[i] : 0);
  const readout = byId("confusion-readout");
  const leave = () => {
    readout.textContent = readHint;
    readout.classList.add("hint");
  };
  const matrix = new Matrix(byId("confusion-view"), "Confusion by symbol", {
    rows: names, columns: names, label: "confusion by symbol",
    rowName: "target ↓", columnName: "answer →",
    isBlocked: () => false,
    colour: (i, j) => weightColour(share(i, j), "unit", 1),
    onRead: (i, j) => {
      readout.classList.remove("hint");
      readout.textContent = `“${names[i]}” answered by “${names[j]}”: ${counts[i][j]} of ${sums[i]}`;
    },
    onLeave: leave,
  });
  leave();
  const rows = () => [["target", ...names], ...counts.map((row, i) => [names[i], ...row])];
  addDownloads(byId("confusion-tools"), "confusion", { svg: () => matrix.svg, rows });
}
