// The worker that runs the engine. Messages to it: the compressed module first, then requests, each
// {id, request, file}: a file is written before heed is asked. It answers {id, answer, file}: of
// "save" the file; or {id, stopped} if the engine cannot go on.

const folder = "/heed";
const modelFile = `${folder}/model.safetensors`;
let engine = null;

async function unpacked(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function askEngine(text) {
  const size = engine.lengthBytesUTF8(text) + 1;
  const pointer = engine._malloc(size);
  engine.stringToUTF8(text, pointer, size);
  const answer = engine.UTF8ToString(engine._heed_answer(pointer));
  engine._free(pointer);
  return answer;
}

async function onRequest({ data }) {
  const { id } = data;
  try {
    if (data.wasm) {
      const wasmBinary = await unpacked(data.wasm);
      const quiet = () => {};
      engine = await makeHeed({ wasmBinary, print: quiet, printErr: quiet });
      engine.FS.mkdirTree(folder);
      postMessage({ id, answer: "{}" });
      return;
    }
    if (data.file) engine.FS.writeFile(modelFile, data.file);
    const answer = askEngine(data.request);
    const isSaved = data.reads && !answer.startsWith('{"error"');
    postMessage({ id, answer, file: isSaved ? engine.FS.readFile(modelFile) : null });
  } catch (error) {
    postMessage({ id, stopped: String(error && error.message ? error.message : error) });
  }
}

// One after another, though starting takes a while.
let queue = Promise.resolve();
self.onmessage = (event) => { queue = queue.then(() => onRequest(event)); };
