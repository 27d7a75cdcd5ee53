package dev.lancet.runtime.bench;

import dev.lancet.io.Progress;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.device.Device;
import dev.lancet.runtime.device.ResolvedDevice;
import dev.lancet.runtime.generate.Sampler;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** Measures how long greedy generation takes per token, with a cache of keys and values. */
public final class GenerationBench {

    private static final int PROMPT = 16;
    static final int WARM_UP = 3;

    private GenerationBench() {}

    /**
     * Continues a prompt of 16 tokens by as many tokens as the case has steps. The first token, which includes
     * compilation, is reported separately. Then the memory of one more token is traced.
     */
    public static BenchmarkResult run(BenchmarkCase benchmark, Device device, Progress progress) {
        ResolvedDevice place = device.resolve();
        int context = benchmark.preset().transformer().context();
        int prompt = Math.min(PROMPT, context / 2);
        int tokens = benchmark.steps() + WARM_UP;
        if (prompt + tokens > context) {
            throw new IllegalArgumentException("--steps: " + benchmark.steps() + "; the context has room for at most "
                    + (context - prompt - WARM_UP));
        }
        int[] ids = RandomIds.of(benchmark.preset().transformer().vocabulary(), prompt, BenchmarkCase.SEED);
        try (Model model = Model.create(benchmark.preset().transformer(), benchmark.plan(), BenchmarkCase.SEED)
                        .on(device);
                Progress.Task task = progress.begin("generate", tokens)) {
            List<Long> at = new ArrayList<>(List.of(System.nanoTime()));
            model.generate(ids, tokens, Sampler.greedy(), OptionalInt.empty(), id -> {
                at.add(System.nanoTime());
                task.advance(at.size() - 1, "");
            });
            List<Double> milliseconds = new ArrayList<>();
            for (int i = 1; i < at.size(); i++) {
                milliseconds.add((at.get(i) - at.get(i - 1)) / 1e6);
            }
            Timings times = new Timings(milliseconds.subList(WARM_UP, tokens));
            Map<String, Object> fields = BenchmarkResult.begin("generate", benchmark);
            fields.put("device", place.toString());
            fields.put("prompt", prompt);
            fields.put("params", model.parameters());
            fields.put("bytes", model.bytes());
            fields.put("first_step_ms", BenchmarkResult.rounded(milliseconds.get(0), 1));
            fields.put("ms_per_step", BenchmarkResult.rounded(times.median(), 2));
            fields.put("ms_min", BenchmarkResult.rounded(times.least(), 2));
            fields.put("tokens_per_s", BenchmarkResult.rounded(1e3 / times.median(), 1));
            int[] whole =
                    RandomIds.of(benchmark.preset().transformer().vocabulary(), prompt + tokens, BenchmarkCase.SEED);
            model.memory(whole).ifPresent(peak -> BenchmarkResult.put(fields, peak));
            return BenchmarkResult.end(fields);
        }
    }
}
