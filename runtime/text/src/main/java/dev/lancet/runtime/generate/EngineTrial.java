package dev.lancet.runtime.generate;

import java.util.Arrays;

/** What an engine did with a model in a short trial: its logits after a few tokens, and how fast it continued them. */
public final class EngineTrial {

    private static final int PROMPT = 16;
    private static final int WARMING = 3;
    private static final int TIMED = 16;

    private final float[] logits;
    private final double tokensPerSecond;

    private EngineTrial(float[] logits, double tokensPerSecond) {
        this.logits = logits;
        this.tokensPerSecond = tokensPerSecond;
    }

    /** Reads a few tokens, and generates a few more. */
    public static EngineTrial of(TextEngine engine) {
        return engine.during(() -> {
            PromptLimits limits = engine.limits();
            int[] prompt = new int[Math.min(PROMPT, (limits.context() + 1) / 2)];
            Arrays.setAll(prompt, i -> i * 37 % limits.vocabulary());
            try (DecodingSession text = engine.openSession()) {
                float[] logits = text.read(prompt);
                float[] last = logits;
                int most = Math.min(WARMING + TIMED, limits.context() - prompt.length);
                int timed = Math.min(TIMED, most);
                long start = System.nanoTime();
                for (int i = 0; i < most; i++) {
                    if (i == most - timed) {
                        start = System.nanoTime();
                    }
                    last = text.read(Sampler.greedy().pick(last, text.length()));
                }
                return new EngineTrial(logits, timed * 1e9 / Math.max(1, System.nanoTime() - start));
            }
        });
    }

    /** How many tokens it generated per second. */
    public double tokensPerSecond() {
        return tokensPerSecond;
    }

    /** The relative distance of its logits from those of another engine, {@code ‖a − b‖ / ‖b‖}; infinite if their numbers differ. */
    public double distance(EngineTrial other) {
        if (logits.length != other.logits.length) {
            return Double.POSITIVE_INFINITY;
        }
        double difference = 0;
        double size = 0;
        for (int id = 0; id < logits.length; id++) {
            double between = (double) logits[id] - other.logits[id];
            difference += between * between;
            size += (double) other.logits[id] * other.logits[id];
        }
        return Math.sqrt(difference / size);
    }
}
