// Loss, accuracy and the scores of heads while the model trains, on one axis of steps.

const mostPoints = 4000;

/** Which score shows best what a task asks of its heads. */
const scoreOfTask = { reverse: "mirror", cross_reverse: "mirror", copy: "diagonal",
  induction: "prefix_match", recall: "prefix_match" };

/** What a score is: the mean, over the positions that ask, of the weight on these. */
const scoreTexts = { mirror: "weight on the same place from the end", diagonal: "weight on the same place",
  previous_token: "weight on the place before", prefix_match: "weight on what followed the same symbol earlier",
  entropy: "0: each row reads one place; 1: all alike" };

/** Columns of numbers over steps; where there are too many, every second row is dropped. */
class Columns {
  constructor(count) {
    this.steps = [];
    this.values = Array.from({ length: count }, () => []);
  }

  add(step, numbers) {
    const last = this.steps.length - 1;
    if (last >= 0 && step <= this.steps[last]) return;  // gone back: it is known
    this.steps.push(step);
    this.values.forEach((column, i) => column.push(numbers[i] ?? null));
    if (this.steps.length <= mostPoints) return;
    for (const column of [this.steps, ...this.values]) {
      const kept = column.filter((_, i) => i % 2 === 0);
      column.splice(0, column.length, ...kept);
    }
  }

  /** Without what comes after a step. */
  cut(step) {
    const count = this.steps.filter((other) => other <= step).length;
    for (const column of [this.steps, ...this.values]) column.length = count;
  }
}

class LiveCharts {
  constructor() {
    this.score = null;
    this.data = { axes: [], clocks: [{ batch: 0, steps: [], seconds: [] }] };
    this.reset([], "");
  }

  /** `attentions`: [{path, heads}] of the model; `task`: the type of what it learns. */
  reset(attentions, task) {
    this.task = task;
    this.heads = attentions.flatMap(({ heads }, a) => (
      Array.from({ length: heads }, (_, h) => ({ name: `${a}.${h}`, a, h }))));
    this.training = new Columns(1);
    this.evaluations = new Columns(3);
    this.looks = [];
    this.build();
  }

  build() {
    this.scores = new Columns(this.heads.length);
    for (const look of this.looks) this.addScores(look);
    this.data.axes = [this.training.steps, this.evaluations.steps, this.scores.steps];
    const series = (name, x, y, more = {}) => ({ name, x, y, run: 0, ...more });
    const figure = (id, title, about, all, more) => ({ id, title, about, x_name: "step", y_name: title,
      time: true, series: all, marks: [], height: 190, ...more });
    for (const topic of ["cursor", "snapshot"]) channel.listeners.delete(topic);  // those of charts that go
    byId("chart-loss").replaceChildren();
    byId("chart-scores").replaceChildren();
    this.loss = new LineChart(byId("chart-loss"), figure("loss", "Loss", "cross-entropy over steps", [
      series("training", 0, this.training.values[0]),
      series("held out", 1, this.evaluations.values[0])], { holds: [0] }), this.data, {});
    this.accuracy = new LineChart(byId("chart-scores"), figure("scores", "Accuracy and scores of heads",
      "shares from 0 to 1 over steps", [
        series("sequences right", 1, this.evaluations.values[2]),
        series("symbols right", 1, this.evaluations.values[1]),
        ...this.heads.map(({ name }, i) => series(`head ${name}`, 2, this.scores.values[i]))],
      { holds: [0, 1] }), this.data, {});
  }

  addTraining(steps, evaluations) {
    for (const { step, loss } of steps) this.training.add(step, [loss]);
    for (const { step, loss, token_accuracy: tokens, sequence_accuracy: sequences } of evaluations) {
      this.evaluations.add(step, [loss, tokens, sequences]);
    }
  }

  /** What a look at the heads gave. */
  addLook(look) {
    const last = this.looks[this.looks.length - 1];
    if (last && look.step <= last.step) return;
    this.looks.push({ step: look.step, scores: look.scores });
    if (this.looks.length > mostPoints / 4) this.looks = this.looks.filter((_, i) => i % 2 === 0);
    if (this.score === null && look.scores.length > 0) this.offerScores(Object.keys(look.scores[0]));
    this.addScores(look);
  }

  addScores({ step, scores }) {
    this.scores.add(step, this.heads.map(({ a, h }) => {
      const value = scores[a]?.[this.score]?.[h];
      return value === undefined || value === null ? null : value;
    }));
  }

  offerScores(names) {
    const shares = names.filter((name) => !["distance", "importance", "loss_change"].includes(name));
    this.score = shares.includes(scoreOfTask[this.task]) ? scoreOfTask[this.task] : shares[0];
    const select = makeSelect("score of the heads", "score", shares.map((name) => [name, name.replace("_", " ")]),
      (name) => {
        this.score = name;
        this.explain();
        this.build();
      });
    byId("score-choice").replaceChildren(select, make("span", { class: "note", id: "score-text" }));
    byId("score").value = this.score;
    this.explain();
  }

  explain() {
    byId("score-text").textContent = ` ${scoreTexts[this.score] ?? ""}`;
  }

  chooseScore(task) {
    const name = scoreOfTask[task];
    const select = byId("score");
    if (!select || !name || ![...select.options].some((option) => option.value === name)) return;
    select.value = name;
    this.score = name;
    this.explain();
  }

  cut(step) {
    this.training.cut(step);
    this.evaluations.cut(step);
    this.looks = this.looks.filter((look) => look.step <= step);
    this.build();
  }

  /** On one axis: both begin and end at the same step. */
  draw() {
    const ends = [this.training.steps, this.evaluations.steps, this.scores.steps]
      .map((steps) => steps[steps.length - 1] ?? 0);
    const axis = [0, Math.max(1, ...ends)];
    this.loss.figure.x_holds = axis;
    this.accuracy.figure.x_holds = axis;
    this.loss.draw();
    this.accuracy.draw();
  }
}
