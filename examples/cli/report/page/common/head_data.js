// The weights of all heads at all snapshots, as heed has packed them: see snapshots/packed_weights.h.

const packedDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const digitValues = new Map([...packedDigits].map((digit, value) => [digit, value]));

/** Whole numbers: 5 bits a letter, the lowest first; the sign is the lowest bit; "." is a run of 0. */
function unpackNumbers(text, count) {
  const numbers = new Int32Array(count);
  let at = 0;
  let i = 0;
  const next = () => {
    let value = 0;
    for (let shift = 0; ; shift += 5) {
      const digit = digitValues.get(text[i]);
      i += 1;
      value |= (digit & 31) << shift;
      if (digit < 32) return value;
    }
  };
  while (i < text.length && at < count) {
    if (text[i] === ".") {
      i += 1;
      at += next();
    } else {
      const value = next();
      numbers[at] = value & 1 ? -(value >>> 1) : value >>> 1;
      at += 1;
    }
  }
  return numbers;
}

/** What one attention does with one probe: weights [snapshot][head][query][key]. */
class ProbeWeights {
  constructor(packed, snapshots, heads) {
    this.queries = packed.queries;
    this.keys = packed.keys;
    this.digits = packed.digits;
    this.rows = packed.queries.length;
    this.columns = packed.keys.length;
    this.snapshots = snapshots;
    this.heads = heads;
    this.blocked = new Uint8Array(this.rows * this.columns);
    let cell = 0;
    let isBlocked = 0;
    for (const run of packed.blocked ?? []) {
      this.blocked.fill(isBlocked, cell, cell + run);
      cell += run;
      isBlocked = 1 - isBlocked;
    }
    this.unpack(packed);
  }

  /** Each number is the change since the snapshot before. */
  unpack(packed) {
    const size = this.rows * this.columns;
    const open = [...this.blocked.keys()].filter((index) => this.blocked[index] === 0);
    const changes = unpackNumbers(packed.weights, this.snapshots * this.heads * open.length);
    this.values = new Float64Array(this.snapshots * this.heads * size);
    const now = new Int32Array(this.heads * size);
    let next = 0;
    for (let snapshot = 0; snapshot < this.snapshots; snapshot += 1) {
      for (let head = 0; head < this.heads; head += 1) {
        for (const cell of open) {
          const index = head * size + cell;
          now[index] += changes[next];
          next += 1;
          this.values[snapshot * this.heads * size + index] = now[index] / packed.scale;
        }
      }
    }
  }

  isBlocked(query, key) {
    return this.blocked[query * this.columns + key] === 1;
  }

  weight(snapshot, head, query, key) {
    const size = this.rows * this.columns;
    return this.values[(snapshot * this.heads + head) * size + query * this.columns + key];
  }

  largest(snapshot, head) {
    const size = this.rows * this.columns;
    const first = (snapshot * this.heads + head) * size;
    let most = 0;
    for (let i = first; i < first + size; i += 1) most = Math.max(most, this.values[i]);
    return most;
  }

  /** As it is read: with the digits that the page has. */
  text(snapshot, head, query, key) {
    if (this.isBlocked(query, key)) return "masked";
    return this.weight(snapshot, head, query, key).toFixed(this.digits);
  }

  /** The keys that a query reads most, the first one most. */
  mostRead(snapshot, head, query, count) {
    return [...Array(this.columns).keys()].filter((key) => !this.isBlocked(query, key))
      .sort((a, b) => this.weight(snapshot, head, query, b) - this.weight(snapshot, head, query, a))
      .slice(0, count);
  }
}

/** Viridis at 0, 0.1, …, 1; figures/palette.cpp has the same. */
const viridis = [[68, 1, 84], [72, 36, 117], [65, 68, 135], [53, 95, 141], [42, 120, 142],
  [33, 145, 140], [34, 168, 132], [68, 191, 112], [122, 209, 81], [189, 223, 38], [253, 231, 37]];

const weightColours = Array.from({ length: 256 }, (_, index) => {
  const place = (index / 255) * (viridis.length - 1);
  const below = Math.min(Math.floor(place), viridis.length - 2);
  const share = place - below;
  const parts = [0, 1, 2].map((part) => Math.round(
    viridis[below][part] * (1 - share) + viridis[below + 1][part] * share));
  return `rgb(${parts.join(",")})`;
});

/** How weights become colours: "unit" 0–1, "head" 0 to the largest of the head, "log" 0.001–1. */
function weightColour(weight, scale, largest) {
  let share = weight;
  if (scale === "head") share = largest > 0 ? weight / largest : 0;
  if (scale === "log") share = weight > 0 ? 1 + Math.log10(weight) / 3 : 0;
  return weightColours[Math.round(Math.min(1, Math.max(0, share)) * 255)];
}
