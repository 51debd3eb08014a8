// A report that thinks: the reader's input, the model's answer, and what its heads read for it. The
// model is in the page; heed starts when it is asked for the first time.

class ReportAsker {
  constructor() {
    this.heads = new HeadsPlace(() => this.ask(), "asked");
    byId("ask-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.ask();
    });
  }

  /** The engine with the model in it. */
  async loaded() {
    if (!this.engine) {
      this.engine = new Engine();
      this.model = null;
    }
    if (!this.model) {
      byId("answer").textContent = "Starting heed …";
      const file = bytesOfBase64(JSON.parse(byId("heed-model").textContent));
      this.model = await this.engine.ask("load", {}, { file });
    }
    return this.engine;
  }

  async ask() {
    const place = byId("answer");
    const input = byId("input").value;
    try {
      const engine = await this.loaded();
      const reply = await engine.ask("ask", { input, closed: this.heads.closed });
      place.textContent = reply.note ? `${reply.answer} (${reply.note})` : reply.answer;
      place.classList.remove("bad");
      this.heads.show(reply.heads);
    } catch (error) {
      if (error.kind === "stopped") this.model = null;
      place.textContent = error.message.replace(/^page: /, "");
      place.classList.add("bad");
    }
  }
}

document.addEventListener("DOMContentLoaded", () => {
  if (byId("ask-form")) window.asker = new ReportAsker();
});
