// The user's own input: what the model answers, and what its heads read for it.

class Asker {
  constructor(page) {
    this.page = page;
    this.isShown = false;
    byId("ask-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.show(true);
    });
    byId("show-held-out").addEventListener("click", () => this.show(false));
    byId("show-own").addEventListener("click", () => this.show(true));
  }

  /** Another model: one of its inputs stands in the box, unless the state has one. */
  reset(input, example) {
    this.isShown = input !== undefined;
    byId("answer").textContent = "";
    byId("answer").classList.remove("bad");
    byId("input").value = input ?? example;
    this.showChoice();
  }

  showChoice() {
    byId("show-held-out").setAttribute("aria-pressed", String(!this.isShown));
    byId("show-own").setAttribute("aria-pressed", String(this.isShown));
  }

  async show(isShown) {
    this.isShown = isShown;
    this.page.setView("input", isShown ? byId("input").value : undefined);
    this.showChoice();
    await this.page.look();
  }

  async ask() {
    const place = byId("answer");
    try {
      const reply = await this.page.ask("ask", { input: byId("input").value, closed: this.page.state.closed() });
      const notes = [reply.note, /(^| )\.( |$)/.test(reply.answer) && "“.”: not scored"].filter(Boolean);
      place.textContent = notes.length > 0 ? `${reply.answer} (${notes.join("; ")})` : reply.answer;
      place.classList.remove("bad");
      if (this.isShown) this.page.heads.show(reply.heads);
    } catch (error) {
      if (error.kind === "cancelled") return;
      place.textContent = withoutPlaces(error.message);
      place.classList.add("bad");
    }
  }
}
