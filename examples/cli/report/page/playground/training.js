// Training in the page: play, pause, one step, reset, and back from where it diverged.

class Training {
  /** `page`: the playground. */
  constructor(page) {
    this.page = page;
    this.isPlaying = false;
    this.state = null;  // as heed describes it
    this.buildRun();
  }

  buildRun() {
    byId("play").addEventListener("click", () => (this.isPlaying ? this.pause() : this.play()));
    byId("step").addEventListener("click", () => this.step());
    byId("reset").addEventListener("click", () => this.reset());
    byId("speed-place").append(makeSelect("speed", "speed", speeds.map(([rate, text]) => [String(rate), text]),
      (rate) => this.page.setView("speed", rate === "0" ? undefined : rate)));
    this.showSpeed();
  }

  showSpeed() {
    byId("speed").value = String(this.page.state.speed);
  }

  progress() {
    const { step, last_step: last, trains, solved, done } = this.state;
    if (!trains) return "A model without the data of its task: it can be asked, not trained.";
    if (solved) return `Step ${step}: solved. “Train” goes on.`;
    if (done) return `Step ${step}: the last one. “Train” goes on.`;
    return `Step ${step} of at most ${last}.`;
  }

  showButtons() {
    const trains = this.state?.trains ?? false;
    byId("play").textContent = this.isPlaying ? "❚❚ Pause" : "▶ Train";
    byId("play").setAttribute("aria-pressed", String(this.isPlaying));
    for (const id of ["play", "step"]) byId(id).disabled = !trains && !this.page.isStart;
    byId("reset").disabled = this.state !== null && !trains;
  }

  async play() {
    if (this.page.isStart) await this.page.open();  // a new one, from its first step
    if (this.isPlaying || !this.state) return;
    if (this.state.done && !(await this.trainOn())) return;
    this.isPlaying = true;
    this.showButtons();
    this.loop(this.page.generation);
  }

  pause() {
    this.isPlaying = false;
    this.showButtons();
  }

  /** Beyond where the configuration ends. */
  async trainOn() {
    const last = valueAt(this.page.config, "train.steps");
    const before = this.page.state.copy();
    if (this.state.solved) this.page.state.sets.set("train.stop_at", "null");
    else if (this.state.step < last) this.page.state.sets.set("train.early_stopping", "null");
    if (this.state.step >= last) this.page.state.sets.set("train.steps", String(last * 2));
    await this.page.open({ keep: true, before });
    return !this.state.done;
  }

  async step() {
    this.pause();
    if (this.page.isStart) await this.page.open();
    if (!this.state || (this.state.done && !(await this.trainOn()))) return;
    await this.advance(this.page.generation, { steps: 1 });
    await this.page.look();
  }

  /** From the first step again. */
  async reset() {
    const wasPlaying = this.isPlaying;
    this.pause();
    await this.page.open();
    if (wasPlaying) this.play();
  }

  async loop(generation) {
    let lookedAt = 0;
    let drawnAt = 0;
    while (this.isPlaying && !this.page.isStale(generation)) {
      const rate = this.page.state.speed;
      const begun = performance.now();
      const request = rate === 0 ? { steps: 100000, milliseconds: 50 } : { steps: 1 };
      if (!await this.advance(generation, request)) break;
      if (this.page.isStale(generation)) return;
      if (performance.now() - lookedAt > Math.max(120, this.page.lookCost * 5) || rate !== 0) {
        await this.page.look();
        lookedAt = performance.now();
      }
      if (performance.now() - drawnAt > 250 || rate !== 0) {
        this.page.charts.draw();
        drawnAt = performance.now();
      }
      const pause = rate === 0 ? 0 : 1000 / rate - (performance.now() - begun);
      await new Promise((resolve) => { setTimeout(resolve, Math.max(0, pause)); });
    }
    if (this.page.isStale(generation)) return;
    this.pause();
    this.page.charts.draw();
    await this.page.look();
    await this.page.measureClosed();
  }

  /** Some steps; false if there is nothing more to do. */
  async advance(generation, request) {
    let reply;
    try {
      reply = await this.page.ask("train", request);
    } catch (error) {
      if (this.page.isStale(generation)) return false;
      this.pause();
      this.page.complain(error);
      this.page.generation += 1;  // nothing more is asked of a model that may be gone
      return false;
    }
    if (this.page.isStale(generation)) return false;
    this.state = reply.state;
    this.page.charts.addTraining(reply.steps, reply.evaluations);
    this.page.say(this.progress());
    this.showNumbers(reply);
    if (this.page.state.closed().length > 0 && reply.evaluations.length > 0) await this.page.measureClosed();
    if (reply.diverged) {
      const { good } = reply.state;
      this.page.complain(new EngineError("diverged", reply.diverged),
        [[`Back to step ${good[good.length - 1]}`, () => this.goBack()], ["Reset", () => this.reset()]]);
      return false;
    }
    return !reply.state.done;
  }

  clearNumbers() {
    for (const name of ["loss", "accuracy", "lr"]) byId(`number-${name}`).textContent = "–";
    byId("number-step").textContent = String(this.state.step);
  }

  showNumbers({ steps, evaluations }) {
    const last = steps[steps.length - 1];
    if (last) {
      byId("number-step").textContent = String(last.step);
      byId("number-loss").textContent = numberText(last.loss);
      byId("number-lr").textContent = numberText(last.lr, 3);
    }
    const evaluation = evaluations[evaluations.length - 1];
    if (evaluation) byId("number-accuracy").textContent = numberText(evaluation.sequence_accuracy);
  }

  async goBack() {
    this.page.generation += 1;
    try {
      const { state } = await this.page.ask("back");
      this.state = state;
      this.page.noComplaint();
      this.page.charts.cut(state.step);
      this.page.say(`Back at step ${state.step}: a smaller learning rate may help.`);
      await this.page.look();
    } catch (error) {
      this.page.complain(error);
    }
  }
}
