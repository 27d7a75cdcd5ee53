// Prints what llama.cpp makes of a GGUF file, as JSON: the likeliest tokens after a prompt, and the tokens of a text.
// node greedy.mjs FOLDER_WITH_NODE_MODULES FILE COUNT PROMPT_IDS_AS_JSON TEXT
// One thread: several of ggml wait for each other by spinning, which takes minutes where other programs compute.
import {pathToFileURL} from "node:url";
import {join} from "node:path";

const [folder, modelPath, count, prompt, text] = process.argv.slice(2);
const {getLlama, LlamaLogLevel} =
    await import(pathToFileURL(join(folder, "node_modules/node-llama-cpp/dist/index.js")));
const llama = await getLlama({gpu: false, logLevel: LlamaLogLevel.error, build: "never", maxThreads: 1});
const model = await llama.loadModel({modelPath});
const context = await model.createContext({contextSize: model.trainContextSize, threads: 1, batchSize: 64});
const greedy = [];
for await (const id of context.getSequence().evaluate(JSON.parse(prompt), {temperature: 0, yieldEogToken: true})) {
    greedy.push(id);
    if (greedy.length === Number(count)) {
        break;
    }
}
console.log(JSON.stringify({greedy, text: model.tokenize(text)}));
process.exit(0);
