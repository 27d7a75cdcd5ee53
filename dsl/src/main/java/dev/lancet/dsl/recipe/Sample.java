package dev.lancet.dsl.recipe;

import dev.lancet.dsl.Check;

/**
 * A text for every candidate to continue.
 *
 * @param prompt the text to continue
 * @param tokens how many tokens to generate
 * @param temperature 0 always takes the likeliest token
 * @param topP tokens are sampled only from the likeliest ones that together have this probability
 * @param seed seed of the sampling
 */
public record Sample(String prompt, int tokens, double temperature, double topP, long seed) {

    public Sample {
        Check.that(tokens > 0, "sample: %d tokens; at least 1 is needed", tokens);
        Check.that(temperature >= 0, "sample: temperature %s; it must not be negative", temperature);
        Check.that(topP > 0 && topP <= 1, "sample: top-p %s; it must be greater than 0 and at most 1", topP);
    }

    /** Greedy continuation. */
    public static Sample greedy(String prompt, int tokens) {
        return new Sample(prompt, tokens, 0, 1, 42);
    }

    /** What stands between the brackets of {@code .sample(...)}. */
    @Override
    public String toString() {
        String text = "\""
                + prompt.replace("\\", "\\\\")
                        .replace("\"", "\\\"")
                        .replace("\n", "\\n")
                        .replace("\r", "\\r")
                        .replace("\t", "\\t")
                + "\", " + tokens;
        return equals(greedy(prompt, tokens))
                ? text
                : "new Sample(" + text + ", " + temperature + ", " + topP + ", " + seed
                        + (seed == (int) seed ? ")" : "L)");
    }
}
