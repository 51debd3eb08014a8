// Answers requests to the engine of pages in node, for page_browser.py: one in each line of the
// input, as PageSession takes them; an answer in each line of the output.
//   node tests/trials/page_engine.js FOLDER <requests >answers
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const zlib = require("node:zlib");

async function main(folder) {
  const makeHeed = require(path.resolve(folder, "heed_engine.js"));
  const wasmBinary = zlib.gunzipSync(fs.readFileSync(path.join(folder, "heed_engine.wasm.gz")));
  const engine = await makeHeed({ wasmBinary, print() {}, printErr() {} });
  for (const request of fs.readFileSync(0, "utf8").split("\n").filter((line) => line !== "")) {
    const size = engine.lengthBytesUTF8(request) + 1;
    const pointer = engine._malloc(size);
    engine.stringToUTF8(request, pointer, size);
    console.log(engine.UTF8ToString(engine._heed_answer(pointer)));
    engine._free(pointer);
  }
}

main(process.argv[2]);
