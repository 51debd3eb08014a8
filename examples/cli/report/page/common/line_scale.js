// What a chart of lines computes before it draws: which points, on which axes, smoothed or not.

/** A mean over the points near each point; `share` of the width of the axis is near. */
function smoothed(xs, ys, share) {
  const reach = ((xs[xs.length - 1] - xs[0]) * share) / 2;
  if (!(reach > 0)) return ys;
  let first = 0;
  let end = 0;
  let sum = 0;
  let count = 0;
  return xs.map((x, i) => {
    for (; end < xs.length && xs[end] <= x + reach; end += 1) {
      if (ys[end] !== null) { sum += ys[end]; count += 1; }
    }
    for (; xs[first] < x - reach; first += 1) {
      if (ys[first] !== null) { sum -= ys[first]; count -= 1; }
    }
    return ys[i] === null || count === 0 ? ys[i] : sum / count;
  });
}

/** From steps to what the axis shows: "step", "sequences" or "seconds" of the run of a series. */
function inUnit(steps, unit, clock) {
  if (unit === "sequences") return steps.map((step) => step * clock.batch);
  if (unit === "seconds") return steps.map((step) => between(clock.steps, clock.seconds, step));
  return steps;
}

/** The lines of a figure as they are to be drawn. */
function linesOf(figure, view, axes, clocks) {
  const lines = [];
  figure.series.forEach((series, index) => {
    if (view.hidden.has(index)) return;
    const xs = figure.time ? inUnit(axes[series.x], view.unit, clocks[series.run ?? 0])
      : axes[series.x];
    const isSmoothed = view.smoothing > 0 && series.smooth && !series.faint;
    if (isSmoothed) lines.push({ index, series, xs, ys: series.y, faint: true, steps: axes[series.x] });
    const ys = isSmoothed ? smoothed(xs, series.y, view.smoothing) : series.y;
    lines.push({ index, series, xs, ys, faint: Boolean(series.faint), steps: axes[series.x] });
  });
  return lines;
}

function isShown(value, isLog) {
  return value !== null && Number.isFinite(value) && (!isLog || value > 0);
}

/** The least and the largest number of all, with a little room around them. */
function extent(rows, isLog, room) {
  let low = Infinity;
  let high = -Infinity;
  for (const values of rows) {
    for (const value of values ?? []) {
      if (!isShown(value, isLog)) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  if (low > high) return isLog ? [0.1, 1] : [0, 1];
  if (isLog) {
    const margin = low === high ? 2 : (high / low) ** room;
    return [low / margin, high * margin];
  }
  const margin = low === high ? Math.abs(low) * 0.1 || 0.5 : (high - low) * room;
  return [low - margin, high + margin];
}

/** A scale from numbers to pixels. */
function makeScale([low, high], [start, end], isLog) {
  const from = isLog ? Math.log(low) : low;
  const to = isLog ? Math.log(high) : high;
  const factor = (end - start) / (to - from || 1);
  return {
    low, high,
    at: (value) => start + ((isLog ? Math.log(value) : value) - from) * factor,
    back: (pixel) => {
      const value = from + (pixel - start) / factor;
      return isLog ? Math.exp(value) : value;
    },
  };
}

/** The path of a line; it is interrupted where a number is missing. */
function linePath(xs, ys, xScale, yScale, isLogX, isLogY) {
  let path = "";
  let pen = "M";
  for (let i = 0; i < xs.length; i += 1) {
    if (!isShown(ys[i], isLogY) || !isShown(xs[i], isLogX)) {
      pen = "M";
      continue;
    }
    path += `${pen}${xScale.at(xs[i]).toFixed(1)} ${yScale.at(ys[i]).toFixed(1)}`;
    pen = "L";
  }
  return path;
}

/** The outline of a band between two lines. */
function bandPath(xs, low, high, xScale, yScale, isLogX, isLogY) {
  const shown = xs.map((x, i) => i)
    .filter((i) => isShown(xs[i], isLogX) && isShown(low[i], isLogY) && isShown(high[i], isLogY));
  if (shown.length < 2) return "";
  const point = (i, ys) => `${xScale.at(xs[i]).toFixed(1)} ${yScale.at(ys[i]).toFixed(1)}`;
  const there = shown.map((i) => point(i, high));
  const back = shown.reverse().map((i) => point(i, low));
  return `M${there.join("L")}L${back.join("L")}Z`;
}
