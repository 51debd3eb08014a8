// The engine of the page: heed in a worker, which answers one request after another.

/** What heed says of a request that it cannot do. `kind`: see answer_request.cpp, or "stopped". */
class EngineError extends Error {
  constructor(kind, message) {
    super(message);
    this.kind = kind;
  }
}

function bytesOfBase64(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

class Engine {
  constructor() {
    const files = JSON.parse(byId("heed-engine").textContent);
    this.script = URL.createObjectURL(new Blob([files.script], { type: "text/javascript" }));
    this.wasm = bytesOfBase64(files.wasm);
    this.waiting = new Map();
    this.next = 0;
    this.failure = null;  // why it cannot be started here at all
    this.start();
  }

  start() {
    this.isStarted = false;
    this.worker = new Worker(this.script);
    this.worker.onmessage = ({ data }) => this.onAnswer(data);
    this.worker.onerror = (event) => {
      event.preventDefault();
      this.stop(event.message);
    };
    this.ready = this.post({ wasm: this.wasm }).then(() => { this.isStarted = true; });
    this.ready.catch(() => {});  // whoever asks is told
  }

  post(message, transfer = []) {
    const id = this.next;
    this.next += 1;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject, since: performance.now() });
      this.worker.postMessage({ id, ...message }, transfer);
    });
  }

  onAnswer({ id, answer, file, stopped }) {
    if (stopped !== undefined) {
      this.stop(stopped);
      return;
    }
    if (!this.waiting.has(id)) return;  // of a worker that was ended
    const { resolve, reject } = this.waiting.get(id);
    this.waiting.delete(id);
    const reply = JSON.parse(answer);
    if (reply.error) reject(new EngineError(reply.error.kind, reply.error.message));
    else resolve(file ? { ...reply, bytes: file } : reply);
  }

  /** Milliseconds that the oldest request has waited for heed. */
  get busyFor() {
    const [oldest] = this.waiting.values();
    return this.isStarted && oldest ? performance.now() - oldest.since : 0;
  }

  /** The engine is gone, and its model: a new one starts, empty. What never started stays so. */
  stop(why) {
    if (!this.isStarted) {
      this.failure = new EngineError("none", `heed cannot run in this browser (${why}): nothing can be trained or asked here. `
        + "It needs WebAssembly with 128-bit SIMD, which browsers have had since 2021 (Safari since 2023).");
      this.worker.terminate();
      for (const { reject } of this.waiting.values()) reject(this.failure);
      this.waiting.clear();
      return;
    }
    const error = new EngineError("stopped", `the engine stopped (${why}); it was started anew`);
    this.restart(error);
    this.onStop?.(error);
  }

  /** Also ends what takes too long. */
  restart(error = new EngineError("cancelled", "cancelled")) {
    this.worker.terminate();
    const lost = [...this.waiting.values()];
    this.waiting.clear();
    this.start();
    for (const { reject } of lost) reject(error);
  }

  /**
   * Asks heed to do something: `name` and what it needs, see PageSession. `options.file`: bytes of a
   * model to be loaded; `options.reads`: the answer has the bytes of the one that was saved.
   */
  async ask(name, request = {}, options = {}) {
    await this.ready;
    if (this.failure) throw this.failure;
    return this.post({ request: JSON.stringify({ do: name, ...request }), ...options });
  }
}
