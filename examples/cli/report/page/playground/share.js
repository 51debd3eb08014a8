// What leaves the page and comes back: configurations, models, links.

class Share {
  /** `page`: the playground. */
  constructor(page) {
    this.page = page;
    const on = (id, action) => byId(id).addEventListener("click", action);
    on("copy-config", () => this.copy(byId("config-text").value, "the configuration"));
    on("copy-link", () => this.copy(window.location.href, "the link"));
    on("save-config", () => saveFile("playground.json", "application/json", byId("config-text").value));
    on("use-config", () => page.openConfig(byId("config-text").value, "the text above"));
    on("save-model", () => this.saveModel());
    this.onFile("load-config", async (file) => page.openConfig(await file.text(), file.name));
    this.onFile("load-model", async (file) => page.openModel(new Uint8Array(await file.arrayBuffer()), file.name));
    this.onFile("load-pairs", async (file) => page.usePairs(await file.text()));
    on("use-pairs", () => page.usePairs(byId("pairs").value));
    on("save-pairs", () => saveFile("pairs.txt", "text/plain", byId("pairs").value));
  }

  onFile(id, action) {
    const input = byId(id);
    input.addEventListener("change", async () => {
      const [file] = input.files;
      input.value = "";
      if (file) await action(file);
    });
  }

  async copy(text, what) {
    try {
      await navigator.clipboard.writeText(text);
      this.page.say(`Copied ${what}.`);
    } catch {  // a page from a file may not, or was not allowed to
      const place = text === byId("config-text").value ? "it is selected below" : "it stands in the address bar";
      if (text === byId("config-text").value) {
        byId("config-text").focus();
        byId("config-text").select();
      }
      this.page.say(`This browser does not let the page copy ${what}: ${place}, to be copied by hand.`);
    }
  }

  async saveModel() {
    try {
      const { bytes } = await this.page.ask("save", {}, { reads: true });
      saveFile("model.safetensors", "application/octet-stream", bytes);
    } catch (error) {
      this.page.complain(error);
    }
  }
}
