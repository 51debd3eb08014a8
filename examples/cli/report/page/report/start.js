// Starts all parts of the page, each for itself: one that fails leaves the others, and what is there
// without scripts.

document.addEventListener("DOMContentLoaded", () => {
  const data = readData();
  for (const part of [startCurves, startHeads, startExamples, startSorting]) {
    try {
      part(data);
    } catch (error) {
      console.error(error);
    }
  }
  document.documentElement.classList.add("alive");
});
