package dev.lancet.runtime.bench;

import dev.lancet.dsl.LancetException;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.device.Device;
import dev.lancet.runtime.generate.Sampler;
import dev.lancet.runtime.memory.ResidentMemory;
import dev.lancet.runtime.onnx.OnnxModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.IntConsumer;

/**
 * The program that {@link EngineBench} starts. Its arguments are an engine, the folder of a model, and how many tokens to
 * generate. On its last line it prints tokens, milliseconds and bytes: {@code load MS prompt TOKENS prefill MS token MS least MS
 * peak BYTES}; or {@code refused} and why.
 */
public final class EngineBenchProcess {

    /** With what the last line begins if the model cannot be measured. */
    static final String REFUSED = "refused ";

    private static final int PROMPT = 200;
    private static final int PROMPTS = 3;
    private static final int VOCABULARY = 256;

    private EngineBenchProcess() {}

    /** Runs the model in a folder. */
    public static void main(String... arguments) {
        Path folder = Path.of(arguments[1]);
        int steps = Integer.parseInt(arguments[2]);
        try {
            System.out.println(
                    EngineBench.Engine.valueOf(arguments[0]) == EngineBench.Engine.ONNX
                            ? onnx(folder, steps)
                            : tensorflow(folder, steps));
        } catch (LancetException wrong) {
            System.out.println(REFUSED + wrong.getMessage());
        }
    }

    private static String onnx(Path folder, int steps) {
        long start = System.nanoTime();
        try (OnnxModel model = OnnxModel.open(folder)) {
            return run(start, model.limits().context(), steps, model::generate);
        }
    }

    private static String tensorflow(Path folder, int steps) {
        long start = System.nanoTime();
        try (Model model = Model.open(folder).on(Device.cpu())) {
            return run(start, model.transformer().context(), steps, model::generate);
        }
    }

    /** Continues token ids. */
    private interface Continuing {
        int[] from(int[] prompt, int tokens, Sampler sampler, OptionalInt end, IntConsumer each);
    }

    private static String run(long start, int context, int steps, Continuing model) {
        int added = 1 + GenerationBench.WARM_UP + steps;
        int prompt = Math.min(PROMPT, context - added);
        if (prompt < 1) {
            throw new LancetException("--steps: " + steps + "; the context has room for at most "
                    + (context - 2 - GenerationBench.WARM_UP));
        }
        // The first ids of any vocabulary: how long a token takes does not depend on which it is.
        int[] ids = RandomIds.of(VOCABULARY, prompt, BenchmarkCase.SEED);
        generate(model, new int[] {ids[0]}, 1);
        double load = (System.nanoTime() - start) / 1e6;
        generate(model, ids, 1);
        List<Double> prefills = new ArrayList<>();
        for (int i = 0; i < PROMPTS; i++) {
            prefills.addAll(generate(model, ids, 1));
        }
        List<Double> tokens = generate(model, ids, added);
        Timings times = new Timings(tokens.subList(1 + GenerationBench.WARM_UP, tokens.size()));
        ResidentMemory resident = ResidentMemory.here().orElseThrow(MemoryBench::cannotBeMeasured);
        return "load " + load + " prompt " + prompt + " prefill " + new Timings(prefills).median() + " token "
                + times.median() + " least " + times.least() + " peak " + resident.peak();
    }

    /** The milliseconds of each new token; those of the first include the prompt. */
    private static List<Double> generate(Continuing model, int[] prompt, int tokens) {
        List<Double> milliseconds = new ArrayList<>();
        long[] before = {System.nanoTime()};
        model.from(prompt, tokens, Sampler.greedy(), OptionalInt.empty(), id -> {
            long now = System.nanoTime();
            milliseconds.add((now - before[0]) / 1e6);
            before[0] = now;
        });
        return milliseconds;
    }
}
