package dev.lancet.runtime.bench;

import dev.lancet.runtime.Model;
import dev.lancet.runtime.device.Device;
import dev.lancet.runtime.device.Place;
import dev.lancet.runtime.generate.Sampler;
import dev.lancet.runtime.progress.Progress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** How long one more token takes when the likeliest is taken each time and what was read is kept in a cache. */
public final class GenerationBench {

    private static final int PROMPT = 16;
    private static final int WARM_UP = 3;

    private GenerationBench() {}

    /** Continues a prompt of 16 tokens by as many as the trial has steps; the first token, which compiles, is told apart. Then
     * the memory of one more is traced. */
    public static Measured run(Trial trial, Device device, Progress progress) {
        Place place = device.place();
        int context = trial.preset().transformer().context();
        int prompt = Math.min(PROMPT, context / 2);
        int tokens = trial.steps() + WARM_UP;
        if (prompt + tokens > context) {
            throw new IllegalArgumentException(
                    "--steps: " + trial.steps() + "; the context has room for " + (context - prompt - WARM_UP));
        }
        int[] ids = RandomIds.of(trial.preset().transformer().vocabulary(), prompt, Trial.SEED);
        try (Model model = Model.create(trial.preset().transformer(), trial.plan(), Trial.SEED)
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
            Map<String, Object> fields = Measured.begin("generate", trial);
            fields.put("device", place.toString());
            fields.put("prompt", prompt);
            fields.put("params", model.parameters());
            fields.put("bytes", model.bytes());
            fields.put("first_step_ms", Measured.rounded(milliseconds.get(0), 1));
            fields.put("ms_per_step", Measured.rounded(times.median(), 2));
            fields.put("ms_min", Measured.rounded(times.least(), 2));
            fields.put("tokens_per_s", Measured.rounded(1e3 / times.median(), 1));
            int[] whole = RandomIds.of(trial.preset().transformer().vocabulary(), prompt + tokens, Trial.SEED);
            model.memory(whole).ifPresent(peak -> Measured.put(fields, peak));
            return Measured.end(fields);
        }
    }
}
