// The lessons: states of the playground with a text in several languages.

class Lessons {
  /** `onState(hash)`: shows a state. */
  constructor(data, language, onState) {
    this.states = data.states;
    this.languages = data.languages;
    this.language = Object.hasOwn(this.languages, language ?? "") ? language : Lessons.preferred(this.languages);
    this.onState = onState;
    this.id = null;
    this.build();
  }

  /** The reader's own language, or English. */
  static preferred(languages) {
    const wanted = (navigator.languages ?? []).map((tag) => tag.slice(0, 2));
    return wanted.find((tag) => Object.hasOwn(languages, tag)) ?? "en";
  }

  build() {
    const names = Object.entries(this.languages).map(([tag, { language }]) => [tag, language]);
    const choice = makeSelect("language of the lessons", "lesson-language", names, (tag) => {
      this.language = tag;
      this.show(this.id);
      this.onLanguage?.(tag);
    });
    byId("lesson-bar").append(choice);
    byId("lesson-language").value = this.language;
    this.list = make("ol", { id: "lesson-list" });
    byId("lesson-bar").append(this.list);
    byId("lesson-previous").addEventListener("click", () => this.move(-1));
    byId("lesson-next").addEventListener("click", () => this.move(1));
    byId("lesson-close").addEventListener("click", () => this.onState(null));
    this.show(null);
  }

  /** Of a state that says one. */
  setLanguage(tag) {
    if (!Object.hasOwn(this.languages, tag ?? "")) return;
    this.language = tag;
    byId("lesson-language").value = tag;
  }

  text(id) {
    return this.languages[this.language].lessons[id];
  }

  showList() {
    this.list.replaceChildren(...this.states.map(({ id }) => {
      const button = make("button", { type: "button", "aria-pressed": String(id === this.id), id: `lesson-${id}` });
      button.textContent = this.text(id).title;
      button.addEventListener("click", () => this.go(id));
      return make("li", {}, button);
    }));
    this.list.lang = this.language;
  }

  go(id) {
    const state = this.states.find((lesson) => lesson.id === id);
    if (state) this.onState(`${state.state}&lesson=${id}&lang=${this.language}`);
  }

  move(by) {
    const now = this.states.findIndex(({ id }) => id === this.id);
    this.go(this.states[(now + by + this.states.length) % this.states.length].id);
    byId("lesson-title").focus();
  }

  /** Shows a lesson's text; null: only the list. */
  show(id) {
    this.id = this.states.some((lesson) => lesson.id === id) ? id : null;
    const { words } = this.languages[this.language];
    byId("lessons-title").textContent = words.lessons;
    for (const word of ["next", "previous", "close"]) byId(`lesson-${word}`).textContent = words[word];
    byId("lesson").hidden = this.id === null;
    byId("lesson").lang = this.language;
    this.showList();
    if (this.id === null) return;
    const { title, text, try: tries } = this.text(this.id);
    byId("lesson-title").textContent = title;
    byId("lesson-text").replaceChildren(...text.map((part) => paragraph(part)),
      paragraph(words.try, { class: "try-title" }),
      make("ul", {}, ...tries.map((part) => {
        const item = make("li");
        item.textContent = part;
        return item;
      })));
  }
}
