// The state of the playground: what stands in the address after "#", so that a link is a state.

/** Keys that are not keys of a configuration. */
const viewKeys = ["hide", "input", "gates", "panel", "lesson", "lang", "speed", "pairs"];

const speeds = [[0, "as fast as it goes"], [20, "20 steps a second"], [5, "5 steps a second"], [1, "1 step a second"]];

class PlaygroundState {
  constructor() {
    this.config = "reverse";
    this.sets = new Map();
    this.view = {};
  }

  static parse(hash) {
    const state = new PlaygroundState();
    for (const part of hash.replace(/^#/, "").split("&")) {
      const at = part.indexOf("=");
      if (at <= 0) continue;
      const [key, value] = [part.slice(0, at), part.slice(at + 1)].map(decoded);
      if (key === "config") state.config = value;
      else if (viewKeys.includes(key)) state.view[key] = value;
      else if (key.includes(".")) state.sets.set(key, value);
    }
    return state;
  }

  copy() {
    const state = new PlaygroundState();
    state.config = this.config;
    state.sets = new Map(this.sets);
    state.view = { ...this.view };
    return state;
  }

  /** Steps a second; 0: as fast as it goes. */
  get speed() {
    const speed = Number(this.view.speed ?? 0);
    return speeds.some(([rate]) => rate === speed) ? speed : 0;
  }

  /** As it stands in the address: what is not needed is left out. */
  text() {
    const pairs = [["config", this.config], ...this.sets, ...Object.entries(this.view)];
    return pairs.filter(([, value]) => value !== "" && value !== undefined)
      .map(([key, value]) => `${encodeURIComponent(key)}=${encoded(value)}`).join("&");
  }

  /** As heed opens it. */
  request() {
    const request = { shipped: this.config, sets: [...this.sets].map(([key, value]) => `${key}=${value}`) };
    if (this.view.pairs !== undefined && this.config === "pairs") request.pairs = this.view.pairs;
    return request;
  }

  hides(group) {
    return (this.view.hide ?? "").split(",").includes(group);
  }

  /** Closed heads as lists of an attention and a head. */
  closed() {
    const gates = this.view.gates ?? "";
    return gates === "" ? [] : gates.split(",").map((gate) => gate.split(".").map(Number));
  }
}

/** A piece that is no valid text is taken as it stands. */
function decoded(text) {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
}

function encoded(text) {
  return encodeURIComponent(text).replaceAll("%2C", ",").replaceAll("%3A", ":");
}

/** The value at a dotted path of an object; undefined if there is none. */
function valueAt(object, path) {
  return path.split(".").reduce((inner, name) => inner?.[name], object);
}
