// How fast llama.cpp writes text, to compare with `lancet bench generate --engine onnx`: a prompt of 200 tokens, then 60 tokens, three times,
// on two threads. For each file: seconds to the first token, tokens/s after it, and the resident memory at the end.
//
//     npm install --ignore-scripts node-llama-cpp@3
//     python3 bench/llama_cpp_models.py OUT          # models of random weights in the shape of the preset M
//     node bench/llama_cpp.mjs OUT/M-q4.gguf ...
import { getLlama, LlamaLogLevel } from "node-llama-cpp";

const PROMPT = 200;
const TOKENS = 60;
const llama = await getLlama({ gpu: false, logLevel: LlamaLogLevel.error, build: "never", maxThreads: 2 });

for (const file of process.argv.slice(2)) {
    const model = await llama.loadModel({ modelPath: file });
    const context = await model.createContext({ contextSize: 512, threads: 2, batchSize: 256 });
    const runs = [];
    for (let run = 0; run < 3; run++) {
        const sequence = context.getSequence();
        const prompt = Array.from({ length: PROMPT }, (_, i) => 300 + i);
        const begin = process.hrtime.bigint();
        let first = begin;
        let count = 0;
        for await (const _ of sequence.evaluate(prompt, { temperature: 0.8, yieldEogToken: true })) {
            if (count === 0) {
                first = process.hrtime.bigint();
            }
            if (++count > TOKENS) {
                break;
            }
        }
        const seconds = Number(process.hrtime.bigint() - first) / 1e9;
        runs.push({ first_s: Number(first - begin) / 1e9, tokens_per_s: TOKENS / seconds });
        sequence.dispose();
    }
    console.log(JSON.stringify({ file, runs, resident_mb: Math.round(process.memoryUsage().rss / 1e6) }));
    await model.dispose();
}
process.exit(0);
